"""Ledger rows as frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from matching.schemas import RECORD

#: RECORD with the id, whether alive, the household's id, and all codes. Grain: one person
PERSON_RECORD = {
    "record_id": pl.Int64,
    **RECORD,
    "status": pl.String,
    "household_id": pl.Int64,
    "codes": pl.List(pl.String),
    "active_code": pl.String,
    "is_disputed": pl.Boolean,
}


def frame(rows: Sequence[sa.Row[Any]], schema: dict[str, Any]) -> pl.DataFrame:
    """Rows of a statement as a frame of a schema; columns are matched by position."""
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
