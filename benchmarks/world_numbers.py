"""Numbers of made persons: right in structure, random in content, each used once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def unique_numbers(rng: np.random.Generator, prefix: Array, digits: int, width: int) -> Array:
    """For each prefix a text of `width` digits: the prefix and `digits` random ones, no text twice."""
    base = prefix.astype(np.int64) * 10**digits
    value = base + rng.integers(0, 10**digits, len(base))
    while True:
        twice = np.ones(len(value), dtype=bool)
        twice[np.unique(value, return_index=True)[1]] = False
        again = np.flatnonzero(twice)
        if not len(again):
            return padded(value, width)
        value[again] = base[again] + rng.integers(0, 10**digits, len(again))


def padded(value: Array, width: int) -> Array:
    """The numbers as text, filled with zeros on the left."""
    return np.char.zfill(value.astype(f"U{width}"), width).astype(object)


def personal_ids(rng: np.random.Generator, province: Array, sex: Array, year: Array) -> Array:
    """12 digits: province of birth registration, century and sex, year of birth, six random digits."""
    century = (year // 100 - 19) * 2 + (sex == "F")
    prefix = province.astype(np.int64) * 1000 + century * 100 + year % 100
    return unique_numbers(rng, prefix, 6, 12)


def old_ids(rng: np.random.Generator, province: Array) -> Array:
    """Old identity cards of 9 digits; one in five hundred is another person's number, as in life."""
    out = unique_numbers(rng, province.astype(np.int64), 7, 9)
    shared = np.flatnonzero(rng.random(len(out)) < 0.002)
    out[shared] = out[rng.integers(0, len(out), len(shared))]
    return out


def phones(rng: np.random.Generator, size: int) -> Array:
    """Mobile numbers of 10 digits."""
    prefix = np.array([3, 5, 7, 8, 9])[rng.integers(0, 5, size)]
    return padded(prefix * 10**8 + rng.integers(0, 10**8, size), 10)
