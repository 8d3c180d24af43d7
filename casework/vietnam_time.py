"""The clock of the law and the offices: Vietnam's, seven hours before UTC's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

_BEFORE_UTC = timedelta(hours=7)


def vietnam_time(moment: str) -> datetime:
    """The hour in Vietnam of a UTC moment, as the ledger writes it."""
    return datetime.fromisoformat(moment) + _BEFORE_UTC


def today() -> date:
    """The day in Vietnam."""
    return (datetime.now(UTC) + _BEFORE_UTC).date()


def utc_moment(day: date) -> str:
    """The moment at which a day begins in Vietnam, UTC, as the ledger writes it."""
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC) - _BEFORE_UTC
    return begins.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
