"""How two names compare, part by part: every row of tables/name_levels.csv."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from matching.levels import KINDS
from matching.names import compare_names, name_table
from matching.text import norm_name

TABLE = Path(__file__).parent / "tables" / "name_levels.csv"
PARTS = ("surname", "middle", "given")


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def levels(a: str, b: str) -> dict[str, str]:
    names = sorted({norm_name(a), norm_name(b)})
    left, right = (np.array([names.index(norm_name(name))]) for name in (a, b))
    found = compare_names(name_table(pl.Series(names)), left, right)
    return {part: ("missing", *(KINDS[part].levels or ()))[getattr(found, part)[0]] for part in PARTS}


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row['a']} / {row['b']}") for row in rows()])
def test_levels_of_two_names(row: dict[str, str]) -> None:
    assert levels(row["a"], row["b"]) == {part: row[part] for part in PARTS}


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row['a']} / {row['b']}") for row in rows()])
def test_a_comparison_does_not_depend_on_the_side(row: dict[str, str]) -> None:
    assert levels(row["a"], row["b"]) == levels(row["b"], row["a"])


def test_what_the_hard_cases_call_the_same_differs_in_no_part_and_what_they_call_different_differs_in_one() -> None:
    agreeing = {"same", "flat", "none", "missing", "implied", "reordered"}
    for row in rows():
        found = levels(row["a"], row["b"])
        if row["expected"] == "same":
            assert "different" not in found.values(), row
        if row["expected"] == "different":
            assert not set(found.values()) <= agreeing, row
