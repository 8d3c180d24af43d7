"""Roles in a household that cannot stand beside each other, for the eye: nothing is decided by them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Person = Mapping[str, Any]

#: years between a parent and a child, a grandparent and a grandchild, at the least [A]
_GENERATION = 12
#: years of age from which somebody can be a spouse on paper [A]; the law says 18, old registers know younger
_MARRIED_FROM = 15
_LEAVING = ("death", "move_out")
#: relation → generations below the head (above: negative)
_GENERATIONS = {"child": 1, "grandchild": 2, "parent": -1, "grandparent": -2}


@dataclass(frozen=True)
class RoleConflict:
    """What is wrong in a household, in Vietnamese, and the names of those whom it is about."""

    text: str
    names: Sequence[str]


def with_row(members: Sequence[Person], understood: Person, likely: Collection[int]) -> list[Person]:
    """The living of a household, with the one whom a row brings into it, unless that is by all likelihood one of them.

    `likely` are the ids of persons who are probably the row's. Nobody where the household has nobody in the register.
    """
    living = living_of(members)
    is_there = any(
        member["person_id"] in likely or member["full_name"] == understood["full_name"] for member in members
    )
    if not living or is_there or understood["event"] in _LEAVING:
        return living
    own = {name: understood[name] for name in ("full_name", "birth_date")}
    return [*living, {**own, "relation": understood["relation_to_head"]}]


def living_of(members: Sequence[Person]) -> list[Person]:
    """Those of a household who are alive."""
    return [member for member in members if member["status"] != "deceased"]


def role_conflicts(people: Sequence[Person], year: int) -> list[RoleConflict]:
    """The conflicts among the living of one household by full_name, birth_date and relation, in a year."""
    return list(_conflicts(people, year))


def _conflicts(people: Sequence[Person], year: int) -> Iterator[RoleConflict]:
    heads = [person for person in people if person["relation"] == "head"]
    spouses = [person for person in people if person["relation"] == "spouse"]
    if len(heads) > 1:
        yield RoleConflict("hai chủ hộ", _names(heads))
    if not heads and people:
        yield RoleConflict("không có chủ hộ", ())
    if len(spouses) > 1:
        yield RoleConflict("chủ hộ có hai vợ/chồng", _names(spouses))
    young = [one for one in spouses if (born := _year(one)) is not None and year - born < _MARRIED_FROM]
    if young:
        yield RoleConflict("vợ/chồng còn là trẻ em", _names(young))
    if len(heads) == 1 and (head_born := _year(heads[0])) is not None:
        for person in people:
            generations, born = _GENERATIONS.get(person["relation"] or ""), _year(person)
            if generations is None or born is None:
                continue
            between = (born - head_born) * (1 if generations > 0 else -1)
            if between < 0:
                text = "con, cháu lớn tuổi hơn chủ hộ" if generations > 0 else "cha/mẹ, ông/bà nhỏ tuổi hơn chủ hộ"
                yield RoleConflict(text, _names([person]))
            elif between < _GENERATION * abs(generations):
                yield RoleConflict("tuổi quá gần chủ hộ so với quan hệ", _names([person]))


def _year(person: Person) -> int | None:
    written = (person["birth_date"] or "")[:4]
    return int(written) if written.isdigit() else None


def _names(people: Sequence[Person]) -> list[str]:
    return [person["full_name"] or "?" for person in people]
