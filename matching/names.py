"""Two names compared syllable by syllable: levels of the surname, of the middle and of the given name.

The first syllables are held against each other, the last against the last, and the middles are aligned. A minority
name whose clan stands last, or a name read in another order, is found by its set of syllables.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from matching.levels import code
from matching.name_roles import in_roles
from matching.syllables import (
    FLAT,
    HOI_NGA,
    NONE,
    SAME,
    VOWEL,
    Ids,
    Inventory,
    Mask,
    inventory,
    relate,
)
from matching.text import fold, over_unique, rules

Codes = npt.NDArray[np.uint8]

#: Names longer than this keep their first syllables and their last; the longest royal names have seven.
WIDTH = 8
#: A table of all pairs of syllables is kept up to this many syllables (64 MB); beyond, the pairs are halved.
_LARGEST_TABLE = 8000

_GIVEN = np.array(
    [
        code("given", level)
        for level in (
            "missing",
            "same",
            "flat",
            "hoi_nga",
            "mark",
            "vowel",
            "sound",
            "typo",
            "misspelt",
            "short",
            "different",
        )
    ],
    dtype=np.uint8,
)
_SURNAME = np.array(
    [
        code("surname", level)
        for level in ("missing", "same", "flat", "slip", "slip", "slip", "sound", "typo", "typo", "short", "different")
    ],
    dtype=np.uint8,
)
#: What an alignment of middles may contain, as bits; the level is that of the heaviest.
_HAS_FLAT, _HAS_SLIP, _HAS_NEAR, _HAS_SHORT, _HAS_GAP, _HAS_OTHER = (1 << bit for bit in range(6))
_BITS = np.array(
    [0, 0, _HAS_FLAT, _HAS_SLIP, _HAS_SLIP, _HAS_SLIP, _HAS_NEAR, _HAS_NEAR, _HAS_NEAR, _HAS_SHORT, _HAS_OTHER],
    dtype=np.uint8,
)
_COST = np.array([0, 0, 0, 1, 1, 1, 2, 3, 3, 2, 9], dtype=np.int16)
_GAP_COST = 5

#: How two whole names agree, for the names of parents.
UNKNOWN, AGREE, CLOSE, CLASH = range(4)


class NameLevels(NamedTuple):
    """One entry a pair: the level codes of given, middle and surname, and how the whole names agree."""

    given: Codes
    middle: Codes
    surname: Codes
    whole: Codes


class NameTable(NamedTuple):
    """Distinct names as rows of syllable ids, padded with the id of the empty syllable (the last).

    `has_surname`: the first syllable is a surname, as written with marks or wholly without. `join` and `join_fold` tell
    which names are the same letters: two numbers of a name, by its syllables in their roles and as they are written.
    """

    tokens: Ids
    length: Ids
    is_flat: Mask
    has_surname: Mask
    join: tuple[Ids, Ids]
    join_fold: tuple[Ids, Ids]
    known: Inventory


@lru_cache(maxsize=2)
def _surnames(*, bare: bool) -> list[str]:
    words = rules("names")["surnames"]["words"]
    return [fold(word) for word in words] if bare else words


def name_table(names: pl.Series) -> NameTable:
    """The table of distinct normalised names, in the order given; no null."""
    ordered = pl.DataFrame({"name": names}).with_row_index("at").with_columns(in_roles(pl.col("name")))
    split = ordered.with_columns(pl.col("name").str.split(" "))
    long = pl.col("name").list.len() > WIDTH
    shortened = pl.concat_list(pl.col("name").list.head(WIDTH - 1), pl.col("name").list.tail(1))
    tokens = (
        split.with_columns(pl.when(long).then(shortened).otherwise("name").alias("name"))
        .explode("name")
        .with_columns(pl.int_range(pl.len()).over("at").alias("position"))
    )
    distinct = tokens.get_column("name").unique().sort()
    known = inventory([*distinct.to_list(), ""])
    ids = tokens.get_column("name").cast(pl.Enum(distinct)).to_physical().to_numpy().astype(np.int64)
    at, position = (tokens.get_column(name).to_numpy().astype(np.int64) for name in ("at", "position"))
    width = int(position.max()) + 1 if len(position) else 1
    table = np.full((len(names), width), len(distinct), dtype=np.int64)
    table[at, position] = ids
    present = table < len(distinct)
    folded = pl.Series(known.folded[:-1] or [""], dtype=pl.String)
    joined = tokens.with_columns(folded.gather(ids).alias("folded")).group_by("at", maintain_order=True)
    in_role = joined.agg(pl.col("name").str.join(""), pl.col("folded").str.join(""))
    moved = ordered.select(pl.when(pl.col("name") != names).then(names)).to_series()
    written = pl.DataFrame({"name": moved, "folded": over_unique(moved, fold)}).select(
        pl.coalesce(pl.col(form).str.replace_all(" ", "", literal=True), in_role[form]) for form in ("name", "folded")
    )
    is_flat = np.logical_not(np.any(known.marked[table], axis=1))
    first = names.str.extract(r"^(\S+)")
    return NameTable(
        tokens=table,
        length=present.sum(axis=1),
        is_flat=is_flat,
        has_surname=np.where(is_flat, first.is_in(_surnames(bare=True)), first.is_in(_surnames(bare=False))),
        join=(_numbered(in_role["name"]), _numbered(written["name"])),
        join_fold=(_numbered(in_role["folded"]), _numbered(written["folded"])),
        known=known,
    )


def _numbered(texts: pl.Series) -> Ids:
    """A number for each text, the same for equal ones."""
    return texts.rank("dense").to_numpy().astype(np.int64)


def compare_names(names: NameTable, left: Ids, right: Ids) -> NameLevels:
    """The levels of each pair of names, by their places in the table; -1 is no name, and compares as missing."""
    told = np.flatnonzero((left >= 0) & (right >= 0))
    size = len(names.tokens)
    pairs, back = np.unique(left[told] * size + right[told], return_inverse=True)
    distinct = _compare_distinct(names, pairs // max(size, 1), pairs % max(size, 1))
    out: list[Codes] = []
    for codes in distinct:
        full = np.zeros(len(left), dtype=np.uint8)
        full[told] = codes[back]
        out.append(full)
    return NameLevels(*out)


def _compare_distinct(names: NameTable, left: Ids, right: Ids) -> NameLevels:
    syllables = np.unique(np.concatenate([names.tokens[left].ravel(), names.tokens[right].ravel()]))
    if len(syllables) > _LARGEST_TABLE and len(left) > 1:
        half = len(left) // 2
        parts = [_compare_distinct(names, left[part], right[part]) for part in (slice(half), slice(half, None))]
        return NameLevels(*(np.concatenate(both) for both in zip(*parts, strict=True)))
    flat = names.is_flat[left] | names.is_flat[right]
    lengths = names.length[left], names.length[right]
    cube = _cube(names, left, right, syllables, flat)
    given, middle, surname = _anchored(cube, *lengths)
    surnames = names.has_surname[left], names.has_surname[right]
    _contained(cube, lengths, (given, middle, surname), surnames)
    _joined(names, (left, right), flat, (given, middle, surname))
    _reordered(names, (left, right), flat, (given, middle, surname))
    return NameLevels(given, middle, surname, _whole(given, middle, surname))


def _cube(names: NameTable, left: Ids, right: Ids, syllables: Ids, flat: Mask) -> Codes:
    """The relation of every syllable of the left name with every one of the right: (pairs, left, right)."""
    local = np.zeros(len(names.known.syllables), dtype=np.int64)
    local[syllables] = np.arange(len(syllables))
    ones, others = local[names.tokens[left]], local[names.tokens[right]]
    keys = ones[:, :, None] * len(syllables) + others[:, None, :]
    table = np.zeros(len(syllables) ** 2, dtype=np.uint8)
    table[keys.ravel()] = 1
    met = np.flatnonzero(table)
    one, other = syllables[met // len(syllables)], syllables[met % len(syllables)]
    relation = relate(names.known, one, other)
    empty = len(names.known.syllables) - 1
    relation[(one == empty) | (other == empty)] = NONE
    table[met] = relation
    cube: Codes = table[keys]
    bare = flat[:, None, None] & (cube >= HOI_NGA) & (cube <= VOWEL)
    cube[bare] = FLAT
    return cube


def _anchored(cube: Codes, length_l: Ids, length_r: Ids) -> tuple[Codes, Codes, Codes]:
    """The levels with first against first, last against last, and the middles aligned between."""
    rows = np.arange(len(cube))
    given = _GIVEN[cube[rows, length_l - 1, length_r - 1]]
    lone_l, lone_r = length_l == 1, length_r == 1
    surname = _SURNAME[cube[:, 0, 0]]
    surname[lone_l | lone_r] = code("surname", "absent")
    surname[lone_l & lone_r] = code("surname", "missing")
    middle_l, middle_r = np.maximum(length_l - 2, 0), np.maximum(length_r - 2, 0)
    middle = np.full(len(cube), code("middle", "none"), dtype=np.uint8)
    middle[(middle_l == 0) != (middle_r == 0)] = code("middle", "dropped")
    both = np.flatnonzero((middle_l > 0) & (middle_r > 0))
    middle[both] = _aligned(cube[both], middle_l[both], middle_r[both])
    middle[lone_l & lone_r] = code("middle", "missing")
    return given, middle, surname


def _aligned(cube: Codes, length_l: Ids, length_r: Ids) -> Codes:
    """The level of the middles under their cheapest alignment, which may drop syllables of either."""
    rows = np.arange(len(cube))
    longest_l, longest_r = (int(lengths.max(initial=0)) for lengths in (length_l, length_r))
    cost = np.zeros((longest_l + 1, longest_r + 1, len(cube)), dtype=np.int16)
    bits = np.zeros((longest_l + 1, longest_r + 1, len(cube)), dtype=np.uint8)
    for i in range(1, longest_l + 1):
        cost[i, 0], bits[i, 0] = i * _GAP_COST, _HAS_GAP
    for j in range(1, longest_r + 1):
        cost[0, j], bits[0, j] = j * _GAP_COST, _HAS_GAP
    for i in range(1, longest_l + 1):
        for j in range(1, longest_r + 1):
            relation = cube[:, i, j]
            best, kept = cost[i - 1, j - 1] + _COST[relation], bits[i - 1, j - 1] | _BITS[relation]
            for before in ((i - 1, j), (i, j - 1)):
                dropped = cost[before] + _GAP_COST
                cheaper = dropped < best
                best = np.where(cheaper, dropped, best)
                kept = np.where(cheaper, bits[before] | _HAS_GAP, kept)
            cost[i, j], bits[i, j] = best, kept
    found = bits[length_l, length_r, rows]
    level = np.full(len(cube), code("middle", "same"), dtype=np.uint8)
    for bit, name in (
        (_HAS_FLAT, "flat"),
        (_HAS_SLIP, "slip"),
        (_HAS_SHORT, "short"),
        (_HAS_NEAR, "near"),
        (_HAS_GAP, "dropped"),
        (_HAS_OTHER, "different"),
    ):
        level[(found & bit) > 0] = code("middle", name)
    return level


def _contained(
    cube: Codes, lengths: tuple[Ids, Ids], levels: tuple[Codes, Codes, Codes], surnames: tuple[Mask, Mask]
) -> None:
    """Settle names of which one is the beginning or the end of the other. `surnames` says of each name's first
    syllable whether it is a surname.

    At the end: a saint's name before the surname, or the surname left out; but where both begin with a surname these
    are two. At the beginning, by two syllables or more: a mother's clan added behind. One syllable more behind is a
    sister's name, and stays different.
    """
    given, middle, surname = levels
    unlike = ~np.isin(surname, [code("surname", "same"), code("surname", "flat")]) & ~(surnames[0] & surnames[1])
    for short, long, turned in ((lengths[0], lengths[1], cube), (lengths[1], lengths[0], cube.transpose(0, 2, 1))):
        for extra in range(1, turned.shape[2]):
            rows = np.flatnonzero((long - short == extra) & (short >= 2))
            end = rows[_agrees_from(turned[rows], short[rows], extra) & unlike[rows]]
            surname[end] = code("surname", "absent")
            middle[end] = np.where(short[end] > 2, code("middle", "same"), code("middle", "none"))
            if extra > 1:
                rows = rows[(short[rows] >= 3) & (given[rows] == code("given", "different"))]
                start = rows[_agrees_from(turned[rows], short[rows], 0)]
                given[start] = code("given", "short")
                middle[start] = code("middle", "same")


def _agrees_from(cube: Codes, short: Ids, start: int) -> Mask:
    """Where every syllable of the shorter name agrees with that of the longer one, counted from a place in it."""
    agrees = np.ones(len(cube), dtype=np.bool_)
    for at in range(min(cube.shape[1], cube.shape[2] - start)):
        relation = cube[:, at, at + start]
        agrees &= (at >= short) | (relation == SAME) | (relation == FLAT)
    return agrees


def _joined(names: NameTable, pair: tuple[Ids, Ids], flat: Mask, levels: tuple[Codes, Codes, Codes]) -> None:
    """Settle names that are the same letters in other portions: Sa Phia and Saphia, H Hen and Hhen.

    A clan that lost a space or a mark is not seen to stand last, so the order as written counts as well.
    """
    left, right = pair
    other_portions = (names.tokens[left] != names.tokens[right]).any(axis=1)
    whole, bare = (
        np.logical_or.reduce([ids[left] == ids[right] for ids in joined]) for joined in (names.join, names.join_fold)
    )
    whole &= other_portions
    bare &= other_portions & ~whole & flat
    for rows, level in ((whole, "same"), (bare, "flat")):
        for codes, name in zip(levels, ("given", "middle", "surname"), strict=True):
            codes[rows] = code(name, level)


def _reordered(names: NameTable, pair: tuple[Ids, Ids], flat: Mask, levels: tuple[Codes, Codes, Codes]) -> None:
    """Settle names of the same syllables in another order: H'Hen Niê and Niê H'Hen."""
    left, right = pair
    given, middle, surname = levels
    clash = (given == code("given", "different")) | (surname == code("surname", "different"))
    rows = np.flatnonzero(clash & (names.length[left] == names.length[right]))
    one, other = names.tokens[left[rows]], names.tokens[right[rows]]
    same = (np.sort(one, axis=1) == np.sort(other, axis=1)).all(axis=1)
    folds = names.known.fold_id
    bare = (np.sort(folds[one], axis=1) == np.sort(folds[other], axis=1)).all(axis=1) & flat[rows]
    rows = rows[same | bare]
    given[rows] = code("given", "reordered")
    middle[rows] = code("middle", "implied")
    surname[rows] = code("surname", "implied")


def _whole(given: Codes, middle: Codes, surname: Codes) -> Codes:
    """How the whole names agree: AGREE but for marks that a whole row lacks, CLOSE but for slips, else CLASH."""
    sound_given = np.isin(given, [code("given", level) for level in ("same", "flat", "reordered")])
    sound_middle = np.isin(middle, [code("middle", level) for level in ("missing", "none", "same", "flat", "implied")])
    sound_surname = np.isin(surname, [code("surname", level) for level in ("missing", "same", "flat", "implied")])
    near = (
        (given != code("given", "different"))
        & (middle != code("middle", "different"))
        & (surname != code("surname", "different"))
    )
    whole = np.where(near, CLOSE, CLASH).astype(np.uint8)
    whole[sound_given & sound_middle & sound_surname] = AGREE
    return whole
