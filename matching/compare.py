"""PAIRS to LEVELS: how each candidate agrees with its row, comparison by comparison, as the model declares them.

Nothing here knows what a level is worth; that is the model's to say. matching/comparers.py holds the kinds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from matching.comparers import Chunk, Comparer, Frames, comparers_of
from matching.frequencies import Frequencies, Shares
from matching.model import Model
from matching.schemas import conform, empty, levels_schema

Codes = npt.NDArray[np.uint8]
Ids = npt.NDArray[np.int64]

#: Pairs compared at a time; about 150 MB of working memory.
CHUNK = 100_000


class ComparisonError(ValueError):
    """The frames to compare do not fit each other, or not the model."""


def compare(
    pairs: pl.DataFrame,
    left: pl.DataFrame,
    right: pl.DataFrame,
    frequencies: Frequencies,
    model: Model,
    *,
    chunk: int = CHUNK,
) -> pl.DataFrame:
    """LEVELS of PAIRS under a model, in their order.

    `left` and `right` hold every record that the pairs name, and every column that the model reads: for the standing
    models they are NORMALISED. `frequencies` counted the register; a record_id above 0 is of the register, below 0 a
    row. A number that is known to be another person's is for the caller to leave out. Raises ComparisonError for a
    pair whose record is not there, or is there twice, and for a column that is not there.
    """
    schema = levels_schema(model.names, model.shares)
    at_l, at_r = (
        _places_in(frame, pairs.get_column(column), column)
        for frame, column in ((left, "record_id_l"), (right, "record_id_r"))
    )
    for frame in (left, right):
        if absent := [column for column in model.columns if column not in frame.columns]:
            raise ComparisonError(f"model {model.version} reads {', '.join(absent)}, which the frame does not have")
    if pairs.is_empty():
        return empty(schema)
    frames = Frames(left, right, frequencies, model)
    comparers = comparers_of(frames, model.comparisons)
    parts = [
        _compare_chunk(frames, comparers, (at_l[start : start + chunk], at_r[start : start + chunk]))
        for start in range(0, len(at_l), chunk)
    ]
    return conform(pl.concat([pairs.select("record_id_l", "record_id_r"), pl.concat(parts)], how="horizontal"), schema)


def _places_in(frame: pl.DataFrame, wanted: pl.Series, column: str) -> Ids:
    """The place of each wanted record in the frame."""
    known = frame.select("record_id").with_row_index("at")
    if known.get_column("record_id").n_unique() != frame.height:
        raise ComparisonError(f"{column}: the frame holds a record_id more than once; give each record one row")
    found = pl.DataFrame({"record_id": wanted.cast(pl.Int64)}).join(
        known, on="record_id", how="left", maintain_order="left", validate="m:1"
    )
    missing = found.get_column("at").null_count()
    if missing:
        raise ComparisonError(f"{column}: {missing} pairs name a record that the frame does not hold; add its row")
    return found.get_column("at").to_numpy().astype(np.int64)


def _compare_chunk(frames: Frames, comparers: Sequence[tuple[str, Comparer]], at: tuple[Ids, Ids]) -> pl.DataFrame:
    """The level and share columns of one chunk of pairs."""
    codes: dict[str, Codes] = {}
    shares: dict[str, Shares] = {}
    chunk = Chunk(frames, at, codes)
    for name, look in comparers:
        seen = look(chunk)
        codes[name] = seen.codes
        shares |= seen.shares
    return pl.DataFrame(
        {
            **{f"level_{name}": of_pairs for name, of_pairs in codes.items()},
            **{f"share_{name}": pl.Series(share, nan_to_null=True) for name, share in shares.items()},
        }
    )
