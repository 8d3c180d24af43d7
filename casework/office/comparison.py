"""A row beside its candidates, line by line: how each value differs from the row's, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.office_dates import local_date
from casework.office_words import FIELDS, RELATIONS, SEXES, word
from matching.differences import Piece, Place, date_pieces, grade, grade_place, pieces

Record = Mapping[str, Any]

#: field → its kind (matching.differences), in the order of the page
_KINDS = {
    "full_name": "name",
    "birth_date": "date",
    "sex": "word",
    "personal_id": "number",
    "old_id": "number",
    "bhxh_code": "number",
    "card_number": "number",
    "birth_place": "place",
    "residence": "place",
    "father_name": "name",
    "mother_name": "name",
    "household_code": "number",
    "relation_to_head": "word",
    "head_name": "name",
    "address": "text",
    "phone": "number",
    "ethnicity": "text",
    "nationality": "text",
}
_TITLES = {**FIELDS, "birth_place": "Nơi khai sinh", "residence": "Nơi cư trú"}
_WORDS = {"sex": SEXES, "relation_to_head": RELATIONS}


@dataclass(frozen=True)
class Cell:
    """A candidate's value beside the row's: its grade (one of GRADES), and both values in pieces.

    `own` is the row's value with what this candidate has otherwise marked.
    """

    grade: str
    value: tuple[Piece, ...]
    own: tuple[Piece, ...]


@dataclass(frozen=True)
class Line:
    """One field: what it is called, the row's value, and a cell a candidate."""

    field: str
    title: str
    own: str | None
    cells: tuple[Cell, ...]

    @property
    def is_word(self) -> bool:
        """Whether its values are words of the program, not what people wrote."""
        return self.field in _WORDS


def compared(own: Record, candidates: Sequence[Record]) -> list[Line]:
    """The lines of a row and its candidates, of RECORD's columns; fields that nobody tells are left out."""
    lines = []
    for field, kind in _KINDS.items():
        told = value_of(own, field)
        if told or any(value_of(record, field) for record in candidates):
            cells = tuple(_cell(field, kind, own, record) for record in candidates)
            lines.append(Line(field, _TITLES[field], told, cells))
    return lines


def value_of(record: Record, field: str) -> str | None:
    """One field as an officer reads it; a commune is its name, its code and the list of the code."""
    if _KINDS[field] == "place":
        place = _place(record, field)
        code = f"{place.code} ({place.list or '?'})" if place.code else None
        return ", ".join(part for part in (place.name, code) if part) or None
    value: str | None = record.get(field)
    return local_date(value) if field == "birth_date" else word(_WORDS.get(field, {}), value)


def _cell(field: str, kind: str, own: Record, other: Record) -> Cell:
    left, right = value_of(own, field), value_of(other, field)
    if kind == "place":
        graded = grade_place(_place(own, field), _place(other, field))
    else:
        graded = grade(kind, own.get(field), other.get(field))
    if kind == "place" and left and right:
        # the code says nothing without its list: a place differs as a whole or not at all
        differs = graded == "conflict"
        return Cell(graded, (Piece(right, differs),), (Piece(left, False),))
    if not left or not right or graded == "same":
        return Cell(graded, (Piece(right, False),) if right else (), (Piece(left, False),) if left else ())
    if field in _WORDS:
        return Cell(graded, (Piece(right, True),), (Piece(left, True),))
    ours, theirs = date_pieces(left, right) if kind == "date" else pieces(left, right)
    return Cell(graded, theirs, ours)


def _place(record: Record, field: str) -> Place:
    return Place(*(record.get(f"{field}_{part}") for part in ("code", "list", "name")))
