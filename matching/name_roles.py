"""Which syllable of a name is the surname, which the given name, among peoples who order them otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import polars as pl

from matching.text import fold, rules


@lru_cache(maxsize=1)
def _patterns() -> tuple[str, str, str]:
    """Of names with a marker of their own, of those where it abbreviates a surname, and of those that join it."""
    words = rules("names")["clan_last"]
    markers, middles = "|".join(words["markers"]), "|".join(words["middles"])
    clans = "|".join(sorted({form for clan in words["clans"] for form in (clan, fold(clan))}))
    return f"^(?:{markers}) \\S+ \\S", f"^(?:{markers}) (?:{middles}) ", f"^(?:{markers})\\S+(?: (?:{clans}))+$"


def in_roles(name: pl.Expr) -> pl.Expr:
    """A normalised name with its surname first and its given name last.

    Only Ê Đê names are turned, whose clan stands last: h hen niê becomes niê h hen, and hhen niê becomes niê hhen.
    """
    marked, abbreviated, joined = _patterns()
    return (
        pl.when(name.str.contains(marked) & ~name.str.contains(abbreviated))
        .then(name.str.replace(r"^(\S+ \S+) (.+)$", "$2 $1"))
        .when(name.str.contains(joined))
        .then(name.str.replace(r"^(\S+) (.+)$", "$2 $1"))
        .otherwise(name)
    )


def name_parts(form: str) -> Mapping[str, pl.Expr]:
    """The parts of a column of names whose frequencies count: name, surname ("" for a lone name), middle ("" for none),
    given, and the neighbours surname_middle and middle_given, which tell which parts go together.
    """
    name = in_roles(pl.col(form))
    surname = name.str.extract(r"^(\S+) ").fill_null("")
    middle = name.str.extract(r"^\S+ (.+) \S+$").fill_null("")
    given = name.str.extract(r"(\S+)$")
    parts = {
        "surname": surname,
        "middle": middle,
        "given": given,
        "surname_middle": surname + "|" + middle,
        "middle_given": middle + "|" + given,
    }
    told = pl.col(form).is_not_null()
    return {"name": pl.col(form), **{part: pl.when(told).then(value) for part, value in parts.items()}}
