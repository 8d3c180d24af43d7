"""Days and hours as the offices write them."""

from __future__ import annotations

from casework.vietnam_time import vietnam_time


def local_time(moment: str) -> str:
    """A UTC moment of the ledger by the offices' clock: 05/03/2026 08:15."""
    return vietnam_time(moment).strftime("%d/%m/%Y %H:%M")


def local_date(day: str | None) -> str | None:
    """A day, month or year of the ledger (1987-03-05, 1987-03, 1987): 05/03/1987, 03/1987, 1987."""
    return None if day is None else "/".join(reversed(day.split("-")))
