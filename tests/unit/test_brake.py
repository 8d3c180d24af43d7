"""The brake's limits, and what each sign counts: which rows can show it, and which do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from casework.deliveries.brake import SIGNS, WatchedRow, brake_rules, signs
from casework.types import Home
from tests.policies import LIMITS, with_policy

_BLANK = dict.fromkeys(("full_name", "birth_date", "sex", "personal_id", "old_id", "bhxh_code"))


def row(row_id: int, body: dict[str, Any] | None = None, **meaning: Any) -> WatchedRow:
    """A row that says and was ruled to be some things."""
    said = {**_BLANK, "event": "addition", "faults": [], "flags": [], **meaning}
    return WatchedRow(row_id, None, row_id + 1, said, body or {"outcome": "issued"}, is_repeated=row_id == 99)


def shown(sign: str, *rows: WatchedRow) -> list[bool | None]:
    """What each row shows of a sign."""
    return list(SIGNS[sign](rows))


def test_the_default_looks_at_every_sign(tmp_path: Path) -> None:
    rules = brake_rules(Home(tmp_path))
    assert {limit.sign for limit in rules.limits} == set(SIGNS)
    assert rules.fewest_rows >= 20


def test_a_sign_trips_above_its_limit_and_names_the_first_rows(tmp_path: Path) -> None:
    rules = brake_rules(with_policy(Home(tmp_path), "brake", LIMITS))
    alike = [row(number, full_name="Nguyễn Văn A") for number in range(7)]
    others = [row(number + 10, full_name=f"Trần Thị {number}") for number in range(7)]
    assert signs([*alike, *others], rules) == []
    (found,) = signs([*alike, *others[:6]], rules)
    assert (found.sign, found.rows, found.of, found.limit) == ("one_name", 7, 13, 0.5)
    assert found.examples == ((None, 1), (None, 2), (None, 3), (None, 4), (None, 5))
    assert signs(alike[:1], rules) == []


def test_faulty() -> None:
    assert shown("faulty", row(1), row(2, faults=[{"code": "date_unreadable"}])) == [False, True]


def test_alike_is_counted_once_for_two_rows() -> None:
    assert shown(
        "alike",
        row(1, {"person_id": 7}),
        row(2, {"person_id": 7}),
        row(3, {"same_as_row": 1}),
        row(4, {"same_as_row": 50}),
        row(5, {"waits_for_row": 3}),
        row(6, {"reason": "in_batch"}),
        row(7, {"person_id": None, "waits_for_row": None}),
        row(8, faults=[{"code": "date_unreadable"}]),
    ) == [False, True, True, False, True, True, False, None]


def test_unknown_is_asked_of_those_whom_the_register_should_know() -> None:
    nobody = {"reason": "unknown_person"}
    assert shown("unknown", row(1, nobody, event="death"), row(2, event="move_out"), row(3, nobody, event="birth")) == [
        True,
        False,
        None,
    ]


def test_contradicted_is_asked_of_rows_with_a_number() -> None:
    other = {"reason": "identity_conflict"}
    assert shown("contradicted", row(1, other, old_id="012345678"), row(2, bhxh_code="0100000001"), row(3, other)) == [
        True,
        False,
        None,
    ]


def test_a_parents_number_on_a_childs_row_is_no_misfit() -> None:
    number = "001186000555"
    assert shown(
        "number_misfits",
        row(1, personal_id=number, flags=["personal_id_disagrees"]),
        row(2, personal_id=number),
        row(3, personal_id=number, flags=["personal_id_of_another"]),
        row(4),
    ) == [True, False, None, None]


@pytest.mark.parametrize(
    ("name", "sex", "misfits"),
    [
        ("Nguyễn Thị Hoa", "M", True),
        ("Nguyễn Thị Hoa", "F", False),
        ("NGUYEN THI HOA", "M", True),
        ("Nguyễn Văn An", "F", True),
        ("Nguyen Van Anh", "F", None),  # perhaps Vân
        ("Văn Thị Hoa", "F", False),
        ("Thị Sà Rươl", "F", None),
        ("Y Moan", "M", None),
        ("Nguyễn Thị Văn Anh", "F", None),
        ("Nguyễn Thị Hoa", None, None),
        (None, "F", None),
    ],
)
def test_a_middle_name_tells_the_sex(name: str | None, sex: str | None, misfits: bool | None) -> None:
    assert shown("sex_misfits", row(1, full_name=name, sex=sex)) == [misfits]


def test_repeated() -> None:
    assert shown("repeated", row(1), row(99), row(2, faults=[{"code": "x"}])) == [False, True, None]


def test_one_number_is_the_commonest_of_one_column() -> None:
    assert shown(
        "one_number",
        row(1, personal_id="1", old_id="5"),
        row(2, personal_id="1"),
        row(3, personal_id="2", old_id="1"),
        row(4),
    ) == [True, True, False, None]


def test_one_birth_date_is_a_whole_date() -> None:
    rows = [row(1, birth_date="1990"), row(2, birth_date="1990"), row(3, birth_date="1990-01-01"), row(4)]
    assert shown("one_birth_date", *rows) == [None, None, True, None]
