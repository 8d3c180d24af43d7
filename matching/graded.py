"""Levels of any text or number by how far two values are apart; where the levels begin is the model's to say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from matching.model import Comparison, Level

Codes = npt.NDArray[np.uint8]
Pair = tuple[pl.Series, pl.Series]


def graded(comparison: Comparison, own: Pair, other: Pair | None = None) -> Codes:
    """The code of the first level that each pair of values reaches; the last level takes the rest, 0 what is missing.

    A level that is `swapped` holds the left value against the right value of the other column, and the other way round.
    """
    codes = np.full(len(own[0]), len(comparison.levels), dtype=np.uint8)
    codes[(own[0].is_null() | own[1].is_null()).to_numpy()] = 0
    straight = _closeness(comparison.kind, own)
    crossed = None
    if other is not None:
        both = (_closeness(comparison.kind, pair) for pair in ((own[0], other[1]), (other[0], own[1])))
        crossed = np.minimum(*both)
    # From the last level up, so that the first that is reached stays.
    for at, level in reversed(list(enumerate(comparison.levels[:-1], start=1))):
        closeness = crossed if level.swapped and crossed is not None else straight
        codes[closeness >= _least(level)] = at
    return codes


def _least(level: Level) -> float:
    """How close two values must be: as a similarity, or as minus the keystrokes between them."""
    return level.at_least if level.at_least is not None else -float(level.at_most or 0)


def _closeness(kind: str, pair: Pair) -> npt.NDArray[np.float64]:
    """How close each pair of values is; minus infinity where one is missing. Equal pairs are looked at once."""
    left, right = pair
    closeness = np.full(len(left), -np.inf)
    equal = (left == right).fill_null(False).to_numpy()
    closeness[equal] = 1.0 if kind == "text" else 0.0
    unequal = np.flatnonzero((left != right).fill_null(False).to_numpy())
    ones, others = left.gather(unequal).to_list(), right.gather(unequal).to_list()
    if kind == "text":
        closeness[unequal] = cpdist(ones, others, scorer=JaroWinkler.similarity, dtype=np.float64, workers=1)
    else:
        closeness[unequal] = -cpdist(ones, others, scorer=OSA.distance, dtype=np.float64, workers=1)
    return closeness
