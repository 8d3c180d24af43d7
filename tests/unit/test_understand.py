"""A received row becomes typed values, flags and faults; no row is lost, and all faults of a row come at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest

from matching.schemas import RECEIVED, RECORD, UNDERSTOOD
from matching.understand import Conventions, understand

AT = date(2026, 11, 1)
CONVENTIONS = Conventions(
    sex_words={"nam": "M", "nu": "F", "1": "M", "0": "F"},
    event_words={"sinh": "birth", "chet": "death", "chuyen den": "move_in", "bo sung": "addition"},
    precision_words={"0": 0, "1": 1, "2": 2},
    date_order="dmy",
    commune_list=None,
)
GOOD = {
    "event": "Bổ sung",
    "event_date": "18/10/2026",
    "full_name": " NGUYỄN  VĂN AN ",
    "birth_date": "05/03/1987",
    "sex": "Nam",
}


def received(*rows: Mapping[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"row": at, "sheet_row": at + 1, **row} for at, row in enumerate(rows, start=1)], dict(RECEIVED)
    )


def understood(*rows: Mapping[str, str | None], conventions: Conventions = CONVENTIONS) -> list[dict[str, Any]]:
    frame = understand(received(*rows), conventions, AT)
    assert dict(frame.schema) == dict(UNDERSTOOD)
    return frame.to_dicts()


def faults(**change: str | None) -> list[tuple[str, str, str | None]]:
    (row,) = understood({**GOOD, **change})
    return [(fault["column"], fault["code"], fault["value"]) for fault in row["faults"]]


def test_a_good_row_is_typed() -> None:
    (row,) = understood({**GOOD, "residence_code": "1414", "phone": "+84 912 345 678", "relation_to_head": "Chồng"})
    expected = {
        "row": 1,
        "event": "addition",
        "event_date": "2026-10-18",
        "full_name": "NGUYỄN VĂN AN",
        "birth_date": "1987-03-05",
        "sex": "M",
        "residence_code": "01414",
        "phone": "0912345678",
        "relation_to_head": "spouse",
    }
    blank = {name: None for name in RECORD if name not in expected}
    assert row == {**blank, **expected, "flags": [], "faults": []}


def test_every_fault_of_a_row_comes_at_once_with_what_was_received() -> None:
    assert faults(event="Xyz", full_name="0912345678", birth_date="31/02/1990", sex="Giống", event_date="mai") == [
        ("event", "event_unknown", "Xyz"),
        ("full_name", "name_not_a_name", "0912345678"),
        ("birth_date", "date_impossible", "31/02/1990"),
        ("sex", "sex_unknown", "Giống"),
        ("event_date", "date_unreadable", "mai"),
    ]


def test_blank_cells_that_a_row_cannot_do_without() -> None:
    assert faults(event=" ", full_name=None, birth_date="") == [
        ("event", "event_missing", " "),
        ("full_name", "name_missing", None),
        ("birth_date", "birth_date_missing", ""),
    ]


def test_blank_sex_and_blank_event_date_stay_blank() -> None:
    (row,) = understood({**GOOD, "sex": "", "event_date": "  "})
    assert (row["sex"], row["event_date"], row["faults"]) == (None, None, [])


def test_the_word_for_sex_is_the_profiles() -> None:
    reversed_feed = Conventions({"1": "F", "2": "M"}, CONVENTIONS.event_words, {}, "dmy", None)
    assert [row["sex"] for row in understood({**GOOD, "sex": "1"}, conventions=reversed_feed)] == ["F"]
    assert [row["sex"] for row in understood({**GOOD, "sex": "1.0"})] == ["M"]


def test_a_year_only_date_stays_a_year() -> None:
    (row,) = understood({**GOOD, "birth_date": "01/01/1987", "birth_precision": "2"})
    assert row["birth_date"] == "1987"


def test_an_unknown_word_for_the_precision_is_no_whole_date() -> None:
    assert faults(birth_date="01/01/1987", birth_precision="3") == [("birth_precision", "precision_unknown", "3")]
    assert faults(birth_date="01/01/1987", birth_precision=" ") == []


@pytest.mark.parametrize("name", ["Nguуễn Vаn An", "Hoμng Văn An", "李小龙"])
def test_a_name_of_letters_that_only_look_latin_goes_back(name: str) -> None:
    assert faults(full_name=name) == [("full_name", "name_foreign_letters", name)]


@pytest.mark.parametrize("name", ["Đặng Thị Ơn", "H’Hen Niê", "Hʼ Bia Êban", "Rơ Ô K’Ƀlă", "Müller Jürgen", "Ŝ Č ĕ"])
def test_latin_letters_of_other_tongues_are_letters_of_names(name: str) -> None:
    assert faults(full_name=name) == []


@pytest.mark.parametrize(
    "filler", ["-", "0", "00", "0000000000", "999999999", "123456789", "chưa có", "x", "1", "12", "0407"]
)
def test_what_fills_the_cell_of_a_household_is_no_household(filler: str) -> None:
    (row,) = understood({**GOOD, "household_code": filler})
    assert (row["household_code"], row["flags"]) == (None, ["household_code_placeholder"])


@pytest.mark.parametrize(
    ("written", "code"),
    [("0100005955.0", "0100005955"), ("01 0000 5955", "0100005955"), ("HGĐ-12", "HGĐ-12"), ("11223", "11223")],
)
def test_a_household_code_loses_nothing_but_blanks_and_what_a_spreadsheet_adds(written: str, code: str) -> None:
    (row,) = understood({**GOOD, "household_code": written})
    assert (row["household_code"], row["flags"]) == (code, [])


def test_an_event_more_than_31_days_ahead_is_a_fault() -> None:
    assert faults(event_date="02/12/2026") == []
    assert faults(event_date="03/12/2026") == [("event_date", "date_future", "03/12/2026")]


def test_names_with_some_digits_are_names() -> None:
    assert faults(full_name="Tra62n Thi5 Thu1y") == []
    assert faults(full_name="12 A") == [("full_name", "name_not_a_name", "12 A")]
    assert faults(full_name="---") == [("full_name", "name_not_a_name", "---")]


def test_an_unnamed_child_and_a_parents_number_are_flagged_and_kept() -> None:
    (row,) = understood(
        {**GOOD, "full_name": "Con bà Nguyễn Thị Lan", "birth_date": "21/09/2026", "personal_id": "001187123456"}
    )
    assert (row["personal_id"], row["flags"]) == ("001187123456", ["personal_id_of_another", "unnamed"])
    assert row["faults"] == []


def test_who_bears_the_mothers_name_is_flagged_and_may_be_called_so() -> None:
    (row,) = understood({**GOOD, "full_name": "Nguyễn Thị Lan", "mother_name": "NGUYỄN THỊ LAN"})
    assert "mothers_name" in row["flags"]
    assert "unnamed" not in row["flags"]


def test_the_head_of_household_is_taken_from_the_file() -> None:
    rows = understood(
        {**GOOD, "full_name": "Trần Thị Hoa", "household_code": "01 0000 0001", "relation_to_head": "Vợ"},
        {**GOOD, "full_name": "Nguyễn Văn An", "household_code": "0100000001", "relation_to_head": "Chủ hộ"},
        {**GOOD, "full_name": "Lê Văn Ba", "relation_to_head": "CHU HO"},
        {**GOOD, "full_name": "Lê Thị Tư", "relation_to_head": "Con"},
        {**GOOD, "full_name": "Lê Thị Năm", "relation_to_head": "Con", "head_name": "Lê Văn Sáu"},
    )
    heads = [row["head_name"] for row in rows]
    assert heads == ["Nguyễn Văn An", "Nguyễn Văn An", "Lê Văn Ba", None, "Lê Văn Sáu"]


def test_two_heads_of_one_household_are_nobodys_head() -> None:
    rows = understood(
        {**GOOD, "full_name": "Trần Thị Hoa", "household_code": "1", "relation_to_head": "Vợ"},
        {**GOOD, "full_name": "Nguyễn Văn An", "household_code": "1", "relation_to_head": "Chủ hộ"},
        {**GOOD, "full_name": "Nguyễn Văn Bình", "household_code": "1", "relation_to_head": "Chủ hộ"},
    )
    assert [row["head_name"] for row in rows] == [None, "Nguyễn Văn An", "Nguyễn Văn Bình"]


def test_the_commune_list_of_the_row_comes_before_the_profiles() -> None:
    told = Conventions(CONVENTIONS.sex_words, CONVENTIONS.event_words, {}, "dmy", "2025")
    (row,) = understood(
        {**GOOD, "residence_code": "00025", "birth_place_code": "00025", "birth_place_list": "2019"}, conventions=told
    )
    assert (row["residence_list"], row["birth_place_list"]) == ("2025", "2019")


def test_no_row_in_no_row_out() -> None:
    assert understood() == []


def test_a_head_spelled_twice_is_one_head() -> None:
    rows = understood(
        {**GOOD, "full_name": "Nguyễn Văn Hoà", "household_code": "1", "relation_to_head": "Chủ hộ"},
        {**GOOD, "full_name": "NGUYỄN VĂN HÒA", "household_code": "1", "relation_to_head": "Chủ hộ"},
        {**GOOD, "full_name": "Trần Thị Hoa", "household_code": "1", "relation_to_head": "Vợ"},
    )
    assert rows[2]["head_name"] == "Nguyễn Văn Hoà"


def test_commune_codes_get_their_zeros_and_names_stay_names() -> None:
    codes = [
        understood({**GOOD, "residence_code": code})[0]["residence_code"] for code in ("25", "25.0", "Xã Bát Tràng")
    ]
    assert codes == ["00025", "00025", "Xã Bát Tràng"]


def test_a_row_whose_cells_do_not_fit_the_heading_is_at_fault_as_a_whole() -> None:
    assert faults(shape_fault="row_shape") == [("shape_fault", "row_shape", "row_shape")]


def test_keys_left_in_a_name_are_repaired_and_flagged() -> None:
    rows = understood(
        {**GOOD, "full_name": "Tra62n Thi5 Thu1y"},
        {**GOOD, "mother_name": "Nguyeenx Thij Lan"},
        {**GOOD, "full_name": "Moong Văn Nghệ", "address": "to6 5"},
    )
    assert [(row["full_name"], row["mother_name"], row["flags"]) for row in rows] == [
        ("Trần Thị Thúy", None, ["typing_residue_repaired"]),
        ("NGUYỄN VĂN AN", "Nguyễn Thị Lan", ["typing_residue_repaired"]),
        ("Moong Văn Nghệ", None, []),
    ]
    assert rows[2]["address"] == "to6 5"
