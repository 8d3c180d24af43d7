"""A case beside its candidates: what counts as the same, nearly the same, different, or not to be compared."""

from __future__ import annotations

import pytest

from pipelines.cli_case import households_text, mark, percent, side_by_side, weights_line


@pytest.mark.parametrize(
    ("line", "left", "right", "expected"),
    [
        ("full_name", "Lê Văn An", "Lê Văn An", "="),
        ("full_name", "LE VAN AN", "Lê Văn An", "≈"),
        ("full_name", "Đỗ H'Hen", "Do H Hen", "≈"),
        ("full_name", "Lê Văn An", "Lê Văn Anh", "≠"),
        ("full_name", "Lê Văn An", None, "·"),
        ("birth_date", "1987", "1987-03-05", "≈"),
        ("birth_date", "1987-03-05", "1987-05-03", "≠"),
        ("address", "Thôn 7", "Thôn 7, Xã Bất Bạt", "≈"),
        ("personal_id", "001087000123", "001087000124", "≠"),
        ("residence", "01414 (2019)", "01414 (2019) Xã A", "="),
        ("residence", "01414 (2019)", "01414 (2025)", "≈"),
        ("residence", "01414 (không rõ danh mục)", "01414 (2025)", "≈"),
        ("residence", "01414 (2019)", "01415 (2019)", "≠"),
        ("residence", "01414 (2019)", "01415 (2025)", "?"),
        ("residence", "01414 (không rõ danh mục)", "01415 (không rõ danh mục)", "?"),
        ("residence", "Xã Tam Đồng", "01415 (2025)", "?"),
        ("residence", "Xã Tam Đồng", "xa Tam Dong", "≈"),
    ],
)
def test_marks(line: str, left: str | None, right: str | None, expected: str) -> None:
    assert mark(line, left, right) == expected
    assert mark(line, right, left) == expected


def test_a_row_stands_beside_its_candidates_and_silent_fields_are_left_out() -> None:
    row = {"full_name": "LE AN", "birth_date": "1987", "sex": "M", "residence_code": "01414", "residence_list": None}
    person: dict[str, str | None] = {"full_name": "Lê An", "birth_date": "1987-03-05", "sex": "F"}
    person |= {"residence_code": "01414", "residence_list": "2025", "phone": None}
    assert side_by_side("Dòng", row, [("Ứng viên 1", person)]).splitlines() == [
        "            Dòng                         Ứng viên 1",
        "──────────  ─────────────────────────  ──────────────",
        "Họ và tên   LE AN                      ≈ Lê An",
        "Ngày sinh   1987                       ≈ 05/03/1987",
        "Giới tính   nam                        ≠ nữ",
        "Nơi cư trú  01414 (không rõ danh mục)  ≈ 01414 (2025)",
    ]


def test_many_candidates_stand_a_few_abreast() -> None:
    tables = side_by_side("Dòng", {"full_name": "An"}, [(f"Ứng viên {n}", {"full_name": "An"}) for n in range(1, 6)])
    assert [part.splitlines()[0].count("Ứng viên") for part in tables.split("\n\n")] == [3, 2]


def test_nobody_beside_a_row_is_a_table_of_the_row() -> None:
    assert side_by_side("Dòng", {"full_name": "An"}, []).splitlines()[-1] == "Họ và tên  An"


def test_weights_are_told_heaviest_first_without_those_that_say_nothing() -> None:
    assert weights_line({"birth": 0.0, "given": -7.94, "surname": 2.0}) == "tên -7.9, họ +2.0"


@pytest.mark.parametrize(
    ("share", "said"), [(1.0, "trên 99.99 %"), (0.97992, "97.99 %"), (0.0, "dưới 0.01 %"), (0.5, "50.00 %")]
)
def test_no_percentage_is_certain(share: float, said: str) -> None:
    assert percent(share) == said


def test_households_are_told_once_each() -> None:
    head = {"full_name": "Lê An", "relation": "head", "sex": "M", "birth_date": "1960-05", "status": "deceased"}
    assert households_text({"01": [head], None: [], "02": []}).splitlines() == [
        "Hộ 01:",
        "  Lê An (chủ hộ, nam, 05/1960, đã chết)",
        "Hộ 02: chưa có ai trong sổ.",
    ]
