"""What the rules of the ladder demand by themselves, from the cases of the figures of compliance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from casework.control.ladder import about, deadline, highest_open, log_step, next_rung
from casework.control.ladder_rules import LadderRules, OpeningRule, ladder_rules
from casework.office.accounts import Account, has_ended
from casework.types import Home, Viewer
from casework.vietnam_time import utc_moment, vietnam_time
from registry import accounts, log, measures
from registry.engine import WriteSession
from registry.measures import RUNGS, Case, Step
from registry.viewer import COUNTRY


@dataclass(frozen=True)
class OfficersCase(Case):
    """A case of a figure, and the officer whose it is."""

    officer: str


@dataclass(frozen=True)
class LadderResult:
    """Measures that were opened, measures that went a rung higher, and who cannot answer (login, cases).

    Nobody can answer who has no account, or whose account has ended.
    """

    opened: Sequence[int]
    escalated: Sequence[int]
    cannot_answer: Sequence[tuple[str, int]]


def follow_rules(home: Home, cases: Iterable[OfficersCase], viewer: Viewer) -> LadderResult:
    """What the rules opened and raised now. The same cases again change nothing."""
    rules = ladder_rules(home)
    with home.ledger.writing() as session:
        escalated = _escalate(session, home, rules, viewer)
        opened, cannot_answer = _open(session, home, rules, cases, viewer)
        done = {"opened": len(opened), "escalated": len(escalated), "rule": rules.version}
        log.append(session, viewer, [log.Act("ladder", done)])
    return LadderResult(opened, escalated, cannot_answer)


def _escalate(session: WriteSession, home: Home, rules: LadderRules, viewer: Viewer) -> list[int]:
    today, raised = vietnam_time(session.at).date(), []
    for measure in measures.listing(session, COUNTRY):
        rung, wait = next_rung(measure), rules.rungs[measure.rung].next_days
        ends = date.fromisoformat(measure.answer_until) + timedelta(days=wait)
        if rung is None or wait == 0 or not measure.is_waiting or today <= ends:
            continue
        if _who_answers(session, measure.officer) is None:
            continue
        step = Step("escalated", rung, None, deadline(session, rules, rung), rule=rules.version)
        measures.add_step(session, measure.measure_id, measure.step_no + 1, step, viewer, cases=())
        log_step(session, home, measure.measure_id, measure.step_no + 1, step, cases=0, viewer=viewer)
        raised.append(measure.measure_id)
    return raised


def _open(
    session: WriteSession, home: Home, rules: LadderRules, cases: Iterable[OfficersCase], viewer: Viewer
) -> tuple[list[int], list[tuple[str, int]]]:
    opened, cannot_answer = [], []
    for (officer, _), new in sorted(_new_cases(session, rules, cases).items()):
        rule = _strongest(session, rules, new)
        if rule is None:
            continue
        account = _who_answers(session, officer)
        if account is None:
            cannot_answer.append((officer, len(new)))
            continue
        before = about(session, officer, rule.ground)
        if any(one.act != "closed" for one in before):
            continue
        rung = RUNGS[min(RUNGS.index(rule.rung), highest_open(before))]
        step = Step("opened", rung, None, deadline(session, rules, rung), rule=rules.version)
        held = _within(session, rule, new)
        number = measures.open_measure(session, officer, rule.ground, account.scope, viewer, step=step, cases=held)
        log_step(session, home, number, 1, step, cases=len(held), viewer=viewer)
        opened.append(number)
    return opened, cannot_answer


def _who_answers(session: WriteSession, login: str) -> Account | None:
    """An officer's account, if he can still sign in and answer."""
    held = accounts.by_login(session, login)
    return None if held is None or has_ended(held[0], session.at) else held[0]


def _new_cases(
    session: WriteSession, rules: LadderRules, cases: Iterable[OfficersCase]
) -> dict[tuple[str, str], list[OfficersCase]]:
    """The cases that no measure holds against their officer yet, by officer and figure."""
    figures = {rule.figure for rule in rules.opening}
    held = measures.held(session, figures)
    found: dict[tuple[str, str], list[OfficersCase]] = defaultdict(list)
    for case in cases:
        if case.figure in figures and (case.officer, case.figure, case.case_id) not in held:
            found[case.officer, case.figure].append(case)
    return found


def _strongest(session: WriteSession, rules: LadderRules, new: Sequence[OfficersCase]) -> OpeningRule | None:
    """The rule of the highest rung that some cases of one figure fulfil."""
    fulfilled = [
        rule
        for rule in rules.opening
        if rule.figure == new[0].figure and len(_within(session, rule, new)) >= rule.cases
    ]
    return max(fulfilled, key=lambda rule: RUNGS.index(rule.rung), default=None)


def _within(session: WriteSession, rule: OpeningRule, new: Sequence[OfficersCase]) -> list[OfficersCase]:
    """The cases of the days that a rule looks at: today's and those before it."""
    since = utc_moment(vietnam_time(session.at).date() - timedelta(days=rule.days - 1))
    return [case for case in new if case.happened_at is not None and case.happened_at >= since]
