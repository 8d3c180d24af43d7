"""The comparers: for each kind of comparison, how it looks at pairs, and what shares of LEVELS it gives.

A comparer is made once for two frames, and then asked chunk by chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from matching import fields
from matching.frequencies import Frequencies, Shares, name_shares, place_shares, surname_place_shares, year_shares
from matching.graded import graded
from matching.levels import code
from matching.model import Comparison, Model
from matching.names import AGREE, CLASH, CLOSE, UNKNOWN, NameLevels, NameTable, compare_names, name_table
from matching.numbers import is_a_parents
from matching.place_levels import place, places_of

Codes = npt.NDArray[np.uint8]
Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_AGREEING = {
    "given": ("same", "flat"),
    "middle": ("missing", "none", "same", "flat"),
    "surname": ("missing", "same", "flat"),
}
_SLIPS = {
    "given": ("hoi_nga", "mark", "vowel", "sound", "typo", "misspelt"),
    "surname": ("slip", "sound", "typo"),
}
_OF_PARENTS = "parents"


class Seen(NamedTuple):
    """What a comparison says of a chunk of pairs: the code of its level, and shares by name, NaN where none."""

    codes: Codes
    shares: Mapping[str, Shares] = {}


class Frames:
    """Two frames that are to be compared under a model, and what several comparers need of them, made once."""

    def __init__(self, left: pl.DataFrame, right: pl.DataFrame, frequencies: Frequencies, model: Model) -> None:
        self.sides = (left, right)
        self.frequencies = frequencies
        self.model = model

    @cached_property
    def names(self) -> tuple[NameTable, dict[str, tuple[Ids, Ids]]]:
        """The table of all distinct names, and the places in it of both sides' names, by column."""
        columns: dict[str, None] = {}
        for comparison in self.model.comparisons:
            if comparison.kind in _AGREEING:
                columns |= {comparison.columns[0]: None}
            elif comparison.kind == _OF_PARENTS:
                columns |= dict.fromkeys(comparison.columns)
        told = pl.concat([frame.get_column(name).rename("name") for frame in self.sides for name in columns])
        distinct = told.drop_nulls().unique().sort()
        left, right = ({name: _name_ids(frame.get_column(name), distinct) for name in columns} for frame in self.sides)
        return name_table(distinct), {name: (left[name], right[name]) for name in columns}

    @cached_property
    def name_shares(self) -> tuple[dict[str, Shares], dict[str, Shares]]:
        """How common both sides' own names are."""
        own = next(each for each in self.model.comparisons if each.kind in _AGREEING)
        left, right = (name_shares(frame, own, self.frequencies) for frame in self.sides)
        return left, right


@dataclass(frozen=True)
class Chunk:
    """Some pairs of two frames: the places of their records, and the codes that other comparisons gave them."""

    frames: Frames
    at: tuple[Ids, Ids]
    codes: Mapping[str, Codes]
    _named: dict[str, NameLevels] = field(default_factory=dict)

    def values(self, column: str) -> tuple[pl.Series, pl.Series]:
        """The values of a column, one a pair from each side."""
        left, right = (
            frame.get_column(column).gather(rows) for frame, rows in zip(self.frames.sides, self.at, strict=True)
        )
        return left, right

    def names(self, column: str) -> NameLevels:
        """The levels of a column of names."""
        if column not in self._named:
            table, ids = self.frames.names
            left, right = (of_side[rows] for of_side, rows in zip(ids[column], self.at, strict=True))
            self._named[column] = compare_names(table, left, right)
        return self._named[column]

    def is_bare(self, column: str) -> Mask:
        """Where the name of either side has no mark at all."""
        table, ids = self.frames.names
        bare = np.zeros(len(self.at[0]), dtype=np.bool_)
        for of_side, rows in zip(ids[column], self.at, strict=True):
            bare |= (of_side[rows] >= 0) & table.is_flat[of_side[rows]]
        return bare

    def within(self, comparison: Comparison) -> Mask:
        """Where the comparison that this one stands within agrees, so that its own agreement is implied."""
        if comparison.within is None:
            return np.zeros(len(self.at[0]), dtype=np.bool_)
        kind = self.frames.model.comparison(comparison.within).kind
        return np.asarray(self.codes[comparison.within] == code(kind, "same"))


Comparer: TypeAlias = Callable[[Chunk], Seen]


def _name_ids(names: pl.Series, distinct: pl.Series) -> Ids:
    return names.cast(pl.Enum(distinct)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()


# names ----------------------------------------------------------------------------------------------------------------


def _own_name(kind: str, comparison: Comparison, chunk: Chunk) -> Codes:
    """The level of one part of the persons' own names; a child not yet named has none to compare."""
    found = chunk.names(comparison.columns[0])
    unnamed = np.zeros(len(chunk.at[0]), dtype=np.bool_)
    for side in chunk.values(comparison.columns[2]):
        unnamed |= side.fill_null(False).to_numpy()
    return np.where(unnamed, 0, getattr(found, kind)).astype(np.uint8)


def _name_pair(chunk: Chunk, comparison: Comparison, share: str) -> tuple[Shares, Shares]:
    """How common a part of both names is; of a name without any mark, the part as folded, since it agrees with all
    names of its letters."""
    bare = chunk.is_bare(comparison.columns[0])
    one, other = (
        np.where(bare, shares[f"{share}_fold"][rows], shares[share][rows])
        for shares, rows in zip(chunk.frames.name_shares, chunk.at, strict=True)
    )
    return one, other


def _agrees(kind: str, codes: Codes) -> Mask:
    return np.isin(codes, [code(kind, level) for level in _AGREEING[kind]])


def _name_part(comparison: Comparison, frames: Frames) -> Comparer:
    """Given name or surname, with the share of it where it agrees, and of the commoner where it differs by a slip."""
    kind = comparison.kind

    def look(chunk: Chunk) -> Seen:
        codes = _own_name(kind, comparison, chunk)
        one, other = _name_pair(chunk, comparison, kind)
        slip = np.isin(codes, [code(kind, level) for level in _SLIPS[kind]])
        agree = _agrees(kind, codes) & (codes > 0)
        share = np.select([agree, slip], [other, np.fmax(one, other)], default=np.nan)
        return Seen(codes, {kind: share, f"{kind}_rare": np.where(slip, np.fmin(one, other), np.nan)})

    return look


def _middle(comparison: Comparison, frames: Frames) -> Comparer:
    """The middle name, with its share where it agrees, and the share of the whole name."""

    def look(chunk: Chunk) -> Seen:
        parts = {kind: _own_name(kind, comparison, chunk) for kind in _AGREEING}
        one, other = _name_pair(chunk, comparison, "name")
        whole = _agrees("given", parts["given"]) & _agrees("middle", parts["middle"])
        whole &= _agrees("surname", parts["surname"])
        whole |= parts["given"] == code("given", "reordered")
        apart = np.zeros(len(one), dtype=np.bool_)
        for kind, codes in parts.items():
            apart |= np.isin(codes, [code(kind, "missing"), code(kind, "different")])
        near = np.where(whole | apart, np.nan, np.fmax(one, other))
        _, middle = _name_pair(chunk, comparison, "middle")
        agrees = _agrees("middle", parts["middle"])
        shares = {"middle": np.where(agrees, middle, np.nan), "name": np.where(whole, other, np.nan), "name_near": near}
        return Seen(parts["middle"], shares)

    return look


def _parents(comparison: Comparison, frames: Frames) -> Comparer:
    def look(chunk: Chunk) -> Seen:
        father, mother = (chunk.names(column).whole for column in comparison.columns)
        return Seen(parents(father, mother, chunk.within(comparison)))

    return look


def parents(father: Codes, mother: Codes, same_household: Mask) -> Codes:
    """The level of both parents' names together, from how each agrees. Siblings share them, so does a household."""
    best, worst = np.maximum(father, mother), np.minimum(father, mother)
    agree = (father == AGREE).astype(np.int64) + (mother == AGREE)
    clash = (father == CLASH) | (mother == CLASH)
    rules: list[tuple[Mask, str]] = [
        ((agree > 0) & ~clash & same_household, "implied"),
        (agree == 2, "both"),
        ((agree == 1) & (worst == UNKNOWN), "one"),
        ((agree == 1) & ~clash, "one"),
        ((agree == 1) & clash, "mixed"),
        (clash, "conflict"),
        (best == CLOSE, "close"),
    ]
    return np.select(
        [mask for mask, _ in rules], [np.uint8(code("parents", name)) for _, name in rules], default=0
    ).astype(np.uint8)


def _head(comparison: Comparison, frames: Frames) -> Comparer:
    """The head's name, where the head is somebody else: his own name once more would be no news."""
    head, relation, name = comparison.columns
    own = (pl.col(relation) == "head") | (pl.col(head) == pl.col(name))
    others = [frame.select(pl.when(~own.fill_null(False)).then(head)).to_series() for frame in frames.sides]

    def look(chunk: Chunk) -> Seen:
        left, right = (of_side.gather(rows) for of_side, rows in zip(others, chunk.at, strict=True))
        return Seen(fields.head(left, right, chunk.within(comparison)))

    return look


# dates, places, numbers -----------------------------------------------------------------------------------------------


def _date(comparison: Comparison, frames: Frames) -> Comparer:
    """A date, with the share of its year where that agrees."""
    left, right = (fields.birth_of(frame, *comparison.columns) for frame in frames.sides)
    years = year_shares(frames.sides[1], comparison.columns[0], frames.frequencies)
    dated = [code("date", name) for name in ("full", "january", "month", "year")]

    def look(chunk: Chunk) -> Seen:
        at_l, at_r = chunk.at
        codes = fields.birth(_birth_at(left, at_l), _birth_at(right, at_r))
        return Seen(codes, {"year": np.where(np.isin(codes, dated), years[at_r], np.nan)})

    return look


def _birth_at(birth: fields.Birth, rows: Ids) -> fields.Birth:
    return fields.Birth(*(part[rows] for part in birth))


def _place(comparison: Comparison, frames: Frames) -> Comparer:
    """Birth place and residence, with the share of the communes that agree, at least among those of one surname."""
    birth_place, as_told, residence, residence_as_told, *further = comparison.columns
    names, moving = further[:1], further[1:]
    roles = ((birth_place, as_told), (residence, residence_as_told))
    left, right, overlaps = places_of(*frames.sides, roles)

    def common(part: str, communes: str) -> Callable[[Ids, Ids], Shares]:
        of_all = place_shares(frames.sides[0].get_column(communes), part, frames.frequencies)
        of_kin = [surname_place_shares(frames.sides[1], part, name, communes, frames.frequencies) for name in names]
        return lambda at_l, at_r: np.fmax.reduce([of_all[at_l], *(shares[at_r] for shares in of_kin)])

    at_birth_place, at_residence = common("birth_place", birth_place), common("residence", residence)
    by_birth = [code("place", name) for name in ("both_exact", "both", "birth_exact", "birth")]

    def to_new_home(frame: pl.DataFrame) -> npt.NDArray[np.bool_]:
        if not moving:
            return np.zeros(frame.height, dtype=np.bool_)
        tells_no_birth_place = frame.get_column(birth_place).list.len().fill_null(0) == 0
        return (frame.get_column(moving[0]).fill_null(value=False) & tells_no_birth_place).to_numpy()

    left_moves, right_moves = (to_new_home(frame) for frame in frames.sides)

    def look(chunk: Chunk) -> Seen:
        at_l, at_r = chunk.at
        ones, others = (type(left)(*(each.at(rows) for each in side)) for side, rows in ((left, at_l), (right, at_r)))
        codes = place(ones, others, overlaps, chunk.within(comparison), left_moves[at_l] | right_moves[at_r])
        of_birth, of_residence = at_birth_place(at_l, at_r), at_residence(at_l, at_r)
        share = np.select(
            [
                np.isin(codes, by_birth),
                codes == code("place", "residence"),
                codes == code("place", "crosswise"),
            ],
            [of_birth, of_residence, np.fmax(of_birth, of_residence)],
            default=np.nan,
        )
        return Seen(codes, {"place": share})

    return look


def _relation(comparison: Comparison, frames: Frames) -> Comparer:
    def look(chunk: Chunk) -> Seen:
        return Seen(fields.relation(*chunk.values(comparison.columns[0]), chunk.within(comparison)))

    return look


def _numbers(comparison: Comparison, frames: Frames) -> Comparer:
    def look(chunk: Chunk) -> Seen:
        return Seen(fields.numbers(*chunk.values(comparison.columns[0])))

    return look


# values of any field --------------------------------------------------------------------------------------------------


def _number(comparison: Comparison, frames: Frames) -> Comparer:
    """A number, one keystroke off or not."""
    return _weighed(
        comparison, frames, lambda chunk: fields.number(comparison.kind, *chunk.values(comparison.columns[0]))
    )


def _personal_id(comparison: Comparison, frames: Frames) -> Comparer:
    """A number, which says nothing where it is a parent's: it tells of a birth too long before the record's."""
    look = _number(comparison, frames)
    if len(comparison.columns) == 1:
        return look
    theirs = [is_a_parents(*(frame.get_column(column) for column in comparison.columns)) for frame in frames.sides]

    def look_at_own(chunk: Chunk) -> Seen:
        seen = look(chunk)
        own = ~(theirs[0][chunk.at[0]] | theirs[1][chunk.at[1]])
        return Seen(np.where(own, seen.codes, np.uint8(0)), seen.shares)

    return look_at_own


def _household(comparison: Comparison, frames: Frames) -> Comparer:
    household, moving = comparison.columns

    def look(chunk: Chunk) -> Seen:
        one, other = (side.fill_null(value=False).to_numpy() for side in chunk.values(moving))
        return Seen(fields.household(*chunk.values(household), one | other))

    return look


def _exact(comparison: Comparison, frames: Frames) -> Comparer:
    """The same value or another."""
    return _weighed(comparison, frames, lambda chunk: fields.equality("exact", *chunk.values(comparison.columns[0])))


def _graded(comparison: Comparison, frames: Frames) -> Comparer:
    """Text by how similar it is, digits by how many keystrokes lie between, each to the model's own levels."""

    def codes(chunk: Chunk) -> Codes:
        return graded(comparison, *(chunk.values(column) for column in comparison.columns))

    return _weighed(comparison, frames, codes)


def _weighed(comparison: Comparison, frames: Frames, codes_of: Callable[[Chunk], Codes]) -> Comparer:
    """The codes, and on the levels that the model weighs by how common the value is the share of the agreeing value, or
    of the commoner and the rarer of two that are close."""
    if not comparison.is_weighed_by_value:
        return lambda chunk: Seen(codes_of(chunk))
    column = comparison.columns[0]
    left, right = (frames.frequencies.plain_share(column, frame.get_column(column)) for frame in frames.sides)
    weighed = [at for at, level in enumerate(comparison.levels, start=1) if level.share is not None]

    def look(chunk: Chunk) -> Seen:
        codes = codes_of(chunk)
        one, other = left[chunk.at[0]], right[chunk.at[1]]
        share = np.where(codes == weighed[0], other, np.fmax(one, other))
        is_weighed = np.isin(codes, weighed)
        return Seen(
            codes,
            {
                comparison.name: np.where(is_weighed, share, np.nan),
                f"{comparison.name}_rare": np.where(is_weighed, np.fmin(one, other), np.nan),
            },
        )

    return look


#: One for each kind of levels.KINDS.
COMPARERS: dict[str, Callable[[Comparison, Frames], Comparer]] = {
    "given": _name_part,
    "middle": _middle,
    "surname": _name_part,
    "date": _date,
    "place": _place,
    "personal_id": _personal_id,
    "number": _number,
    "numbers": _numbers,
    "household": _household,
    "relation": _relation,
    "head": _head,
    "parents": _parents,
    "exact": _exact,
    "text": _graded,
    "digits": _graded,
}


def comparers_of(frames: Frames, comparisons: Sequence[Comparison]) -> list[tuple[str, Comparer]]:
    """The comparers by the name of their comparison, those that others stand within first."""
    ordered = sorted(comparisons, key=lambda comparison: comparison.within is not None)
    return [(comparison.name, COMPARERS[comparison.kind](comparison, frames)) for comparison in ordered]
