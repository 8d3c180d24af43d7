"""Which syllable of a name is the surname, which the given name, among peoples who order them otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import polars as pl

from matching.text import fold, rules


@lru_cache(maxsize=1)
def _clans() -> tuple[list[str], list[str], list[str]]:
    words = rules("names")["clan_last"]
    return words["markers"], words["middles"], sorted({form for clan in words["clans"] for form in (clan, fold(clan))})


def in_roles(name: pl.Expr) -> pl.Expr:
    """The syllables of a normalised name as a list: surname first, given name last.

    Only Ê Đê names are turned, whose clan stands last: h hen niê becomes niê, h, hen, and hhen niê becomes niê, hhen.
    """
    markers, middles, clans = _clans()
    syllables = name.str.split(" ")
    count = syllables.list.len()
    first = syllables.list.first()
    marked = (count > 2) & first.is_in(markers) & ~syllables.list.get(1, null_on_oob=True).is_in(middles)
    joined = (count == 2) & first.str.contains(f"^({'|'.join(markers)}).") & syllables.list.last().is_in(clans)
    turned = pl.concat_list(syllables.list.slice(2), syllables.list.slice(0, 2))
    return pl.when(marked).then(turned).when(joined).then(syllables.list.reverse()).otherwise(syllables)


def name_parts(form: str) -> Mapping[str, pl.Expr]:
    """The parts of a column of names whose frequencies count: name, surname ("" for a lone name), middle ("" for none),
    given, and the neighbours surname_middle and middle_given, which tell which parts go together.
    """
    syllables = in_roles(pl.col(form))
    count = syllables.list.len()
    surname = pl.when(count > 1).then(syllables.list.first()).when(count == 1).then(pl.lit(""))
    middle = syllables.list.slice(1, pl.max_horizontal(count.cast(pl.Int64) - 2, 0)).list.join(" ")
    given = syllables.list.last()
    return {
        "name": pl.col(form),
        "surname": surname,
        "middle": middle,
        "given": given,
        "surname_middle": surname + "|" + middle,
        "middle_given": middle + "|" + given,
    }
