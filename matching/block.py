"""Blocking: the hashed keys under which a record is found, and those with which a row searches.

A key is a search step and one value of each of its atoms, hashed to 64 bits. A record *emits* the keys under which it
can be found; a row *asks* with keys. Both are the same but for birth dates of different precision: a record emits its
date at its own and every coarser precision, and says of a coarse date that it is coarse; a row asks at its own
precision and for records whose date is coarser. So a pair shares a key whenever the dates can agree. 1 January counts
as a date and as a year alone: it often stands for a date that nobody knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, compress
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from matching.normalise import NORMALISER_VERSION
from matching.numbers import PARENT_YEARS, told_year
from matching.places import province_of
from matching.schemas import KEYS, conform
from matching.steps import Atom, SearchRules, Step, search_rules

_HASH = npt.NDArray[np.uint64]
_PLACES = npt.NDArray[np.int64]
#: raised when the meaning of an atom or the hash changes
BLOCK_VERSION = "2026-11-22.5"

#: the narrowing value of records that have none
_BLANK = 0

#: Grain: one key that a row asks with. `base_hash` is the key before narrowing; `is_narrow` tells which of the two.
ASKED = {**KEYS, "base_hash": pl.Int64, "is_narrow": pl.Boolean}


def key_version(rules: SearchRules | None = None) -> str:
    """What register, tail and program must agree on: normaliser, hash and search rules."""
    rules = rules or search_rules()
    return f"{NORMALISER_VERSION}/{BLOCK_VERSION}/{rules.version}-{rules.digest}"


def emitted(records: pl.DataFrame, rules: SearchRules) -> pl.DataFrame:
    """KEYS under which NORMALISED records are found, narrowed ones included."""
    keys = _keys(records, rules, asking=False)
    return conform(keys, KEYS)


def asked(records: pl.DataFrame, rules: SearchRules) -> pl.DataFrame:
    """ASKED keys of NORMALISED rows."""
    return conform(_keys(records, rules, asking=True), ASKED)


def single_key(rules: SearchRules, step_name: str, value: str) -> int:
    """The hash of a one-atom key, such as a newly issued code's."""
    step = next(step for step in rules.steps if step.name == step_name)
    seed = _hash_text(f"{step.name}|{'+'.join(step.keys[0])}")
    mixed = _mix(np.array([seed], dtype=np.uint64), np.array([_hash_text(value)], dtype=np.uint64))
    return int(mixed.view(np.int64)[0])


class _Held(NamedTuple):
    """The hashed values of an atom, by the places of their records: none, one or several a record."""

    at: _PLACES
    hash: _HASH

    def beside(self, at: _PLACES, records: int) -> tuple[_PLACES, _PLACES]:
        """Every pair of one of some places and a value that its record holds: the places' indices, the values'."""
        counts = np.bincount(self.at, minlength=records)
        each = counts[at]
        left = np.repeat(np.arange(len(at)), each)
        within = np.arange(len(left)) - np.repeat(np.cumsum(each) - each, each)
        return left, (np.cumsum(counts) - counts)[at[left]] + within


class _Found(NamedTuple):
    """Keys of one step, by the places of their records; as columns of ASKED."""

    at: _PLACES
    key: _HASH
    base: _HASH
    is_narrow: bool


def _keys(records: pl.DataFrame, rules: SearchRules, *, asking: bool) -> pl.DataFrame:
    ids = records.get_column("record_id").to_numpy()
    atoms = _atoms(records, rules, asking=asking)

    steps, found = [], []
    for place, step in enumerate(rules.steps):
        for key in step.keys:
            parts = _keys_of(step, key, atoms, len(ids), asking=asking)
            found.extend(parts)
            steps.extend([place] * len(parts))
    sizes = [len(part.at) for part in found]
    names = pl.Series([step.name for step in rules.steps], dtype=pl.String)
    columns = {
        "record_id": ids[np.concatenate([part.at for part in found])],
        "key_hash": np.concatenate([part.key for part in found]).view(np.int64),
        "step": names.gather(np.repeat(steps, sizes)),
        "base_hash": np.concatenate([part.base for part in found]).view(np.int64),
        "is_narrow": np.repeat([part.is_narrow for part in found], sizes),
    }
    return pl.DataFrame(columns, schema_overrides={"record_id": pl.Int64}).unique(maintain_order=True)


def _atoms(records: pl.DataFrame, rules: SearchRules, *, asking: bool) -> dict[str, _Held]:
    """The hashed values of every atom that the rules name, found in one go: one by one costs a single row more."""
    names = {name for step in rules.steps for name in (*chain(*step.keys), step.narrow) if name is not None}
    told = {name: _of(own) if (own := rules.atoms.get(name)) is not None else _ATOMS[name](asking) for name in names}
    if any(_SECOND in value.meta.root_names() for value in told.values()):
        records = records.with_columns(_second_birth().alias(_SECOND))
    found = records.select(value.alias(name) for name, value in told.items())
    return {column.name: _hashed(column, _OF_EACH.get(column.name, str)) for column in found.iter_columns()}


def _keys_of(step: Step, key: Sequence[str], atoms: Mapping[str, _Held], records: int, *, asking: bool) -> list[_Found]:
    seed = _hash_text(f"{step.name}|{'+'.join(key)}")
    first = atoms[key[0]]
    at, hashes = first.at, _mix(np.full(len(first.at), seed, dtype=np.uint64), first.hash)
    for name in key[1:]:
        values = atoms[name]
        left, right = values.beside(at, records)
        at, hashes = at[left], _mix(hashes[left], values.hash[right])
    found = [_Found(at, hashes, hashes, is_narrow=False)]
    if step.narrow is not None and step.narrow not in key:
        values = atoms[step.narrow]
        left, right = values.beside(at, records)
        found.append(_Found(at[left], _mix(hashes[left], values.hash[right]), hashes[left], is_narrow=True))
        # whoever has a value also asks for those who have none; whoever has none cannot be narrowed
        has_value = np.bincount(values.at, minlength=records)[at] > 0
        blank = has_value if asking else ~has_value
        none = np.full(blank.sum(), _BLANK, dtype=np.uint64)
        found.append(_Found(at[blank], _mix(hashes[blank], none), hashes[blank], is_narrow=True))
    return found


def _hash_text(value: str) -> int:
    return int.from_bytes(hashlib.blake2b(value.encode("utf-8"), digest_size=8).digest(), "little")


def _hashed(values: pl.Series, of_each: Callable[[str], str | None]) -> _Held:
    """An atom's values, a text or a list of texts for each record, hashed and each once."""
    texts = values.to_list()
    at: _PLACES = np.arange(len(texts))
    if isinstance(values.dtype, pl.List):
        at = np.repeat(at, [len(held) if held else 0 for held in texts])
        texts = list(chain.from_iterable(filter(None, texts)))
    named = {text: None if text is None else of_each(text) for text in set(texts)}
    known = {text: None if name is None else _hash_text(name) for text, name in named.items()}
    found = [known[text] for text in texts]
    if None in known.values():
        is_told = [hashed is not None for hashed in found]
        at, found = at[is_told], list(compress(found, is_told))
    hashes = np.array(found, dtype=np.uint64)
    sorting = np.lexsort((hashes, at))
    at, hashes = at[sorting], hashes[sorting]
    first = np.ones(len(at), dtype=np.bool_)
    first[1:] = (at[1:] != at[:-1]) | (hashes[1:] != hashes[:-1])
    return _Held(at[first], hashes[first])


def _mix(seed: _HASH, value: _HASH) -> _HASH:
    """A 64-bit finaliser (splitmix64) over both: every bit of either changes half of the result's."""
    mixed = (seed * np.uint64(0x9E3779B97F4A7C15)) ^ value
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


# atoms: each is an expression over NORMALISED that gives a record's text, or list of texts, and null where it has none;
# the argument tells whether a row asks or a record emits ------------------------------------------------------------


def _of(atom: Atom) -> pl.Expr:
    """The values of an atom of the search file's own."""
    columns = [pl.col(name) for name in atom.columns]
    if atom.sorted:
        # A record that lacks one of the columns has no such value.
        told = pl.all_horizontal(column.is_not_null() for column in columns)
        columns = [pl.when(told).then(pl.concat_list(columns).list.sort().list.join(" "))]
    if atom.first:
        columns = [column.str.head(atom.first) for column in columns]
    if atom.last:
        columns = [column.str.tail(atom.last) for column in columns]
    return columns[0] if len(columns) == 1 else pl.concat_list(columns)


def _fixed(values: pl.Expr) -> Callable[[bool], pl.Expr]:
    return lambda _asking: values


def _letters(name: str) -> pl.Expr:
    """The letters of a name without the spaces between its syllables: these are lost, and come where none belongs."""
    return pl.col(name).str.replace_all(" ", "", literal=True)


def _communes(*names: str) -> pl.Expr:
    return pl.concat_list(pl.col(name).fill_null(pl.lit([], dtype=pl.List(pl.String))) for name in names)


def _syllable(place: int) -> pl.Expr:
    return pl.col("name_fold").str.split(" ").list.get(place, null_on_oob=True)


#: what a slip of the finger inside a syllable leaves as it is: the first letters of the name's syllables
_INITIALS = pl.col("name_fold").str.replace_all(r"(\w)\w* ?", "${1}")
#: the name without its last syllable, where there are more
_BUT_GIVEN = pl.col("name_fold").str.extract(r"^(.+) \S+$")
_YEAR, _MONTH, _DAY = pl.col("birth") // 10000, pl.col("birth") // 100 % 100, pl.col("birth") % 100
_FULL, _TO_THE_MONTH, _TO_THE_YEAR = (pl.col("birth_precision") == number for number in (0, 1, 2))


_SECOND = "second_birth"
#: a record's birth dates
_BIRTHS = (pl.col("birth"), pl.col(_SECOND))


def _second_birth() -> pl.Expr:
    """A record's birth date in the year that its own personal id tells, where that is another.

    The number is a second birth date: either may be wrong. One that tells of a parent's years is not their own.
    """
    told = told_year(pl.col("personal_id"))
    is_another = (told != _YEAR) & (told > _YEAR - PARENT_YEARS) & (told < _YEAR + PARENT_YEARS)
    moved = (told * 10000 + pl.col("birth") % 10000).cast(pl.Int32)
    return pl.when(is_another).then(moved)


def _told(*parts: pl.Expr) -> pl.Expr:
    """Parts of birth dates as the values of an atom."""
    return pl.concat_list(part.cast(pl.String) for part in parts)


def _birth(asking: bool) -> pl.Expr:
    return pl.concat_list(value for birth in _BIRTHS for value in (_asked_of if asking else _emitted_of)(birth))


def _asked_of(birth: pl.Expr) -> list[pl.Expr]:
    """What a row asks for by a date; a coarse date says so in capitals, and is asked for by rows that know more."""
    day, month, year = pl.format("d{}", birth), pl.format("m{}", birth // 100), pl.format("y{}", birth // 10000)
    coarse_month, coarse_year = pl.format("M{}", birth // 100), pl.format("Y{}", birth // 10000)
    return [
        pl.when(_FULL).then(day).when(_TO_THE_MONTH).then(month).otherwise(year),
        pl.when(_FULL).then(coarse_month),
        pl.when(_FULL | _TO_THE_MONTH).then(coarse_year),
        # 1 January often stands for a date that nobody knows: it asks as a year would
        pl.when(_is_january(birth)).then(year),
    ]


def _emitted_of(birth: pl.Expr) -> list[pl.Expr]:
    """What a record of a date is found by."""
    day, month, year = pl.format("d{}", birth), pl.format("m{}", birth // 100), pl.format("y{}", birth // 10000)
    coarse_month, coarse_year = pl.format("M{}", birth // 100), pl.format("Y{}", birth // 10000)
    return [
        pl.when(_FULL).then(day),
        pl.when(_FULL | _TO_THE_MONTH).then(month),
        year,
        pl.when(_TO_THE_MONTH).then(coarse_month),
        pl.when(_TO_THE_YEAR | _is_january(birth)).then(coarse_year),
    ]


def _is_january(birth: pl.Expr) -> pl.Expr:
    return _FULL & (birth % 10000 == 101)


def _birth_day(asking: bool) -> pl.Expr:
    """Day and month without the year; a row also asks for them in the other order."""
    told = pl.when(_FULL).then(_MONTH * 100 + _DAY)
    if not asking:
        return told.cast(pl.String)
    return _told(told, pl.when(_FULL & (_DAY <= 12) & (_DAY != _MONTH)).then(_DAY * 100 + _MONTH))


_ATOMS: dict[str, Callable[[bool], pl.Expr]] = {
    "code": _fixed(pl.col("codes")),
    "personal_id": _fixed(pl.col("personal_id")),
    "old_id": _fixed(pl.col("old_id")),
    "name": _fixed(_letters("name_fold")),
    "sound": _fixed(_letters("name_sound")),
    "surname": _fixed(_syllable(0)),
    "syllables": _fixed(pl.col("name_fold").str.split(" ").list.sort().list.join(" ")),
    "initials": _fixed(_INITIALS),
    "but_given": _fixed(_BUT_GIVEN),
    "given": _fixed(_syllable(-1)),
    "birth": _birth,
    "full_birth": _fixed(_told(*(pl.when(_FULL).then(birth) for birth in _BIRTHS))),
    "birth_month": _fixed(_told(*(pl.when(_FULL | _TO_THE_MONTH).then(birth // 100) for birth in _BIRTHS))),
    "birth_day": _birth_day,
    "day": _fixed(pl.when(_FULL).then(_DAY).cast(pl.String)),
    "birth_year": _fixed(_told(*(birth // 10000 for birth in _BIRTHS))),
    "sex": _fixed(pl.col("sex")),
    "birth_place": _fixed(_communes("birth_place")),
    "residence": _fixed(_communes("residence")),
    "place": _fixed(_communes("birth_place", "residence")),
    "province": _fixed(_communes("birth_place", "residence")),
    "parent": _fixed(pl.concat_list("father_fold", "mother_fold")),
    "household": _fixed(pl.col("household_code")),
    "head": _fixed(pl.col("head_fold")),
    "phone": _fixed(pl.col("phone")),
}

#: what stands in place of each text of an atom
_OF_EACH: dict[str, Callable[[str], str | None]] = {"province": province_of}
