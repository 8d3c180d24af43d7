"""Rows of the intake as records that can be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import polars as pl

from casework.types import Viewer
from matching.normalise import normalise
from registry import deliveries
from registry.engine import Session

#: flags of an understood row
ANOTHERS_NUMBER = "personal_id_of_another"
#: the flag of a row that an officer typed for somebody who stood before him
AT_THE_COUNTER = "typed_at_the_counter"
UNNAMED = "unnamed"

#: what makes a record the one it is: an officer's verdict on a pair holds until one of these changes
_STRONG = ("name_norm", "birth", "birth_precision", "sex", "personal_id", "old_id", "codes")
#: what else a row without any number must say to be the same row again
_AROUND = ("household_code", "father_fold", "mother_fold", "birth_place", "residence")

#: the precision of a birth date whose day is known
_WHOLE = 0


def normalise_understood(understood: pl.DataFrame) -> pl.DataFrame:
    """NORMALISED of understood rows with row_id; a row's record_id is minus its row_id."""
    is_moving = pl.col("event") == "move_in"
    return normalise(understood.with_columns(record_id=-pl.col("row_id"), is_moving=is_moving))


def normalised_rows(session: Session, row_ids: Iterable[int], viewer: Viewer) -> pl.DataFrame:
    """NORMALISED of some rows of the intake."""
    return normalise_understood(deliveries.understood(deliveries.rows(session, row_ids, viewer)))


def compared_rows(session: Session, row_ids: Iterable[int], viewer: Viewer) -> pl.DataFrame:
    """NORMALISED of some rows of the intake, as they are compared."""
    understood = deliveries.understood(deliveries.rows(session, row_ids, viewer))
    return for_comparison(normalise_understood(understood), understood)


def for_comparison(normalised: pl.DataFrame, understood: pl.DataFrame) -> pl.DataFrame:
    """NORMALISED without the personal ids that are known to be another person's: they find, but do not identify."""
    others = understood.filter(pl.col("flags").list.contains(ANOTHERS_NUMBER)).select(record_id=-pl.col("row_id"))
    is_others = pl.col("record_id").is_in(others["record_id"].implode())
    return normalised.with_columns(personal_id=pl.when(~is_others).then(pl.col("personal_id")))


def identity_digests(normalised: pl.DataFrame) -> dict[int, str]:
    """record_id → digest of what identifies a record."""
    return {row[0]: _digest(row[1:]) for row in normalised.select("record_id", *_STRONG).iter_rows()}


def row_digests(normalised: pl.DataFrame) -> dict[int, str]:
    """record_id → digest of what identifies a row, so that a verdict on it holds for another row that says the same.

    A row without a number says the same only if family and places agree too: half a province may share a name and a
    year of birth. One without the whole birth date, or without a name yet, says so little that a verdict on it holds
    for itself alone: of twins who are not named yet each is "Con bà Mạc Thị Khuyên".
    """
    numbered = pl.any_horizontal(
        pl.col("personal_id").is_not_null(), pl.col("old_id").is_not_null(), pl.col("codes").list.len() > 0
    )
    around = [pl.when(~numbered).then(pl.col(name)).alias(name) for name in _AROUND]
    is_told = (pl.col("birth_precision") == _WHOLE) & ~pl.col("is_unnamed")
    itself = pl.when(~numbered & ~is_told.fill_null(value=False)).then("record_id").alias("itself")
    return {row[0]: _digest(row[1:]) for row in normalised.select("record_id", *_STRONG, *around, itself).iter_rows()}


def _digest(values: tuple[Any, ...]) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode("utf-8")).hexdigest()
