"""Senders with a way of their own: each way on names that one can read, and a whole world of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.world import Recipe, make_world
from benchmarks.world_senders import WAYS, Way, accented, draw_way, misread, write


def row() -> dict[str, str]:
    return {"full_name": "Nguyễn Thị Sương", "father_name": "", "mother_name": "Trần Thị Dung", "birth": "1990-05-02"}


@pytest.mark.parametrize(
    ("word", "part", "correct", "typed", "written"),
    [
        ("Nguyễn", "tone", "ngã", "hỏi", "Nguyển"),
        ("Nguyễn", "tone", "nặng", "ngang", "Nguyễn"),
        ("Thị", "tone", "nặng", "ngang", "Thi"),
        ("Sương", "initial", "s", "x", "Xương"),
        ("trung", "initial", "tr", "ch", "chung"),
        ("Thị", "initial", "t", "c", "Thị"),
        ("Lan", "final", "n", "ng", "Lang"),
        ("An", "final", "n", "ng", "An"),
        ("Dung", "final", "n", "ng", "Dung"),
    ],
)
def test_an_accent_changes_the_syllables_that_hold_it(
    word: str, part: str, correct: str, typed: str, written: str
) -> None:
    assert accented(word, part, correct, typed) == written


def test_a_scanner_misreads_one_letter_of_its_table() -> None:
    rng = np.random.default_rng(1)
    read = {misread(rng, "Ninh") for _ in range(200)}
    assert {"Nỉnh", "Nính"} <= read
    assert misread(rng, "Gxb") == "Gxb"


@pytest.mark.parametrize(
    ("way", "changed"),
    [
        (Way("accent", 1.0, "tone", "ngã", "hỏi"), {"full_name": "Nguyển Thị Sương"}),
        (Way("keys", 1.0), {"full_name": "Nguyeenx Thij Suwowng", "mother_name": "Traanf Thij Dung"}),
        (Way("years", 1.0), {"birth": "1990"}),
        (Way("scanned", 0.0), {}),
    ],
    ids=lambda value: value.name if isinstance(value, Way) else "",
)
def test_each_way_is_tagged_where_it_shows(way: Way, changed: dict[str, str]) -> None:
    written = row()
    tags = write(np.random.default_rng(1), way, written)
    assert written == row() | changed
    assert tags == ([way.name] if changed else [])


def test_every_way_is_drawn() -> None:
    rng = np.random.default_rng(1)
    assert {draw_way(rng).name for _ in range(100)} == set(WAYS)


def test_all_rows_of_a_wild_typist_show_one_way(tmp_path: Path) -> None:
    make_world(tmp_path, Recipe(persons=3_000, seed=2, rate=0.0, files=24, wild=1.0))
    tags = pl.read_csv(tmp_path / "truth.csv", infer_schema=False)["tags"].drop_nulls().str.split(";").explode()
    shown = dict(tags.filter(tags.is_in(list(WAYS))).value_counts().iter_rows())
    assert set(shown) == set(WAYS)
    assert shown["keys"] > 20
