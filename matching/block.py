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
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from matching.normalise import NORMALISER_VERSION
from matching.numbers import PARENT_YEARS, told_year
from matching.places import province_of
from matching.schemas import KEYS, conform
from matching.steps import Atom, SearchRules, Step, search_rules
from matching.text import over_unique

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
    atoms = _atoms(records, rules, ids, asking=asking)

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


def _atoms(records: pl.DataFrame, rules: SearchRules, ids: npt.NDArray[np.int64], *, asking: bool) -> dict[str, _Held]:
    """The hashed values of every atom that the rules name, found in one go: one by one costs a single row more."""
    names = {name for step in rules.steps for name in (*chain(*step.keys), step.narrow) if name is not None}
    people = records.lazy()
    values = {
        name: _ATOMS[name](people, asking) if (own := rules.atoms.get(name)) is None else _own(people, own)
        for name in sorted(names)
    }
    found = pl.collect_all(values.values())
    return {name: _hashed(held, ids) for name, held in zip(values, found, strict=True)}


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


def _hashed(values: pl.DataFrame, ids: npt.NDArray[np.int64]) -> _Held:
    """An atom's (record_id, value), hashed and each once; each distinct value is hashed once."""
    texts = values.get_column("value").to_list()
    known = {text: _hash_text(text) for text in set(texts)}
    hashes = np.fromiter((known[text] for text in texts), dtype=np.uint64, count=len(texts))
    order = np.argsort(ids)
    at = order[np.searchsorted(ids, values.get_column("record_id").to_numpy(), sorter=order)]
    sorting = np.lexsort((hashes, at))
    at, hashes = at[sorting], hashes[sorting]
    first = np.ones(len(at), dtype=np.bool_)
    first[1:] = (at[1:] != at[:-1]) | (hashes[1:] != hashes[:-1])
    return _Held(at[first], hashes[first])


def _mix(seed: _HASH, value: _HASH) -> _HASH:
    """A 64-bit finaliser (splitmix64) over both: every bit of either changes half of the result's."""
    with np.errstate(over="ignore"):
        mixed = (seed * np.uint64(0x9E3779B97F4A7C15)) ^ value
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


# atoms: each gives (record_id, value), no row where the record has no value ---------------------------------------


def _own(records: pl.LazyFrame, atom: Atom) -> pl.LazyFrame:
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
    return pl.concat([records.select("record_id", value=column) for column in columns]).drop_nulls().unique()


def _column(name: str) -> Callable[[pl.LazyFrame, bool], pl.LazyFrame]:
    def values(records: pl.LazyFrame, _asking: bool) -> pl.LazyFrame:
        return records.select("record_id", value=pl.col(name)).drop_nulls()

    return values


def _letters(name: str) -> Callable[[pl.LazyFrame, bool], pl.LazyFrame]:
    """The letters of a name without the spaces between its syllables: these are lost, and come where none belongs."""

    def values(records: pl.LazyFrame, _asking: bool) -> pl.LazyFrame:
        return records.select("record_id", value=pl.col(name).str.replace_all(" ", "", literal=True)).drop_nulls()

    return values


def _lists(*names: str) -> Callable[[pl.LazyFrame, bool], pl.LazyFrame]:
    def values(records: pl.LazyFrame, _asking: bool) -> pl.LazyFrame:
        parts = [records.select("record_id", value=pl.col(name)).explode("value") for name in names]
        return pl.concat(parts).drop_nulls().unique()

    return values


def _syllable(place: int) -> Callable[[pl.LazyFrame, bool], pl.LazyFrame]:
    def values(records: pl.LazyFrame, _asking: bool) -> pl.LazyFrame:
        return records.select(
            "record_id", value=pl.col("name_fold").str.split(" ").list.get(place, null_on_oob=True)
        ).drop_nulls()

    return values


def _syllables(records: pl.LazyFrame, _asking: bool) -> pl.LazyFrame:
    """The syllables of the name, whatever their order."""
    ordered = pl.col("name_fold").str.split(" ").list.sort().list.join(" ")
    return records.select("record_id", value=ordered).drop_nulls()


def _initials(records: pl.LazyFrame, _asking: bool) -> pl.LazyFrame:
    """The first letters of the name's syllables: what a slip of the finger inside a syllable leaves as it is."""
    letters = pl.col("name_fold").str.replace_all(r"(\w)\w* ?", "${1}")
    return records.select("record_id", value=letters).drop_nulls()


def _but_given(records: pl.LazyFrame, _asking: bool) -> pl.LazyFrame:
    """The name without its last syllable, where there are more."""
    before = pl.col("name_fold").str.extract(r"^(.+) \S+$")
    return records.select("record_id", value=before).drop_nulls()


def _dated(records: pl.LazyFrame) -> pl.LazyFrame:
    """The records with a birth date, and once more by the year that their own personal id tells, where it is another.

    The number is a second birth date: either may be wrong. One that tells of a parent's years is not their own.
    """
    known = records.filter(pl.col("birth").is_not_null())
    year, told = pl.col("birth") // 10000, told_year(pl.col("personal_id"))
    second = known.filter((told != year) & (told > year - PARENT_YEARS) & (told < year + PARENT_YEARS))
    return pl.concat(
        [known, second.with_columns((told * 10000 + pl.col("birth") % 10000).cast(pl.Int32).alias("birth"))]
    )


def _whole(records: pl.LazyFrame) -> pl.LazyFrame:
    """The records whose birth date is known to the day."""
    return records.filter(pl.col("birth").is_not_null() & (pl.col("birth_precision") == 0))


def _told(dated: pl.LazyFrame, part: pl.Expr) -> pl.LazyFrame:
    """A part of each record's birth date as the value of an atom."""
    return dated.select("record_id", value=part.cast(pl.String))


def _birth(records: pl.LazyFrame, asking: bool) -> pl.LazyFrame:
    full, month, year = (pl.col("birth_precision") == number for number in (0, 1, 2))
    january = full & (pl.col("birth") % 10000 == 101)
    day_key = pl.format("d{}", "birth")
    month_key = pl.format("m{}", pl.col("birth") // 100)
    year_key = pl.format("y{}", pl.col("birth") // 10000)
    # a coarse date says so in capitals: asked for by rows that know more
    coarse_month = pl.format("M{}", pl.col("birth") // 100)
    coarse_year = pl.format("Y{}", pl.col("birth") // 10000)
    if asking:
        exact = pl.when(full).then(day_key).when(month).then(month_key).otherwise(year_key)
        columns = [
            exact,
            pl.when(full).then(coarse_month),
            pl.when(full | month).then(coarse_year),
            # 1 January often stands for a date that nobody knows: it asks as a year would
            pl.when(january).then(year_key),
        ]
    else:
        columns = [
            pl.when(full).then(day_key),
            pl.when(full | month).then(month_key),
            year_key,
            pl.when(month).then(coarse_month),
            pl.when(year | january).then(coarse_year),
        ]
    known = _dated(records)
    return pl.concat([known.select("record_id", value=column) for column in columns]).drop_nulls()


def _full_birth(records: pl.LazyFrame, _asking: bool) -> pl.LazyFrame:
    return _told(_whole(_dated(records)), pl.col("birth"))


def _birth_month(records: pl.LazyFrame, _asking: bool) -> pl.LazyFrame:
    return _told(_dated(records).filter(pl.col("birth_precision") < 2), pl.col("birth") // 100)


def _birth_day(records: pl.LazyFrame, asking: bool) -> pl.LazyFrame:
    """Day and month without the year; a row also asks for them in the other order."""
    whole, month, day = _whole(records), pl.col("birth") // 100 % 100, pl.col("birth") % 100
    told = _told(whole, month * 100 + day)
    if not asking:
        return told
    return pl.concat([told, _told(whole.filter((day <= 12) & (day != month)), day * 100 + month)])


def _day(records: pl.LazyFrame, _asking: bool) -> pl.LazyFrame:
    """The day of the month."""
    return _told(_whole(records), pl.col("birth") % 100)


def _birth_year(records: pl.LazyFrame, _asking: bool) -> pl.LazyFrame:
    return _told(_dated(records), pl.col("birth") // 10000)


def _province(records: pl.LazyFrame, asking: bool) -> pl.LazyFrame:
    province = pl.col("value").map_batches(lambda communes: over_unique(communes, province_of), pl.String)
    return _lists("birth_place", "residence")(records, asking).with_columns(value=province).drop_nulls().unique()


def _parent(records: pl.LazyFrame, _asking: bool) -> pl.LazyFrame:
    return pl.concat(
        [records.select("record_id", value=pl.col(name)) for name in ("father_fold", "mother_fold")]
    ).drop_nulls()


_ATOMS: dict[str, Callable[[pl.LazyFrame, bool], pl.LazyFrame]] = {
    "code": _lists("codes"),
    "personal_id": _column("personal_id"),
    "old_id": _column("old_id"),
    "name": _letters("name_fold"),
    "sound": _letters("name_sound"),
    "surname": _syllable(0),
    "syllables": _syllables,
    "initials": _initials,
    "but_given": _but_given,
    "given": _syllable(-1),
    "birth": _birth,
    "full_birth": _full_birth,
    "birth_month": _birth_month,
    "birth_day": _birth_day,
    "day": _day,
    "birth_year": _birth_year,
    "sex": _column("sex"),
    "birth_place": _lists("birth_place"),
    "residence": _lists("residence"),
    "place": _lists("birth_place", "residence"),
    "province": _province,
    "parent": _parent,
    "household": _column("household_code"),
    "head": _column("head_fold"),
    "phone": _column("phone"),
}
