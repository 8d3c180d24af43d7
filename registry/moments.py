"""Moments as the ledger writes them: UTC, to the microsecond, so that text sorts as time does."""

from __future__ import annotations

from datetime import datetime


def moment(at: datetime) -> str:
    """A moment, given in UTC: 2026-03-05T01:15:00.000000Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
