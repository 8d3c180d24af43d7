"""Numbers of made persons: right in structure, random in content, each used once."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Array = NDArray[Any]

#: In place of a number for who has none.
NONE = -1


def unique_numbers(rng: np.random.Generator, prefix: Array, digits: int) -> Array:
    """For each prefix a number that begins with it and ends in `digits` random digits, none twice (int64)."""
    base = prefix.astype(np.int64) * 10**digits
    value: Array = base + rng.integers(0, 10**digits, len(base))
    while True:
        twice = np.ones(len(value), dtype=bool)
        twice[np.unique(value, return_index=True)[1]] = False
        again = np.flatnonzero(twice)
        if not len(again):
            return value
        value[again] = base[again] + rng.integers(0, 10**digits, len(again))


def as_text(value: Array, width: int) -> pl.Series:
    """The numbers as text, filled with zeros on the left; NONE is blank."""
    numbers = pl.Series("number", value)
    return numbers.cast(pl.String).str.zfill(width).set(numbers == NONE, "")


def personal_ids(rng: np.random.Generator, province: Array, sex: Array, year: Array) -> Array:
    """12 digits: province of birth registration, century and sex, year of birth, six random digits."""
    century = (year // 100 - 19) * 2 + (sex == "F")
    return unique_numbers(rng, province * 1000 + century * 100 + year % 100, 6)


def old_ids(rng: np.random.Generator, province: Array) -> Array:
    """Old identity cards of 9 digits; one in five hundred is another person's number, as in life."""
    out = unique_numbers(rng, province, 7)
    shared = np.flatnonzero(rng.random(len(out)) < 0.002)
    out[shared] = out[rng.integers(0, len(out), len(shared))]
    return out


def phones(rng: np.random.Generator, size: int) -> Array:
    """Mobile numbers of 10 digits."""
    prefix = np.array([3, 5, 7, 8, 9])[rng.integers(0, 5, size)]
    return prefix * 10**8 + rng.integers(0, 10**8, size)
