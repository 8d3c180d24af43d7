"""Levels of all that is neither name nor place: birth date, sex, numbers, household, telephone.

Every function takes one value a pair from each side and gives one level code a pair.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from matching.levels import code

Codes = npt.NDArray[np.uint8]
Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: Relations to the head that one person of a household holds alone.
_HELD_BY_ONE = ("head", "spouse")


def equality(kind: str, left: pl.Series, right: pl.Series) -> Codes:
    """same, different or missing, in the codes of a kind."""
    level = (left == right).replace_strict(
        {True: code(kind, "same"), False: code(kind, "different")}, default=0, return_dtype=pl.UInt8
    )
    return level.to_numpy(writable=True)


def one_keystroke(left: pl.Series, right: pl.Series) -> Mask:
    """Where two numbers differ by one digit put wrong, left out, added, or swapped with its neighbour."""
    distance = cpdist(left.to_list(), right.to_list(), scorer=OSA.distance, score_cutoff=1, dtype=np.uint8, workers=1)
    near: Mask = distance == 1
    return near


def number(kind: str, left: pl.Series, right: pl.Series) -> Codes:
    """same, slip, different or missing for two columns of numbers; a personal id may also be reissued."""
    level = equality(kind, left, right)
    unequal = np.flatnonzero(level == code(kind, "different"))
    if not len(unequal):
        return level
    left, right = left.gather(unequal), right.gather(unequal)
    if kind == "personal_id":
        kept = (left.str.head(3) == right.str.head(3)) & (left.str.tail(6) == right.str.tail(6))
        level[unequal[kept.to_numpy()]] = code(kind, "reissued")
    level[unequal[one_keystroke(left, right)]] = code(kind, "slip")
    return level


def household(left: pl.Series, right: pl.Series, is_moving: Mask) -> Codes:
    """The level of two household codes; whoever moves has another one in any case."""
    level = number("household", left, right)
    return np.where((level == code("household", "different")) & is_moving, code("household", "moved"), level).astype(
        np.uint8
    )


def numbers(left: pl.Series, right: pl.Series) -> Codes:
    """The level of two lists of numbers: same if they share one, slip if two are a keystroke apart."""
    level = np.zeros(len(left), dtype=np.uint8)
    lists = pl.DataFrame({"l": left, "r": right}).with_row_index("at")
    both = lists.filter((pl.col("l").list.len() > 0) & (pl.col("r").list.len() > 0)).explode("l").explode("r")
    at = both.get_column("at").to_numpy()
    met = number("number", both.get_column("l"), both.get_column("r"))
    for name in ("different", "slip", "same"):
        level[at[met == code("number", name)]] = code("numbers", name)
    return level


class Birth(NamedTuple):
    """Birth dates in parts, zero for what is unknown; precision 0 full, 1 month and year, 2 year only, 3 missing."""

    year: Ids
    month: Ids
    day: Ids
    precision: Ids


def birth_of(records: pl.DataFrame, column: str, precision_column: str | None = None) -> Birth:
    """The dates of a column of yyyymmdd, each at its precision; without a column of precisions all are full."""
    whole = records.get_column(column).fill_null(0).to_numpy().astype(np.int64)
    told = pl.Series([0] * records.height) if precision_column is None else records.get_column(precision_column)
    precision = told.fill_null(0).to_numpy().astype(np.int64)
    precision = np.where(whole // 10000 == 0, 3, precision)
    return Birth(whole // 10000, whole // 100 % 100, whole % 100, precision)


def _digit_slip(one: Ids, other: Ids, digits: int) -> Mask:
    """Where two numbers of so many digits differ in one digit, or in two neighbours swapped."""
    powers = 10 ** np.arange(digits)
    ones, others = one[:, None] // powers % 10, other[:, None] // powers % 10
    unlike = ones != others
    count = unlike.sum(axis=1)
    swapped = np.zeros(len(one), dtype=np.bool_)
    for at in range(digits - 1):
        crossed = (ones[:, at] == others[:, at + 1]) & (ones[:, at + 1] == others[:, at])
        swapped |= unlike[:, at] & unlike[:, at + 1] & crossed
    slip: Mask = (count == 1) | ((count == 2) & swapped)
    return slip


#: Years by which a slip or a guess seldom misses
_GENERATION = 15


def birth(left: Birth, right: Birth) -> Codes:
    """The level of two birth dates, each at its own precision."""
    coarsest = np.maximum(left.precision, right.precision)
    apart = np.abs(left.year - right.year)
    same_year = apart == 0
    same_month = same_year & (left.month == right.month)
    same_days = (left.month == right.month) & (left.day == right.day)
    turned = (left.month == right.day) & (left.day == right.month)
    heaped_l = (left.precision == 0) & (left.month == 1) & (left.day == 1)
    heaped_r = (right.precision == 0) & (right.month == 1) & (right.day == 1)
    slipped = (left.month == right.month) & _digit_slip(left.day, right.day, 2) | (left.day == right.day) & _digit_slip(
        left.month, right.month, 2
    )
    full, month, year = coarsest == 0, coarsest == 1, coarsest == 2
    rules: list[tuple[Mask, str]] = [
        (coarsest == 3, "missing"),
        (full & same_year & same_days & heaped_l, "january"),
        (full & same_year & same_days, "full"),
        (full & same_year & (heaped_l | heaped_r), "heaped"),
        (full & same_year & turned, "swapped"),
        (full & same_year & slipped, "slip"),
        (full & same_year & ((left.month == right.month) | (left.day == right.day)), "part"),
        (full & same_days & ~heaped_l & ((apart == 1) | _digit_slip(left.year, right.year, 4)), "year_slip"),
        (month & same_month, "month"),
        (month & same_year & (heaped_l | heaped_r), "heaped"),
        (year & same_year, "year"),
        (same_year, "same_year"),
        ((apart == 1) & (~full | heaped_l | heaped_r), "near_year"),
        ((apart > _GENERATION) & ~_digit_slip(left.year, right.year, 4), "far"),
        (full, "clash"),
    ]
    levels = [np.uint8(code("date", name)) for _, name in rules]
    return np.select([mask for mask, _ in rules], levels, default=np.uint8(code("date", "different_year")))


def relation(left: pl.Series, right: pl.Series, same_household: Mask) -> Codes:
    """The level of two relations to the head, where the household is the same: else it says nothing."""
    same = left == right
    level = np.where(same.fill_null(False).to_numpy(), code("relation", "plural"), code("relation", "different"))
    level[(same & left.is_in(_HELD_BY_ONE)).fill_null(False).to_numpy()] = code("relation", "single")
    level[~same_household | same.is_null().to_numpy()] = 0
    return level.astype(np.uint8)


def head(left: pl.Series, right: pl.Series, same_household: Mask) -> Codes:
    """The level of two heads' names; one household has one head, so that there it says little more."""
    level = equality("head", left, right)
    level[(level == code("head", "same")) & same_household] = code("head", "implied")
    return level
