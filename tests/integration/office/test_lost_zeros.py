"""A household code without its zeros finds the household that the register knows, and nothing else is changed by it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Office

FILE = (
    "Sinh,Đỗ Gia Ân,01/09/2025,Nam,,,{},Cháu,09676,09676,Đỗ Quang Khải,Tạ Thị Liễu,05/09/2025",
    "Chuyển đến,Mạc Thị Khuyên,15/06/1990,Nữ,,,{},Con dâu,08995,09676,Mạc Đình Trứ,,07/09/2025",
)
MEMBERSHIPS = """
select v.full_name, h.household_code, m.relation
from membership as m
join person_current as v on v.person_id = m.person_id
left join household as h on h.household_id = m.household_id
where m.row_id is not null
order by m.row_id
"""


def lines(code: str) -> list[str]:
    return [line.format(code) for line in FILE]


def readings(office: Office) -> list[tuple[str, list[str]]]:
    told = [json.loads(text) for (text,) in office.ask("select understood from intake_row order by row_id")]
    return [(meaning["household_code"], meaning["flags"]) for meaning in told]


def test_a_code_without_its_zeros_joins_the_household_that_has_them(new_office: Callable[..., Office]) -> None:
    whole, lost = new_office(), new_office()
    whole.run(whole.file("a.csv", *lines("0190000001")))
    lost.run(lost.file("a.csv", *lines("190000001")))
    assert readings(whole) == [("0190000001", [])] * 2
    assert readings(lost) == [("0190000001", ["household_code_zeros_proposed"])] * 2
    assert lost.ask(MEMBERSHIPS) == whole.ask(MEMBERSHIPS) != []
    assert [json.loads(cells)[6] for (cells,) in lost.ask("select cells from intake_row")] == ["190000001"] * 2


def test_a_code_that_is_known_as_it_stands_or_not_at_all_stays(new_office: Callable[..., Office]) -> None:
    office = new_office()
    office.load("bhxh_code,household_code,full_name,birth_date,sex\n,190000001,Đỗ Thị Nhàn,1960-01-01,F\n", "nine.csv")
    office.publish()
    office.run(office.file("a.csv", lines("190000001")[0], lines("290000001")[1]))
    assert readings(office) == [("190000001", []), ("290000001", [])]
