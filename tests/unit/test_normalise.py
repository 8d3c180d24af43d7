"""A record becomes what is searched and compared; the frame keeps its rows and their order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
import pytest

from matching.normalise import normalise
from matching.places import PROVINCES_34, known_province, province_of
from matching.schemas import NORMALISED, RECORD


def records(*rows: Mapping[str, object], **extra: pl.Series) -> pl.DataFrame:
    frame = pl.DataFrame([{"record_id": at, **row} for at, row in enumerate(rows)], {"record_id": pl.Int64, **RECORD})
    return frame.with_columns(**extra)


def normalised(*rows: Mapping[str, object], **extra: pl.Series) -> list[dict[str, object]]:
    frame = normalise(records(*rows, **extra))
    assert dict(frame.schema) == dict(NORMALISED)
    return frame.to_dicts()


def test_a_record_in_all_its_forms() -> None:
    (row,) = normalised(
        {
            "full_name": "ĐOÀN THỊ THUÝ",
            "birth_date": "1987-03-05",
            "sex": "F",
            "bhxh_code": "0105564797",
            "card_number": "GD4010105564797",
            "relation_to_head": "Chủ hộ",
            "residence_code": "00025",
            "residence_list": "2019",
            "birth_place_code": "00025",
            "father_name": "Đoàn Văn Hoà",
            "phone": "01621234567",
            "ethnicity": "Gia Rai",
        }
    )
    filled = {name: value for name, value in row.items() if value not in (None, [])}
    assert filled == {
        "record_id": 0,
        "name_norm": "đoàn thị thúy",
        "name_fold": "doan thi thuy",
        "name_sound": "doan thi thui",
        "has_marks": True,
        "is_unnamed": False,
        "birth": 19870305,
        "birth_precision": 0,
        "sex": "F",
        "codes": ["0105564797"],
        "relation": "head",
        "head_fold": "doan thi thuy",
        "birth_place": ["00008", "00025", "00199"],
        "residence": ["00008", "00025", "00199"],
        "residence_exact": "2019:00025",
        "father_norm": "đoàn văn hòa",
        "father_fold": "doan van hoa",
        "phone": "0321234567",
        "ethnicity": "gia rai",
    }


@pytest.mark.parametrize(
    ("text", "birth", "precision"),
    [
        ("1987-03-05", 19870305, 0),
        ("1987-03", 19870300, 1),
        ("1987", 19870000, 2),
        ("1990-02-31", None, None),
        ("1990-13-01", None, None),
        ("1990-00-01", None, None),
        ("31/02/1990", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_births_keep_their_precision(text: str | None, birth: int | None, precision: int | None) -> None:
    (row,) = normalised({"birth_date": text})
    assert (row["birth"], row["birth_precision"]) == (birth, precision)


def test_codes_are_all_codes_of_the_person_once_and_sorted() -> None:
    given = pl.Series([["0900000001", "0100000002"], None, None])
    rows = normalised(
        {"bhxh_code": "0100000002", "card_number": "GD4010000000003"}, {"bhxh_code": "0100000004"}, {}, codes=given
    )
    assert [row["codes"] for row in rows] == [["0000000003", "0100000002", "0900000001"], ["0100000004"], []]


def test_blank_is_null_everywhere() -> None:
    (row,) = normalised(dict.fromkeys(RECORD, " "))
    assert {name for name, value in row.items() if value not in (None, [])} == {"record_id"}


@pytest.mark.parametrize(
    ("name", "parents", "is_unnamed"),
    [
        ("Mai Thị Bích Ánh", {"mother_name": "MAI THI BICH ANH"}, True),
        ("Nguyễn Thị Mỹ An", {"mother_name": "Nguyễn Thị Mỹ Anh"}, False),
        ("Mai Thị Bích Ánh", {"mother_name": "Mai Thị Ánh"}, False),
        # among the Dao father and son may share a name
        ("Chảo Mắn On", {"father_name": "Chảo Mắn On"}, False),
        ("Ánh", {"mother_name": "Ánh"}, False),
        ("Mai Thị Bích Ánh", {}, False),
    ],
)
def test_a_child_under_its_mothers_name_has_none_yet(name: str, parents: dict[str, object], is_unnamed: bool) -> None:
    (record,) = normalised({"full_name": name, **parents})
    assert record["is_unnamed"] is is_unnamed


def test_status_is_passed_on() -> None:
    status = pl.Series(["active", "deceased"])
    assert [row["status"] for row in normalised({}, {}, status=status)] == ["active", "deceased"]


def test_no_record_in_no_record_out() -> None:
    assert normalised() == []


def test_rows_keep_their_order_and_do_not_depend_on_their_neighbours() -> None:
    rows = [{"full_name": f"Nguyễn Văn {given}", "birth_date": "1990"} for given in ("Mỹ", "An", "Mĩ", "Bé")]
    together = normalised(*rows)
    apart = [normalised(row)[0] for row in rows]
    assert [row["name_fold"] for row in together] == [row["name_fold"] for row in apart]
    assert [row["record_id"] for row in together] == [0, 1, 2, 3]


def test_provinces_of_a_commune_and_of_a_day() -> None:
    assert province_of("00025") == "01"
    assert province_of("99999") is None
    assert known_province("02", date(2025, 6, 30))
    assert not known_province("02", date(2025, 7, 1))
    assert not known_province("02")
    assert len(PROVINCES_34) == 34


@pytest.mark.parametrize(
    ("told", "personal_id", "old_id"),
    [
        ({"personal_id": "012345679"}, None, "012345679"),
        ({"old_id": "001087123456"}, "001087123456", None),
        ({"personal_id": "012345679", "old_id": "012345679"}, None, "012345679"),
        ({"personal_id": "001087123456", "old_id": "001087123456"}, "001087123456", None),
        ({"personal_id": "012345679", "old_id": "087654321"}, "012345679", "087654321"),
        ({"personal_id": "001087123456", "old_id": "012345679"}, "001087123456", "012345679"),
        ({"personal_id": "12345", "old_id": "B1234567"}, "12345", "B1234567"),
        ({"personal_id": "111111111111", "old_id": "123456789"}, None, None),
        ({"personal_id": "000000000", "old_id": "012345679"}, None, "012345679"),
    ],
)
def test_an_old_identity_card_is_no_personal_id_whatever_column_it_stands_in(
    told: dict[str, object], personal_id: str | None, old_id: str | None
) -> None:
    (row,) = normalised(told)
    assert (row["personal_id"], row["old_id"]) == (personal_id, old_id)


def test_a_day_that_a_spreadsheet_made_of_a_year_is_the_year() -> None:
    (row,) = normalised({"full_name": "Phan Thị Giang", "birth_date": "1905-05-09"})
    assert (row["birth"], row["birth_precision"]) == (19560000, 2)
