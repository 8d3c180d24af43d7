"""A few people whom nobody could take for each other, and the lines that a commune may write about them."""

from __future__ import annotations

import random
from typing import NamedTuple

from tests.torture.at_once import SPELLINGS


class Person(NamedTuple):
    """Somebody as he truly is. `code` is what the register of the beginning, or a later extract, holds him under."""

    name: str
    birth_date: str
    sex: str
    number: str | None
    household: str
    relation: str
    birth_place: str
    residence: str
    father: str = ""
    mother: str = ""
    code: str | None = None


#: in the register from the beginning
REGISTERED = (
    Person(
        "Đỗ Quang Khải", "1971-03-14", "M", "001071000111", "0190000001", "Chủ hộ", "09676", "09676", code="0111000001"
    ),
    Person(
        "Lương Thị Hạnh", "1974-08-02", "F", "001174000222", "0190000001", "Vợ", "09676", "09676", code="0111000002"
    ),
    Person(
        "Đỗ Minh Châu",
        "1999-11-20",
        "F",
        "001199000333",
        "0190000001",
        "Con",
        "09676",
        "09676",
        "Đỗ Quang Khải",
        "Lương Thị Hạnh",
        "0111000003",
    ),
    Person("Phan Văn Thiện", "1938-05-27", "M", None, "0190000002", "Chủ hộ", "09676", "09676", code="0111000004"),
    Person(
        "Mạc Thị Khuyên",
        "1990-06-15",
        "F",
        None,
        "0190000003",
        "Chủ hộ",
        "08995",
        "08995",
        "Mạc Đình Trứ",
        code="0111000005",
    ),
)
#: unknown in the beginning; those with a code come in a later extract, unless somebody reported them before
NEW = (
    Person("Vũ Ngọc Diễm", "1988-04-09", "F", "001188000777", "0190000077", "Chủ hộ", "09676", "09676"),
    Person("Cao Thế Vinh", "1979-02-11", "M", "001079000888", "0190000088", "Chủ hộ", "09676", "09676"),
    Person("Trương Mỹ Hoa", "1981-07-23", "F", "001181000889", "0190000088", "Vợ", "08995", "09676"),
    # twins
    Person(
        "Cao Gia Bảo", "2025-09-05", "M", None, "0190000088", "Con", "09676", "09676", "Cao Thế Vinh", "Trương Mỹ Hoa"
    ),
    Person(
        "Cao Thùy Linh",
        "2025-09-05",
        "F",
        None,
        "0190000088",
        "Con",
        "09676",
        "09676",
        "Cao Thế Vinh",
        "Trương Mỹ Hoa",
    ),
    # the name of one, the birth date of another
    Person("Đỗ Minh Châu", "2007-02-14", "F", "026307000444", "0190000055", "Con", "24322", "24322"),
    Person("Nghiêm Xuân Tường", "1971-03-14", "M", None, "0190000066", "Chủ hộ", "24322", "24322"),
    Person(
        "Quách Công Lý", "1966-10-03", "M", "001066000999", "0190000044", "Chủ hộ", "01414", "01414", code="0111000006"
    ),
    Person("Giáp Thị Oanh", "1968-12-19", "F", "001168000998", "0190000044", "Vợ", "01414", "01414", code="0111000007"),
)
PEOPLE = (*REGISTERED, *NEW)
EVENTS = ("Bổ sung", "Chuyển đến", "Chuyển đi", "Điều chỉnh", "Chết")
#: changes that may bring somebody new; those born in 2025 are reported as births too
ARRIVALS = ("Sinh", "Bổ sung", "Chuyển đến")
#: the number of the head, or of his wife, in the place of one's own
_OF_FAMILY = {
    "0190000001": ("001071000111", "001174000222"),
    "0190000088": ("001079000888", "001181000889"),
    "0190000044": ("001066000999", "001168000998"),
}


class Report(NamedTuple):
    """What somebody writes about a person: `event` counts in the events that fit, `spelling` in SPELLINGS.

    `number`: own, none, or another's of the family. `fault`: name or date, what cannot be processed.
    """

    person: int
    event: int
    spelling: int
    number: str
    has_code: bool
    has_household: bool
    has_parents: bool
    day: int
    fault: str | None
    times: int

    @property
    def events(self) -> tuple[str, ...]:
        """The changes that can be reported of the person."""
        return ("Sinh", *EVENTS) if PEOPLE[self.person].birth_date.startswith("2025") else EVENTS

    @property
    def event_word(self) -> str:
        """The change that is reported."""
        return self.events[self.event % len(self.events)]

    @property
    def written_number(self) -> str:
        """The number on the line."""
        person = PEOPLE[self.person]
        if self.number == "another's":
            own = (person.number, None)
            return next((number for number in _OF_FAMILY.get(person.household, ()) if number not in own), "")
        return (person.number or "") if self.number == "own" else ""

    def line(self, tag: str, code: str | None) -> str:
        """A line of a change file. `tag` is its note, by which it is known again; `code` the person's, if known."""
        person = PEOPLE[self.person]
        name = SPELLINGS[self.spelling % len(SPELLINGS)](person.name, random.Random(self.spelling))
        year, month, day = person.birth_date.split("-")
        cells = (
            self.event_word,
            "" if self.fault == "name" else name,
            f"31/02/{year}" if self.fault == "date" else f"{day}/{month}/{year}",
            "Nữ" if person.sex == "F" else "Nam",
            self.written_number,
            (code or "") if self.has_code else "",
            person.household if self.has_household else "",
            person.relation if self.has_household else "",
            person.birth_place,
            person.residence,
            person.father if self.has_parents else "",
            person.mother if self.has_parents else "",
            f"{self.day:02}/10/2025",
            tag,
        )
        return ",".join(cells)


_EXTRACT = (
    "bhxh_code,household_code,full_name,birth_date,sex,personal_id,birth_place_code,birth_place_list,residence_code,"
    "residence_list,relation_to_head,father_name,mother_name,status"
)


def extract(people: dict[str, Person]) -> str:
    """The text of a register extract of people by their codes."""
    lines = [
        f"{code},{p.household},{p.name},{p.birth_date},{p.sex},{p.number or ''},{p.birth_place},2019,{p.residence},"
        f"2019,{p.relation},{p.father},{p.mother},active"
        for code, p in people.items()
    ]
    return "\n".join([_EXTRACT, *lines]) + "\n"
