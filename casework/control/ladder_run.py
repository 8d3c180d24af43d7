"""The ladder by rule on the figures of compliance as they are today."""

from __future__ import annotations

from datetime import timedelta

from casework.control.compliance import Period, cases_for_rules
from casework.control.ladder_by_rule import LadderResult, follow_rules
from casework.control.ladder_rules import ladder_rules
from casework.types import Home, Viewer
from casework.vietnam_time import today


def run_ladder(home: Home, viewer: Viewer) -> LadderResult:
    """What the rules opened and raised now, in the whole country. Once more, and it changes nothing."""
    opening = ladder_rules(home).opening
    days = max((rule.days for rule in opening), default=1)
    period = Period(today() - timedelta(days=days - 1), today())
    return follow_rules(home, cases_for_rules(home, sorted({rule.figure for rule in opening}), period), viewer)
