"""How two values differ, for the eye: grades, and the characters that differ."""

from __future__ import annotations

import pytest

from casework.office.comparison import compared
from matching.differences import GRADES, Place, date_pieces, grade, grade_place, pieces

TABLE = [
    ("name", "Lương Thị Hạnh", "lương  thị hạnh", "same"),
    ("name", "Hoà", "Hòa", "same"),
    ("name", "Lương Thị Hạnh", "Luong Thi Hanh", "same_without_marks"),
    ("name", "Lương Thị Hanh", "Lương Thị Hạnh", "same_without_marks"),
    ("name", "Nguyễn Văn Sinh", "Nguyễn Văn Xinh", "close"),
    ("name", "Nguyễn Thị Thu Hà", "Nguyễn Hà", "close"),
    ("name", "Nguyễn Thị Thu Hà", "Nguyễn Thị Thu", "conflict"),
    ("name", "Y Bluê Niê", "Niê Y Bluê", "close"),
    ("name", "Trần Văn Long", "Trần Thị Hiền", "conflict"),
    ("name", "Trần Văn Long", None, "missing"),
    ("date", "1975-08-02", "1975-08-02", "same"),
    ("date", "1975-08-02", "1975", "close"),
    ("date", "1975-08-02", "1975-02-08", "close"),
    ("date", "1975-08-02", "1974-08-02", "close"),
    ("date", "1975-08-12", "1975-08-21", "close"),
    ("date", "1975-08-02", "1976-09-02", "conflict"),
    ("date", "1975-08", "1976", "conflict"),
    ("date", "", "1976", "missing"),
    ("number", "001071000111", "001071000111", "same"),
    ("number", "1071000111", "001071000111", "close"),
    ("number", "001071000111", "001071000101", "close"),
    ("number", "001071000111", "001071009911", "conflict"),
    ("word", "M", "M", "same"),
    ("word", "M", "F", "conflict"),
    ("text", "12 Phố Huế", "12 phố huế", "same"),
    ("text", "Thôn Hạ", "Thon Ha", "same_without_marks"),
    ("text", "Thôn Hạ, xã Minh", "Thôn Hạ", "close"),
    ("text", "Thôn Hạ", "Thôn Thượng", "conflict"),
]


@pytest.mark.parametrize(("kind", "left", "right", "expected"), TABLE)
def test_grades_are_the_same_from_both_sides(kind: str, left: str | None, right: str | None, expected: str) -> None:
    assert (grade(kind, left, right), grade(kind, right, left)) == (expected, expected)


def test_every_grade_was_given() -> None:
    assert {expected for *_, expected in TABLE} == set(GRADES)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (Place("09676", "2019", None), Place("09676", "2019", None), "same"),
        (Place("09676", "2019", None), Place("08995", "2019", None), "conflict"),
        # Yên Hòa, Cầu Giấy of the old list is within Yên Hòa of the new one
        (Place("00175", "2019", None), Place("00175", "2025", None), "close"),
        (Place("00175", "2019", None), Place("24301", "2025", None), "conflict"),
        (Place("00175", None, None), Place("00175", None, None), "same"),
        (Place("00175", None, "Xã Yên Hòa"), Place("00175", None, "Yên Hòa"), "close"),
        (Place(None, None, "Xã Hạ Bằng"), Place(None, None, "xã Hạ Bằng"), "same"),
        (Place("00175", None, "Xã Yên Hòa"), Place(None, None, "Yen Hoa"), "same_without_marks"),
        (Place(None, None, "Không Đâu Cả"), Place(None, None, "Nơi Nào Đó"), "conflict"),
        (Place(None, None, None), Place("09676", "2019", None), "missing"),
    ],
)
def test_places(left: Place, right: Place, expected: str) -> None:
    assert (grade_place(left, right), grade_place(right, left)) == (expected, expected)


def test_parts_of_a_date_differ_as_a_whole() -> None:
    ours, theirs = date_pieces("12/05/1979", "21/05/1978")
    assert [piece.text for piece in ours if piece.differs] == ["12", "1979"]
    assert [piece.text for piece in theirs if piece.differs] == ["21", "1978"]
    assert ("".join(piece.text for piece in ours), "".join(piece.text for piece in theirs)) == (
        "12/05/1979",
        "21/05/1978",
    )
    assert date_pieces("1984", "03/05/1984") == pieces("1984", "03/05/1984")


def test_pieces_mark_what_the_other_has_not() -> None:
    ours, theirs = pieces("Lương Thị Hanh", "Lương Thị Hạnh")
    assert ours == (("Lương Thị H", False), ("a", True), ("nh", False))
    assert theirs == (("Lương Thị H", False), ("ạ", True), ("nh", False))
    # one letter in two forms is one letter
    assert pieces("Ha\u0323nh", "Hạnh")[0] == (("Hạnh", False),)
    # what one has and the other lacks is marked where it stands
    assert pieces("1984", "03/05/1984") == ((("1984", False),), (("03/05/", True), ("1984", False)))
    assert pieces("Nguyễn Thị Ngọc Anh", "Nguyễn Thị Anh")[0][1] == ("Ngọc ", True)
    assert pieces("An", "") == ((("An", True),), ())
    assert pieces("0178868904", "6639576410") == ((("0178868904", True),), (("6639576410", True),))


def test_lines_of_a_row_and_its_candidates() -> None:
    own = {"full_name": "Lương Thị Hanh", "birth_date": "1975-08-02", "sex": "F"}
    other = {"full_name": "Lương Thị Hạnh", "birth_date": "1975", "father_name": "Lương Văn An"}
    lines = {line.field: line for line in compared(own, [other])}
    assert list(lines) == ["full_name", "birth_date", "sex", "father_name"]
    assert lines["birth_date"].own == "02/08/1975"
    assert [(line.field, line.cells[0].grade) for line in lines.values()] == [
        ("full_name", "same_without_marks"),
        ("birth_date", "close"),
        ("sex", "missing"),
        ("father_name", "missing"),
    ]
    assert lines["sex"].cells[0].value == ()
    assert [piece.text for piece in lines["full_name"].cells[0].value if piece.differs] == ["ạ"]
