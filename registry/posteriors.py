"""How sure the program was of each row when it decided it first."""

from __future__ import annotations

import polars as pl

from registry.engine import Session

#: Grain: one row of the intake that the program decided. The best candidate is a person, whose active code is told, or
#: another row.
POSTERIORS = {
    "file": pl.String,
    "row": pl.Int64,
    "event": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
    "posterior": pl.Float64,
    "model_version": pl.String,
    "issued_code": pl.String,
    "code": pl.String,
    "other_file": pl.String,
    "other_row": pl.Int64,
}


def first_posteriors(session: Session, batch_id: int | None) -> pl.DataFrame:
    """POSTERIORS of one batch, or of every row. They name no person but by code: what is told of them is counts."""
    found = session.rows("first_posteriors", batch_id=batch_id)
    return pl.DataFrame([tuple(row) for row in found], schema=POSTERIORS, orient="row")
