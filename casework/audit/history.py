"""The log as people read it."""

from __future__ import annotations

from typing import Any

from casework.types import Home, Viewer
from registry import log


def show_log(
    home: Home, *, limit: int, after: int | None, row: int | None, act: str | None, viewer: Viewer
) -> list[dict[str, Any]]:
    """Log entries, oldest first: the newest `limit`, or the first `limit` behind entry `after`; the look is logged."""
    with home.ledger.writing() as session:
        found = log.entries(session, limit=limit, after=after, row_id=row, act=act)
        log.append(session, viewer, [log.Act("log_show", {"entries": len(found)})])
    return found
