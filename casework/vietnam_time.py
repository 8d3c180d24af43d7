"""The clock of the law and the offices: Vietnam's, seven hours ahead of UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from registry.moments import moment

_AHEAD_OF_UTC = timedelta(hours=7)


def vietnam_time(at: str) -> datetime:
    """The hour in Vietnam of a UTC moment, as the ledger writes it."""
    return datetime.fromisoformat(at) + _AHEAD_OF_UTC


def today() -> date:
    """The day in Vietnam."""
    return (datetime.now(UTC) + _AHEAD_OF_UTC).date()


def utc_moment(day: date) -> str:
    """The moment at which a day begins in Vietnam, UTC, as the ledger writes it."""
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC) - _AHEAD_OF_UTC
    return moment(begins)
