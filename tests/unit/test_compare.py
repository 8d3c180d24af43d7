"""Levels of everything but names, shares, and what the frames must hold."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from matching.compare import ComparisonError, compare
from matching.comparers import COMPARERS
from matching.frequencies import Frequencies, count_frequencies
from matching.levels import KINDS
from matching.model_files import load_model
from matching.normalise import normalise
from matching.schemas import PAIRS, RECORD, levels_schema

MODEL = load_model()
BIRTHS = Path(__file__).parents[1] / "spec" / "tables" / "birth_levels.csv"


def records(*told: dict[str, Any]) -> pl.DataFrame:
    rows = [{**dict.fromkeys(RECORD), "full_name": "Lê An", **each} for each in told]
    return normalise(pl.DataFrame(rows, schema={**RECORD, "record_id": pl.Int64}))


def pair(left: dict[str, Any], right: dict[str, Any], *, is_moving: bool = False) -> dict[str, Any]:
    """The level names and shares of one pair, in a register of the right record alone; whether the left one moves."""
    ones = records({"record_id": -1, **left}).with_columns(is_moving=pl.lit(is_moving))
    others = records({"record_id": 1, **right})
    pairs = pl.DataFrame({"record_id_l": [-1], "record_id_r": [1]}, schema=dict(PAIRS))
    found = compare(pairs, ones, others, Frequencies(count_frequencies(others, MODEL)), MODEL).row(0, named=True)
    levels = MODEL.levels_of(found)
    return {**levels, **{name: value for name, value in found.items() if name.startswith("share_")}}


def births() -> list[dict[str, str]]:
    with BIRTHS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row['a']} / {row['b']}") for row in births()])
def test_levels_of_two_birth_dates(row: dict[str, str]) -> None:
    a, b = {"birth_date": row["a"] or None}, {"birth_date": row["b"] or None}
    assert pair(a, b)["birth"] == pair(b, a)["birth"] == row["level"]


def test_every_kind_has_its_comparer() -> None:
    assert list(COMPARERS) == list(KINDS)


@pytest.mark.parametrize(
    ("column", "a", "b", "level"),
    [
        ("personal_id", "001186123456", "001186123456", "same"),
        ("personal_id", "001186123456", "001186123465", "slip"),
        ("personal_id", "001186123456", "001187123456", "slip"),
        ("personal_id", "001186123456", "001292123456", "reissued"),
        ("personal_id", "001186123456", "001186654321", "different"),
        ("personal_id", "001186123456", None, "missing"),
        ("old_id", "012345670", "012345679", "slip"),
        ("old_id", "012345670", "087654321", "different"),
        ("household_code", "0100005955", "0100005955", "same"),
        ("household_code", "0100005955", "2200005955", "different"),
        ("phone", "0912345678", "0912345678", "same"),
        ("phone", "0912345678", "0987654321", "different"),
        ("sex", "M", "F", "different"),
        ("sex", None, "F", "missing"),
    ],
)
def test_levels_of_single_values(column: str, a: str | None, b: str | None, level: str) -> None:
    assert pair({column: a}, {column: b})[column.removesuffix("_code")] == level


def test_any_code_of_a_person_counts_and_the_best_agreement_is_taken() -> None:
    card = {"bhxh_code": "0110301408", "card_number": "GD4010105564797"}
    assert pair({"bhxh_code": "0105564797"}, card)["code"] == "same"
    assert pair({"bhxh_code": "0105564798"}, card)["code"] == "slip"
    assert pair({"bhxh_code": "2222222222"}, card)["code"] == "different"
    assert pair({}, card)["code"] == "missing"


def place(birth: str | None, residence: str | None, which: str | None = "2025") -> dict[str, str | None]:
    return {
        "birth_place_code": birth,
        "birth_place_list": which if birth else None,
        "residence_code": residence,
        "residence_list": which if residence else None,
    }


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        (place("00004", "00070"), place("00004", "00070"), "both_exact"),
        (place("00004", "00070", None), place("00004", "00070"), "both"),
        (place("00004", "00070"), place("00004", "26740"), "birth_exact"),
        (place("26740", "00070"), place("00004", "00070"), "residence"),
        (place("00070", None), place("26740", "00070"), "crosswise"),
        (place("00004", None), place("00070", None), "province"),
        (place("00004", None), place("26740", None), "elsewhere"),
        (place(None, None), place("26740", None), "missing"),
    ],
)
def test_levels_of_birth_place_and_residence(a: dict[str, Any], b: dict[str, Any], level: str) -> None:
    assert pair(a, b)["place"] == level


def test_whoever_moves_tells_where_to_and_not_where_he_was() -> None:
    before = place("26740", "26740")
    assert pair(place(None, "00070"), before, is_moving=True)["place"] == "moved"
    assert pair(place(None, "26740"), before, is_moving=True)["place"] == "residence"
    assert pair(place("00004", "00070"), before, is_moving=True)["place"] == "elsewhere"


def test_one_household_implies_its_place_its_head_and_the_parents_of_its_children() -> None:
    told = {
        **place("00004", "00070"),
        "household_code": "0100005955",
        "relation_to_head": "child",
        "head_name": "Lê Văn Tám",
        "mother_name": "Trần Thị Lý",
    }
    found = pair(told, told)
    assert (found["place"], found["head"], found["parents"]) == ("implied", "implied", "implied")
    assert found["relation"] == "plural"
    apart = pair(told, {**told, "household_code": "2200009999"})
    assert (apart["place"], apart["head"], apart["parents"]) == ("both_exact", "same", "one")
    assert apart["relation"] == "missing"


def test_the_name_of_a_head_who_is_the_person_is_not_counted_twice() -> None:
    assert pair({"relation_to_head": "head"}, {"head_name": "Lê An"})["head"] == "missing"


@pytest.mark.parametrize(
    ("father", "mother", "level"),
    [
        (("Lê Văn Tám", "Le Van Tam"), ("Trần Thị Lý", "Trần Thị Lý"), "both"),
        (("Lê Văn Tám", "Lê Văn Tám"), (None, "Trần Thị Lý"), "one"),
        (("Lê Văn Tám", "Lê Văn Tâm"), (None, None), "close"),
        (("Lê Văn Tám", "Lê Văn Tám"), ("Trần Thị Lý", "Đỗ Hoa"), "mixed"),
        (("Lê Văn Tám", "Phạm Bảy"), ("Trần Thị Lý", "Đỗ Hoa"), "conflict"),
        ((None, "Phạm Bảy"), ("Trần Thị Lý", None), "missing"),
    ],
)
def test_levels_of_parents(
    father: tuple[str | None, str | None], mother: tuple[str | None, str | None], level: str
) -> None:
    sides = [{"father_name": father[side], "mother_name": mother[side]} for side in (0, 1)]
    assert pair(*sides)["parents"] == level


def test_a_child_not_yet_named_has_no_name_to_compare() -> None:
    found = pair({"full_name": "Con bà Nguyễn Thị Lan"}, {"full_name": "Nguyễn Thị Lan"})
    assert (found["given"], found["middle"], found["surname"]) == ("missing", "missing", "missing")
    assert found["share_name"] is None


def test_a_share_counts_the_others_who_carry_a_value_and_folds_where_a_row_has_no_marks() -> None:
    names = ["Nguyễn Văn Hùng"] * 4 + ["Nguyễn Văn Hưng"] * 4 + ["Trần Thị Mai"] * 92
    register = records(*({"record_id": at, "full_name": name} for at, name in enumerate(names, start=1)))
    rows = records({"record_id": -1, "full_name": "Nguyễn Văn Hùng"}, {"record_id": -2, "full_name": "NGUYEN VAN HUNG"})
    pairs = pl.DataFrame({"record_id_l": [-1, -2], "record_id_r": [1, 1]}, schema=dict(PAIRS))
    found = compare(pairs, rows, register, Frequencies(count_frequencies(register, MODEL)), MODEL)
    assert found["share_given"].to_list() == [0.03, 0.07]
    assert found["share_given"].to_list() <= found["share_name"].to_list()


def test_a_person_who_came_after_the_count_takes_nobody_away_from_it() -> None:
    """Three of a hundred bear the name; that a fourth came later does not make it rarer."""
    names = ["Nguyễn Văn Hùng"] * 3 + ["Trần Thị Mai"] * 97
    register = records(*({"record_id": at, "full_name": name} for at, name in enumerate(names, start=1)))
    later = records({"record_id": 1, "full_name": names[0]}, {"record_id": 101, "full_name": names[0]})
    rows = records({"record_id": -1, "full_name": names[0]})
    pairs = pl.DataFrame({"record_id_l": [-1, -1], "record_id_r": [1, 101]}, schema=dict(PAIRS))
    found = compare(pairs, rows, later, Frequencies(count_frequencies(register, MODEL), 100), MODEL)
    assert found["share_given"].to_list() == [0.02, 0.03]


def test_a_commune_has_its_people_however_few_of_them_a_register_knows() -> None:
    """One of a thousand records lives there; 2,000 of the 30,000 persons of whom they are a part do."""
    told: list[dict[str, Any]] = [
        {"full_name": "Lê An", **place("00004", "00004")},
        *({"full_name": "Vũ Bình"} for _ in range(999)),
    ]
    register = records(*({"record_id": at, **record} for at, record in enumerate(told, start=1)))
    rows = records({"record_id": -1, **told[0]})
    pairs = pl.DataFrame({"record_id_l": [-1], "record_id_r": [1]}, schema=dict(PAIRS))
    found = compare(pairs, rows, register, Frequencies(count_frequencies(register, MODEL)), MODEL)
    assert found["share_place"].to_list() == [pytest.approx(2_000 / 30_000)]


def test_a_place_is_as_common_as_it_is_among_those_of_one_surname() -> None:
    """Nine in ten of a surname live in one commune of ten; that a stranger of the name is from there is no chance."""
    here, there = place("00004", "00004"), place("26740", "26740")
    told = [
        *({"full_name": "Siu Hlơi", **here} for _ in range(90)),
        *({"full_name": "Siu Hlơi", **there} for _ in range(10)),
        *({"full_name": "Lê An", **there} for _ in range(900)),
    ]
    register = records(*({"record_id": at, **record} for at, record in enumerate(told, start=1)))
    rows = records({"record_id": -1, "full_name": "Siu Hlơi", **here}, {"record_id": -2, "full_name": "Lê An", **there})
    pairs = pl.DataFrame({"record_id_l": [-1, -2], "record_id_r": [1, 1000]}, schema=dict(PAIRS))
    found = compare(pairs, rows, register, Frequencies(count_frequencies(register, MODEL)), MODEL)
    kin, others = found["share_place"].to_list()
    assert kin == pytest.approx((89 + 20 * 0.09) / (99 + 20)), "far more than the 9 % of all"
    assert others == pytest.approx((899 + 20 * 0.91) / (899 + 20))


def test_levels_do_not_depend_on_how_the_pairs_are_cut() -> None:
    rng = np.random.default_rng(5)
    names = [f"{s} {m} {g}" for s in ("Lê", "Vũ") for m in ("Văn", "Thị Thu") for g in ("Hà", "Hạ", "Nam")]
    told = [
        {"record_id": at, "full_name": names[at % len(names)], "birth_date": f"19{70 + at % 20}-0{1 + at % 9}-11"}
        for at in range(1, 41)
    ]
    register = records(*told)
    pairs = pl.DataFrame(rng.integers(1, 41, (300, 2)), schema=dict(PAIRS))
    frequencies = Frequencies(count_frequencies(register, MODEL))
    whole = compare(pairs, register, register, frequencies, MODEL)
    assert whole.schema == pl.Schema(levels_schema(MODEL.names, MODEL.shares))
    assert compare(pairs, register, register, frequencies, MODEL, chunk=7).equals(whole)
    assert compare(pairs.clear(), register, register, frequencies, MODEL).equals(whole.clear())


def test_frequencies_cut_down_to_some_values_answer_the_same() -> None:
    register = records(*({"record_id": at, "full_name": "Lê An" if at % 3 else "Đỗ Văn Bình"} for at in range(1, 50)))
    counted = count_frequencies(register, MODEL)
    fewer = counted.filter(pl.col("value").is_in(["", "an"]))
    keys = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    asked = pl.Series(["an"]), keys, np.zeros(1, dtype=np.int64)
    assert Frequencies(fewer).share("given", *asked) == Frequencies(counted).share("given", *asked)


@pytest.mark.parametrize(
    ("right", "message"), [([2], "record_id_r: 1 pairs name a record"), ([1, 1], "more than once")]
)
def test_a_pair_needs_each_record_once(right: list[int], message: str) -> None:
    ones, others = records({"record_id": -1}), records(*({"record_id": each} for each in right))
    pairs = pl.DataFrame({"record_id_l": [-1], "record_id_r": [1]}, schema=dict(PAIRS))
    with pytest.raises(ComparisonError, match=message):
        compare(pairs, ones, others, Frequencies(count_frequencies(others, MODEL)), MODEL)
