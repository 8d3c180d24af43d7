"""Which roles cannot stand beside each other in a household."""

from __future__ import annotations

from typing import Any

import pytest

from casework.office.roles import role_conflicts, with_row

YEAR = 2026


def person(name: str, relation: str | None, born: str | None, status: str = "active") -> dict[str, Any]:
    return {"person_id": len(name), "full_name": name, "relation": relation, "birth_date": born, "status": status}


HEAD = person("An", "head", "1980-02-03")


@pytest.mark.parametrize(
    ("others", "texts"),
    [
        ([person("Bình", "spouse", "1982"), person("Chi", "child", "2005-01")], []),
        ([person("Bình", "head", "1975")], [("hai chủ hộ", ["An", "Bình"])]),
        (
            [person("Bình", "spouse", "1982"), person("Chi", "spouse", "1985")],
            [("chủ hộ có hai vợ/chồng", ["Bình", "Chi"])],
        ),
        ([person("Chi", "spouse", "2014")], [("vợ/chồng còn là trẻ em", ["Chi"])]),
        ([person("Chi", "child", "1979")], [("con, cháu lớn tuổi hơn chủ hộ", ["Chi"])]),
        ([person("Chi", "child", "1991")], [("tuổi quá gần chủ hộ so với quan hệ", ["Chi"])]),
        ([person("Chi", "child", "1992")], []),
        ([person("Chi", "grandchild", "2003")], [("tuổi quá gần chủ hộ so với quan hệ", ["Chi"])]),
        ([person("Dung", "parent", "1985")], [("cha/mẹ, ông/bà nhỏ tuổi hơn chủ hộ", ["Dung"])]),
        ([person("Dung", "parent", "1955")], []),
        ([person("Dung", "grandparent", "1960")], [("tuổi quá gần chủ hộ so với quan hệ", ["Dung"])]),
        ([person("Chi", "child", None), person("Em", None, "1900")], []),
    ],
)
def test_conflicts_of_roles(others: list[dict[str, Any]], texts: list[tuple[str, list[str]]]) -> None:
    assert [(one.text, one.names) for one in role_conflicts([HEAD, *others], YEAR)] == texts


def test_a_household_without_a_head() -> None:
    assert [one.text for one in role_conflicts([person("Chi", "child", "2005")], YEAR)] == ["không có chủ hộ"]
    assert role_conflicts([], YEAR) == []


def row(name: str, event: str) -> dict[str, Any]:
    return {"full_name": name, "birth_date": "1990", "relation_to_head": "head", "event": event}


@pytest.mark.parametrize(
    ("members", "understood", "likely", "names"),
    [
        ([HEAD], row("Bình", "move_in"), [], ["An", "Bình"]),
        ([HEAD], row("Bình", "move_out"), [], ["An"]),
        ([HEAD], row("An", "move_in"), [], ["An"]),
        # by another spelling he is the same by all likelihood
        ([HEAD], row("Ân", "move_in"), [HEAD["person_id"]], ["An"]),
        (
            [person("An", "head", "1980", "deceased"), person("Chi", "child", "2005")],
            row("Bình", "birth"),
            [],
            ["Chi", "Bình"],
        ),
        ([], row("Bình", "move_in"), [], []),
    ],
)
def test_whom_a_row_brings(
    members: list[dict[str, Any]], understood: dict[str, Any], likely: list[int], names: list[str]
) -> None:
    assert [one["full_name"] for one in with_row(members, understood, likely)] == names
