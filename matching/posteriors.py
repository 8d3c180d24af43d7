"""The posteriors of one row: that it is each candidate, that its person is not in the register, or was missed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Posteriors:
    """Probabilities that sum to 1: of each candidate in turn, of "not in the register", of "in it, but missed"."""

    candidates: tuple[float, ...]
    new: float
    missed: float


def posteriors_of(odds: Sequence[float], prior: float, missed: float) -> Posteriors:
    """The posteriors out of log2 odds of "same" for each candidate.

    `prior` is the probability that the row's person is in the register, `missed` that the search misses one who is.
    """
    logs = [
        *(math.log2(prior) + odd for odd in odds),
        math.log2(1 - prior),
        math.log2(prior * missed),
    ]
    # shifted by the largest, so that nothing overflows
    top = max(logs)
    parts = [2 ** (log - top) for log in logs]
    whole = sum(parts)
    *candidates, new, lost = (part / whole for part in parts)
    return Posteriors(tuple(candidates), new, lost)
