"""What a pair of names says by itself of whether one person bears both: same, likely, possible or different.

The levels of the parts tell how two names differ. What a difference means depends on whether the other form is a name
of its own: Hâu is what a forgotten mark makes of Hậu, but Nhân and Nhàn are two names. It is one if the register holds
it more often than slips of the commoner form account for. docs/matching.md has the rules with their reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from matching.frequencies import Frequencies
from matching.levels import KINDS, MISSING
from matching.model import Model
from matching.name_roles import in_roles
from matching.names import compare_names, name_table
from matching.syllables import HOI_NGA, TYPO, inventory, relate
from matching.text import fold, rules
from matching.valid_syllables import is_known

_Pair: TypeAlias = tuple[str, str]

#: From the farthest to the nearest.
VERDICTS = DIFFERENT, POSSIBLE, LIKELY, SAME = ("different", "possible", "likely", "same")
#: What fewer than one in 50,000 bear may be any slip: it is no name that a reader would know.
_LEAST = 2e-5
_WOMEN, _MEN = 1, 2
_SEXES: Mapping[str | None, tuple[int, ...]] = {"F": (_WOMEN,), "M": (_MEN,)}

#: What a level says that needs no look at the syllables; the other levels of surname and given name are slips.
_BY_LEVEL: Mapping[str, Mapping[str, str]] = {
    "surname": {
        MISSING: SAME,
        "same": SAME,
        "implied": SAME,
        "flat": LIKELY,
        "short": LIKELY,
        "absent": LIKELY,
        "different": DIFFERENT,
    },
    "middle": {
        MISSING: SAME,
        "none": SAME,
        "same": SAME,
        "implied": SAME,
        "flat": LIKELY,
        "slip": LIKELY,
        "near": LIKELY,
        "short": LIKELY,
        "dropped": LIKELY,
        "different": DIFFERENT,
    },
    "given": {"same": SAME, "flat": LIKELY, "short": LIKELY, "reordered": LIKELY, "different": DIFFERENT},
}


@dataclass(frozen=True)
class _Slip:
    """Two syllables of a part of a name that differ by a slip, or are two names: then both `are_names`."""

    one: str
    other: str
    relation: int
    are_names: bool
    #: Both carry a mark, and neither tone nor vowel is the same.
    differs_twice: bool

    @property
    def is_regional(self) -> bool:
        """Whether one is the Northern, the other the Southern form of one name."""
        return frozenset((self.one, self.other)) in _words().regional

    @property
    def is_stroke(self) -> bool:
        """Whether D stands for Đ, with every mark in its place."""
        return self.one.replace("đ", "d") == self.other.replace("đ", "d")

    @property
    def is_other_word(self) -> bool:
        """Whether both can be read, and sound apart: another letter, or an i for a y that is not the same rime."""
        if self.relation == TYPO:
            return is_known(self.one) and is_known(self.other)
        one, other = fold(self.one), fold(self.other)
        return one != other and one.replace("y", "i") == other.replace("y", "i")


#: Of a slip the first rule that holds: what it says of two surnames, and of two given names.
_RULES: tuple[tuple[Callable[[_Slip], bool], str, str], ...] = (
    (lambda slip: slip.is_regional, POSSIBLE, LIKELY),
    (lambda slip: slip.relation == HOI_NGA, LIKELY, LIKELY),
    (lambda slip: slip.is_stroke and not slip.are_names, SAME, SAME),
    (lambda slip: slip.is_other_word and slip.are_names, DIFFERENT, DIFFERENT),
    (lambda slip: slip.is_other_word, POSSIBLE, DIFFERENT),
    (lambda slip: not slip.are_names, LIKELY, LIKELY),
    (lambda slip: slip.differs_twice, DIFFERENT, DIFFERENT),
    (lambda slip: True, DIFFERENT, POSSIBLE),
)


@dataclass(frozen=True)
class _Words:
    """The word lists of rules/names.toml that tell what a name is made of."""

    regional: frozenset[frozenset[str]]
    by_birth: frozenset[str]
    titles: frozenset[str]
    orders: frozenset[str]
    opposed: tuple[tuple[str, str], ...]
    either: frozenset[str]
    houses: tuple[str, ...]
    renamed: frozenset[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    told: Mapping[str, Any] = rules("names")
    called, sexes, customs = told["called"], told["sexes"], told["customs"]
    return _Words(
        regional=frozenset(frozenset(pair) for pair in told["regional"]["pairs"]),
        by_birth=frozenset((*called["orders"], *called["years"])),
        titles=frozenset(called["titles"]),
        orders=frozenset(called["orders"]),
        opposed=tuple((man, woman) for man, woman in sexes["opposed"]),
        either=frozenset(sexes["either"]),
        houses=tuple(customs["houses"]),
        renamed=frozenset(customs["renamed"]),
    )


class NameJudge:
    """Gives verdicts on pairs of names, with the chances of slips from a model and the names of a register."""

    def __init__(self, frequencies: Frequencies, model: Model) -> None:
        self._frequencies = frequencies
        self._slips = {
            each.kind: {level.name: (level.same, level.spread or 1.0) for level in each.levels}
            for each in model.comparisons
            if each.kind in ("surname", "given")
        }

    def verdict(self, left: str, right: str, sexes: tuple[str | None, str | None] = (None, None)) -> str:
        """One of VERDICTS on two names as norm_name writes them. `sexes` are those told of their bearers: F, M, None.

        Neither name stands for a child not yet named, and what else the records say does not count: `same` is the same
        name, not the same person.
        """
        return _by_custom((left, right), sexes) or self._by_parts((left, right), sexes)

    def _by_parts(self, pair: _Pair, sexes: tuple[str | None, str | None]) -> str:
        """The verdict on the part that differs most; a single syllable has no other part to lean on."""
        one, other = (name.split(" ") for name in _in_roles(pair))
        table = name_table(pl.Series(pair))
        levels = compare_names(table, np.array([0]), np.array([1]))
        surname, middle, given = (_level(part, getattr(levels, part)[0]) for part in ("surname", "middle", "given"))
        sex = sexes[0] or sexes[1] if len(set(sexes) - {None}) == 1 else None
        said = [
            _BY_LEVEL["surname"].get(surname) or self._slip("surname", surname, (one[0], other[0]), None),
            POSSIBLE if middle in ("near", "different") and one[0] in _words().renamed else _BY_LEVEL["middle"][middle],
            _BY_LEVEL["given"].get(given) or self._slip("given", given, (one[-1], other[-1]), sex),
        ]
        at = min(map(VERDICTS.index, said))
        is_lone = min(len(one), len(other)) == 1
        return VERDICTS[max(at - 1, 0)] if is_lone and VERDICTS[at] != SAME else VERDICTS[at]

    def _slip(self, part: str, level: str, pair: _Pair, sex: str | None) -> str:
        known = inventory(pair)
        are_marked = bool(known.marked.all())
        slip = _Slip(
            *pair,
            relation=int(relate(known, np.array([0]), np.array([1]))[0]),
            are_names=self._are_names(part, level, pair, None if are_marked else sex),
            differs_twice=bool(
                are_marked
                and known.fold_id[0] == known.fold_id[1]
                and known.tone[0] != known.tone[1]
                and known.toneless_id[0] != known.toneless_id[1]
            ),
        )
        of_surname, of_given = next((surname, given) for holds, surname, given in _RULES if holds(slip))
        return of_surname if part == "surname" else of_given

    def _are_names(self, part: str, level: str, pair: _Pair, sex: str | None) -> bool:
        """Whether each form has more bearers than slips of the commoner one make, or is told by the birth.

        A slip leads to one of several forms, but where a tone is left out to one alone. What lost all its marks must be
        a name of the person's sex (Dung of a man is Dũng); a form that still has some may be a name of either.
        """
        shares = [self._share(part, each, sex) for each in pair]
        same, spread = self._slips[part][level]
        by_slip = max(shares) * same * (1.0 if (inventory(pair).tone == 0).any() else spread)
        return all(
            (part == "given" and each in _words().by_birth) or share >= max(_LEAST, by_slip)
            for each, share in zip(pair, shares, strict=True)
        )

    def _share(self, part: str, value: str, sex: str | None) -> float:
        """The share of the sex, or of the sex that bears it more, whose surname or given name this is."""
        keys = (0,) if part == "surname" else _SEXES.get(sex, (_WOMEN, _MEN))
        values = pl.Series([value] * len(keys))
        none = np.zeros(len(keys), dtype=np.int64)
        return float(self._frequencies.share(part, values, (np.array(keys), none), none).max())


def _in_roles(pair: _Pair) -> list[str]:
    return pl.DataFrame({"name": pair}).select(in_roles(pl.col("name"))).to_series().to_list()


def _level(part: str, code: int) -> str:
    return (MISSING, *(KINDS[part].levels or ()))[code]


def _by_custom(pair: _Pair, sexes: tuple[str | None, str | None]) -> str | None:
    """What a custom says of two names as wholes, whatever their syllables; None where none does."""
    words = _words()
    one, other = (set(name.split(" ")[:-1]) for name in pair)
    for man, woman in words.opposed:
        if (man in one - other and woman in other - one) or (man in other - one and woman in one - other):
            return DIFFERENT
    if len(set(sexes) - {None}) > 1 and any(one & other & {each} for each in words.either):
        return DIFFERENT
    if pair[0] == pair[1]:
        return None
    of_house = [
        next((name.removeprefix(f"{house} ") for house in words.houses if name.startswith(f"{house} ")), None)
        for name in pair
    ]
    if of_house[0] is not None and of_house[0] == of_house[1]:
        return POSSIBLE
    return POSSIBLE if any(_is_called(short, full) for short, full in (pair, pair[::-1])) else None


def _is_called(short: str, full: str) -> bool:
    """Whether the short name is how the bearer of the full one may be called: Bà Sáu, Tư Hậu."""
    words = short.split(" ")
    given = full.rsplit(" ", 1)[-1]
    if len(words) != len(("title", "name")) or " " not in full:
        return False
    by_title = words[0] in _words().titles and words[1] == given
    return by_title or (words[0] in _words().orders and given in words)
