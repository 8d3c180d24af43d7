"""Decisions for the people who sent the rows, and for measuring."""

from __future__ import annotations

import polars as pl

from casework.errors import UsageError
from casework.types import Home, Viewer
from registry import decisions, log, plans


def export_decisions(home: Home, batch: int | None, viewer: Viewer) -> pl.DataFrame:
    """`registry.decisions.EXPORT` of one batch or of all; the release is logged before it is handed out."""
    with home.ledger.writing() as session:
        if batch is not None and not plans.exists(session, batch):
            raise UsageError(f"batch {batch}: there is none. `motma run --json` names the batches of a run.")
        found = decisions.export(session, batch, viewer)
        log.append(session, viewer, [log.Act("release", {"batch": batch, "rows": len(found)})])
    return found
