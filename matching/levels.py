"""The kinds of comparison: what each reads, and the names and codes of its levels.

A level's code is its place in its comparison. Code 0 is always `missing`: the comparison could not be made and says
nothing. A model file lists every other level of a kind, under the same name and in the same order; the levels of a
graded kind are the model's own, each with how far two values may differ to reach it.
"""

from __future__ import annotations

from dataclasses import dataclass

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of comparing. `columns` are what it reads, in this order; those behind `needed` may be left out.

    `levels` are its levels from code 1, None where the model says them. `shares` are the shares of LEVELS that it
    gives, None for those that bear the comparison's own name. A kind that is there `once` counts what it shares under
    names of its own, so a model has one comparison of it at most.
    """

    columns: tuple[str, ...]
    levels: tuple[str, ...] | None
    needed: int = 1
    shares: tuple[str, ...] | None = None
    once: bool = False


_NAME = ("name", "folded name", "is unnamed", "sex", "birth date")
_NUMBER = ("same", "slip", "different")

#: matching/comparers.py holds a comparer for each.
KINDS: dict[str, Kind] = {
    "given": Kind(
        _NAME,
        ("same", "flat", "hoi_nga", "mark", "vowel", "sound", "typo", "misspelt", "short", "reordered", "different"),
        needed=5,
        shares=("given", "given_rare"),
        once=True,
    ),
    "middle": Kind(
        _NAME,
        ("none", "same", "flat", "slip", "near", "short", "dropped", "different", "implied"),
        needed=5,
        shares=("middle", "name", "name_near"),
        once=True,
    ),
    "surname": Kind(
        _NAME,
        ("same", "flat", "slip", "sound", "typo", "short", "absent", "different", "implied"),
        needed=5,
        shares=("surname", "surname_rare"),
        once=True,
    ),
    "date": Kind(
        ("date as yyyymmdd", "precision"),
        (
            "full",
            "january",
            "swapped",
            "slip",
            "part",
            "month",
            "year",
            "heaped",
            "year_slip",
            "near_year",
            "same_year",
            "different_year",
            "clash",
            "far",
        ),
        shares=("year",),
        once=True,
    ),
    "place": Kind(
        ("birth places", "birth place as told", "residences", "residence as told", "folded name", "is moving"),
        (
            "both_exact",
            "both",
            "birth_exact",
            "birth",
            "residence",
            "crosswise",
            "province",
            "elsewhere",
            "implied",
            "moved",
        ),
        needed=4,
        shares=("place",),
        once=True,
    ),
    "personal_id": Kind(("number", "birth date as yyyymmdd"), ("same", "slip", "reissued", "different")),
    "number": Kind(("number",), _NUMBER),
    "numbers": Kind(("list of numbers",), _NUMBER, shares=()),
    "household": Kind(("household code", "is moving"), ("same", "slip", "different", "moved"), needed=2, shares=()),
    "relation": Kind(("relation",), ("single", "plural", "different"), shares=()),
    "head": Kind(("head's name", "relation", "own name"), ("same", "different", "implied"), needed=3, shares=()),
    "parents": Kind(
        ("father's name", "mother's name"),
        ("both", "one", "close", "mixed", "conflict", "implied"),
        needed=2,
        shares=(),
    ),
    "exact": Kind(("value",), ("same", "different")),
    "text": Kind(("value", "value that it may be swapped with"), None),
    "digits": Kind(("value", "value that it may be swapped with"), None),
}


def code(kind: str, level: str) -> int:
    """The code of a named level of a kind whose levels are its own."""
    return 0 if level == MISSING else (KINDS[kind].levels or ()).index(level) + 1
