"""What one box of free text asks for, and what is masked of a person."""

from __future__ import annotations

import pytest

from casework.errors import UsageError
from casework.office.counter import in_one_box
from casework.office.masking import is_within, masked
from casework.types import Scope


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("nguyen van an 05/03/1987", {"full_name": "nguyen van an", "birth_date": "05/03/1987"}),
        ("Nguyễn Văn An, 3-1987", {"full_name": "Nguyễn Văn An", "birth_date": "3/1987"}),
        ("H'Wen 1979", {"full_name": "H'Wen", "birth_date": "1979"}),
        ("001071000111", {"personal_id": "001071000111"}),
        ("0111000001 Đỗ Quang Khải", {"full_name": "Đỗ Quang Khải", "bhxh_code": "0111000001"}),
        ("012345678", {"old_id": "012345678"}),
        ("GD4010111000001", {"card_number": "GD4010111000001"}),
        ("   ", {}),
    ],
)
def test_one_box(text: str, asked: dict[str, str]) -> None:
    assert in_one_box(text) == asked


def test_a_number_that_is_on_no_paper() -> None:
    with pytest.raises(UsageError, match="11 digits"):
        in_one_box("12345678901")


PERSON = {
    "full_name": "Đỗ Quang Khải",
    "birth_date": "1971-03-14",
    "personal_id": "001071000111",
    "address": "Thôn 3",
    "old_id": None,
    "residence_code": "24301",
    "residence_list": "2025",
}


def test_masked() -> None:
    shown = masked(PERSON)
    assert (shown["full_name"], shown["birth_date"], shown["residence_code"]) == ("Đỗ Quang Khải", "1971", "24301")
    assert (shown["personal_id"], shown["address"], shown["old_id"]) == ("•••••••••111", None, None)


@pytest.mark.parametrize(
    ("record", "scope", "expected"),
    [
        (PERSON, Scope("66"), True),
        (PERSON, Scope("66", "xa-24301"), True),
        (PERSON, Scope("01"), False),
        (PERSON, Scope(), True),
        ({"full_name": "An"}, Scope("01"), False),
        ({"full_name": "An"}, Scope(), True),
        ({"birth_place_code": "24301", "birth_place_list": "2025"}, Scope("66"), True),
    ],
)
def test_the_area_of_a_person(record: dict[str, str], scope: Scope, *, expected: bool) -> None:
    assert is_within(record, scope) == expected
