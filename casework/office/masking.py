"""What is shown of people outside one's area before they are opened with a reason: enough to tell them apart.

The area of a person is the province of residence, else of birth registration, on today's list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casework.types import Scope
from matching.places import PROVINCES_34, province_of, readings

_NUMBERS = ("bhxh_code", "active_code", "personal_id", "old_id", "card_number", "household_code", "phone")
_HIDDEN = ("address", "father_name", "mother_name", "head_name", "ethnicity", "relation_to_head")
_HIDE = "•"
#: digits at the end of a number by which somebody who holds the paper can make sure
_LEFT = 3


def is_within(record: Mapping[str, Any], scope: Scope) -> bool:
    """Whether a person (RECORD's columns) lives in an area; who is of no known place is in none but the country."""
    return scope.province is None or scope.province in _provinces(record)


def province_name(code: str) -> str:
    """A province of today's list as people call it: Hà Nội, Đắk Lắk; the code where it is none."""
    return PROVINCES_34.get(code, code).removeprefix("Thành phố ").removeprefix("Tỉnh ")


def home_province(record: Mapping[str, Any]) -> str | None:
    """The one province that a person belongs to, by residence, else by birth registration; None where it is unclear."""
    found = _provinces(record)
    return found.pop() if len(found) == 1 else None


def masked(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with name, year, sex and commune, and of its numbers the last digits."""
    return {
        **record,
        **{name: _number(record.get(name)) for name in _NUMBERS},
        **dict.fromkeys(_HIDDEN),
        "birth_date": (record.get("birth_date") or "")[:4] or None,
    }


def _number(value: str | None) -> str | None:
    return None if value is None else _HIDE * max(len(value) - _LEFT, 0) + value[-_LEFT:]


def _provinces(record: Mapping[str, Any]) -> set[str | None]:
    for place in ("residence", "birth_place"):
        told = readings(*(record.get(f"{place}_{part}") for part in ("code", "list", "name")))
        if told:
            return {province_of(commune) for commune in told}
    return set()
