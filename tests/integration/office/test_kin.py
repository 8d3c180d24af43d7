"""Twins, fathers and sons, and children who have no name yet: nobody gets another's code, and no word is another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from casework.deciding import apply

if TYPE_CHECKING:
    from casework.deciding.writing import Chunk
    from registry.plans import OpenRow

    from .conftest import Office

_PARENTS = "09676,09676,Ngô Văn Bảo,Tô Thị Hoa,01/10/2026"
TWINS = {
    "other middle names": (
        f"Chuyển đến,Ngô Kim Anh,10/09/2016,Nữ,,,0190000888,Con,{_PARENTS}",
        f"Chuyển đến,Ngô Lan Anh,10/09/2016,Nữ,,,0190000888,Con,{_PARENTS}",
    ),
    "one with a number": (
        f"Chuyển đến,Ngô Gia An,10/09/2016,Nam,001216000123,,0190000889,Con,{_PARENTS}",
        f"Chuyển đến,Ngô Bảo An,10/09/2016,Nam,,,0190000889,Con,{_PARENTS}",
    ),
    "brother and sister of one given name": (
        "Bổ sung,Y Hen Byă,10/09/2016,Nam,,,0190000555,Con,24292,24292,Y Sam Mlô,H'Lan Byă,01/10/2026",
        "Bổ sung,H'Hen Byă,10/09/2016,Nữ,,,0190000555,Con,24292,24292,Y Sam Mlô,H'Lan Byă,01/10/2026",
    ),
}
FATHER = """\
bhxh_code,household_code,full_name,birth_date,sex,personal_id,birth_place_code,birth_place_list,residence_code,\
residence_list,relation_to_head,father_name,mother_name,status
0111000091,0190000091,Lê Văn Hùng,1960-05-12,M,,09676,2019,09676,2019,Chủ hộ,,,active
"""


@pytest.mark.parametrize("rows", TWINS.values(), ids=TWINS)
def test_twins_do_not_get_one_code(office: Office, rows: tuple[str, str]) -> None:
    first, second = office.run_lines("a.csv", *rows)
    assert first.code is None or first.code != second.code
    assert (second.outcome, second.person_id) == ("review", None)


@pytest.mark.parametrize("relation", ["", "Con", "Chủ hộ"])
@pytest.mark.parametrize("event", ["Bổ sung", "Điều chỉnh", "Chuyển đi"])
def test_a_son_of_his_fathers_name_and_birthday_is_not_his_father(office: Office, event: str, relation: str) -> None:
    office.load(FATHER)
    office.publish()
    (row,) = office.run_lines(
        "a.csv", f"{event},Lê Văn Hùng,12/05/1990,Nam,,,0190000091,{relation},09676,09676,,,01/10/2025"
    )
    assert (row.outcome, row.person_id) == ("review", None)


def test_a_death_told_with_the_fathers_code_is_not_recorded_of_the_father(office: Office) -> None:
    office.load(FATHER)
    office.publish()
    office.run_lines("a.csv", "Chết,Lê Văn Hùng,12/05/1990,Nam,,0111000091,0190000091,Con,09676,09676,,,01/10/2025")
    ((status,),) = office.ask(
        "select p.status from person_current as p join code as c on c.person_id = p.person_id where c.code = ?",
        "0111000091",
    )
    assert status == "active"


def test_a_word_on_a_child_without_a_name_is_not_said_of_his_twin(office: Office) -> None:
    unnamed = "Sinh,Con bà Mạc Thị Khuyên,02/09/2025,Nữ,,,0190000003,Con,08995,08995,,Mạc Thị Khuyên,05/09/2025"
    named = "Sinh,Hoàng Gia An,02/09/2025,Nữ,,,0190000003,Con,08995,08995,,Mạc Thị Khuyên,05/09/2025"
    office.run_lines("a.csv", f"{unnamed},cháu thứ nhất", f"{unnamed},cháu thứ hai")
    (row,) = office.run_lines("b.csv", named)
    assert row.outcome == "review"
    office.decide(office.item(row), "new")
    (row,) = (one for one in office.rows() if one.row_id == row.row_id)
    assert row.outcome == "issued"
    first, second, *_ = office.rows()
    office.decide(office.item(first), "link", row.code)
    first, second, *_ = office.rows()
    assert (first.outcome, first.code) == ("linked", row.code)
    assert (second.outcome, second.code) == ("review", None)


def test_a_word_on_a_row_that_says_little_is_not_said_of_a_namesakes(office: Office) -> None:
    office.load(FATHER.replace("Lê Văn Hùng,1960-05-12", "Nguyễn Văn Minh,1950"))
    office.publish()
    told = "Bổ sung,Nguyễn Văn Minh,1950,Nam,,,,{},09676,09676,,,01/10/2025,{}"
    (row,) = office.run_lines("a.csv", told.format("Chủ hộ", ""))
    assert row.outcome == "review"
    office.decide(office.item(row), "link", "0111000091")
    (other,) = office.run_lines("a.csv", told.format("Con", "thôn 9"), source="buu-dien-01")
    assert (other.outcome, other.person_id) == ("review", None)


def test_a_link_by_way_of_a_row_goes_back_with_that_row(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.load(FATHER.replace("Lê Văn Hùng,1960-05-12", "Nguyễn Văn Minh,1950"))
    office.publish()
    sure = "Bổ sung,Nguyễn Văn Minh,15/06/1950,Nam,001050007777,0111000091,,,09676,09676,,,01/10/2026"
    by_its_number = "Bổ sung,Nguyễn Văn Mịnh,1950,Nam,001050007777,,,,,09676,,,02/10/2026"
    real, seen = apply._is_stale, list[int]()

    def stale_at_first(chunk: Chunk, row: OpenRow) -> bool:
        seen.append(row.row_id)
        return len(seen) == 1 or real(chunk, row)

    monkeypatch.setattr(apply, "_is_stale", stale_at_first)
    first, second = office.run_lines("a.csv", sure, by_its_number)
    # both were decided again, the second no sooner than the first
    assert seen == [first.row_id, second.row_id] * 2
    assert (first.outcome, second.outcome, second.code) == ("linked", "linked", first.code)
    assert office.broken() == {}
