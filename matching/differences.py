"""Two values of one field side by side, for the eye: how far they differ, and at which characters.

This decides nothing: what an agreement weighs is the model's. It shows an officer where to look.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import OSA, Levenshtein

from matching.places import place_name, readings
from matching.text import clean, fold, norm_name

#: from no difference to one that speaks against; missing: a side does not tell
GRADES = ("same", "same_without_marks", "close", "conflict", "missing")
KINDS = ("name", "date", "number", "text", "word")
#: slips of one hand: as many letters of a name, as many digits of a date or number
_NAME_SLIPS = 2
_DIGIT_SLIPS = 1
#: share of characters that values have in common from which on it is shown which
_ALIKE = 0.5
_WHOLE_DATE = len("yyyy-mm-dd")


class Piece(NamedTuple):
    """A run of characters of a value, and whether the other value has others in its place."""

    text: str
    differs: bool


@dataclass(frozen=True)
class Place:
    """A commune as a record tells it: its code, the list of the code, its name."""

    code: str | None
    list: str | None
    name: str | None


def grade(kind: str, left: str | None, right: str | None) -> str:
    """One of GRADES, of two values of a kind of KINDS as the ledger writes them (dates yyyy-mm-dd, yyyy-mm, yyyy)."""
    if not left or not right:
        return "missing"
    if kind == "date":
        return _grade_date(left, right)
    if kind == "number":
        return _grade_number(left, right)
    if kind == "word":
        return "same" if left == right else "conflict"
    return _grade_name(left, right) if kind == "name" else _grade_text(left, right)


def grade_place(left: Place, right: Place) -> str:
    """One of GRADES. Communes of two lists are close where one can have become the other."""
    if left.code and right.code and left.list == right.list and (left.list or left == right):
        return "same" if left.code == right.code else "conflict"
    if left.name and right.name and not (left.code and right.code):
        if clean(left.name).casefold() == clean(right.name).casefold():
            return "same"
        if place_name(left.name) == place_name(right.name):
            return "same_without_marks"
    told = [readings(place.code, place.list, place.name) for place in (left, right)]
    if all(told):
        return "conflict" if set(told[0]).isdisjoint(told[1]) else "close"
    return "conflict" if left.name and right.name else "missing"


def pieces(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both values in runs of characters that the other has too, or has not; each joins to the value in NFC.

    Values that are mostly different are so as a whole: letters that they share by chance would only distract.
    """
    one, other = unicodedata.normalize("NFC", left), unicodedata.normalize("NFC", right)
    is_part = one in other or other in one
    if one and other and not is_part and Levenshtein.normalized_similarity(one, other) < _ALIKE:
        return (Piece(one, True),), (Piece(other, True),)
    lefts, rights = list[Piece](), list[Piece]()
    for change in Levenshtein.opcodes(one, other):
        differs = change.tag != "equal"
        if change.src_end > change.src_start:
            lefts.append(Piece(one[change.src_start : change.src_end], differs))
        if change.dest_end > change.dest_start:
            rights.append(Piece(other[change.dest_start : change.dest_end], differs))
    return tuple(lefts), tuple(rights)


def date_pieces(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Two dates as dd/mm/yyyy in runs of characters: a day, month or year that is another one differs as a whole."""
    ours, theirs = left.split("/"), right.split("/")
    if len(ours) != len(theirs):
        return pieces(left, right)
    lefts, rights = list[Piece](), list[Piece]()
    for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        slash = [Piece("/", False)] if place else []
        lefts += [*slash, Piece(one, one != other)]
        rights += [*slash, Piece(other, one != other)]
    return tuple(lefts), tuple(rights)


def _grade_name(left: str, right: str) -> str:
    if norm_name(left) == norm_name(right):
        return "same"
    one, other = fold(left), fold(right)
    if one == other:
        return "same_without_marks"
    ours, theirs = one.split(), other.split()
    # the given name stands last: without it two names have nothing in common that most names have not
    is_part = ours[-1:] == theirs[-1:] and (set(ours) <= set(theirs) or set(theirs) <= set(ours))
    is_order = sorted(ours) == sorted(theirs)
    return "close" if is_part or is_order or Levenshtein.distance(one, other) <= _NAME_SLIPS else "conflict"


def _grade_text(left: str, right: str) -> str:
    if clean(left).casefold() == clean(right).casefold():
        return "same"
    one, other = fold(left), fold(right)
    if one == other:
        return "same_without_marks"
    return "close" if one in other or other in one else "conflict"


def _grade_date(left: str, right: str) -> str:
    if left == right:
        return "same"
    if left.startswith(right) or right.startswith(left):
        return "close"
    if not len(left) == len(right) == _WHOLE_DATE:
        return "conflict"
    year, month, day = left.split("-")
    is_swapped = right == f"{year}-{day}-{month}"
    return "close" if is_swapped or OSA.distance(left, right) <= _DIGIT_SLIPS else "conflict"


def _grade_number(left: str, right: str) -> str:
    if left == right:
        return "same"
    is_slip = left.lstrip("0") == right.lstrip("0") or OSA.distance(left, right) <= _DIGIT_SLIPS
    return "close" if is_slip else "conflict"
