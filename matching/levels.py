"""The comparison levels: their names and codes, shared by comparing, scoring, training and the model file.

A level's code is its place in the tuple. Code 0 is always `missing`: the comparison could not be made and says
nothing. A model file must list every other level, under the same name and in the same order.
"""

from __future__ import annotations

LEVELS_OF: dict[str, tuple[str, ...]] = {
    "given": (
        "missing",
        "same",
        "flat",
        "hoi_nga",
        "mark",
        "vowel",
        "sound",
        "typo",
        "short",
        "reordered",
        "different",
    ),
    "middle": ("missing", "none", "same", "flat", "slip", "near", "short", "dropped", "different", "implied"),
    "surname": ("missing", "same", "flat", "slip", "sound", "typo", "short", "absent", "different", "implied"),
    "birth": (
        "missing",
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
    ),
    "sex": ("missing", "same", "different"),
    "personal_id": ("missing", "same", "slip", "reissued", "different"),
    "old_id": ("missing", "same", "slip", "different"),
    "code": ("missing", "same", "slip", "different"),
    "place": (
        "missing",
        "both_exact",
        "both",
        "birth_exact",
        "birth",
        "residence",
        "crosswise",
        "province",
        "elsewhere",
        "implied",
    ),
    "household": ("missing", "same", "slip", "different"),
    "relation": ("missing", "single", "plural", "different"),
    "head": ("missing", "same", "different", "implied"),
    "parents": ("missing", "both", "one", "close", "mixed", "conflict", "implied"),
    "phone": ("missing", "same", "different"),
}


def code(comparison: str, level: str) -> int:
    """The code of a named level of a comparison."""
    return LEVELS_OF[comparison].index(level)
