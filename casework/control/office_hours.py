"""When the offices work: a dated policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from casework.policy import PolicyError, policy
from casework.types import Home
from casework.vietnam_time import vietnam_time


@dataclass(frozen=True)
class Hours:
    """From the day `since` on: on which days of the week (1 is Monday) and between which hours, Vietnam's clock."""

    since: date
    days: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True)
class OfficeHours:
    """The hours, the latest first, and days on which nobody works."""

    version: str
    holidays: frozenset[date]
    hours: Sequence[Hours]

    def are_at(self, moment: str) -> bool:
        """Whether a UTC moment of the ledger lies within them; before the first of them every moment does."""
        at = vietnam_time(moment)
        day = at.date()
        in_force = next((hours for hours in self.hours if hours.since <= day), None)
        if in_force is None:
            return True
        is_workday = day.isoweekday() in in_force.days and day not in self.holidays
        return is_workday and in_force.opens <= at.time() < in_force.closes


def office_hours(home: Home) -> OfficeHours:
    """The hours of a home; PolicyError where rules/control.toml does not say them."""
    raw = policy(home, "control")
    try:
        return OfficeHours(
            _text(raw["version"]),
            frozenset(date.fromisoformat(day) for day in raw["holidays"]),
            sorted((_hours(told) for told in raw["hours"]), key=lambda hours: hours.since, reverse=True),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PolicyError(
            f"rules/control.toml: {error}; version, holidays and [[hours]] are to be as shipped"
        ) from error


def _hours(told: dict[str, Any]) -> Hours:
    days = frozenset(told["days"])
    if not days <= set(range(1, 8)):
        raise ValueError(f"days {sorted(days)} are not of 1 to 7")
    return Hours(
        date.fromisoformat(told["since"]), days, time.fromisoformat(told["opens"]), time.fromisoformat(told["closes"])
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"version is {value!r}, not a text")
    return value
