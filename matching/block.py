"""Blocking: the hashed keys under which a record is found, and those with which a row searches.

A key is a search step and one value of each of its atoms, hashed to 64 bits. A record *emits* the keys under which it
can be found; a row *asks* with keys. Both are the same but for birth dates of different precision: a record emits its
date at its own and every coarser precision, and says of a coarse date that it is coarse; a row asks at its own
precision and for records whose date is coarser. So a pair shares a key whenever the dates can agree. 1 January counts
as a date and as a year alone: it often stands for a date that nobody knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from matching.normalise import NORMALISER_VERSION
from matching.places import province_of
from matching.schemas import KEYS, conform
from matching.steps import Atom, SearchRules, Step, search_rules

_HASH = npt.NDArray[np.uint64]
#: raised when the meaning of an atom or the hash changes
BLOCK_VERSION = "2026-11-22"

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


def _keys(records: pl.DataFrame, rules: SearchRules, *, asking: bool) -> pl.DataFrame:
    atoms: dict[str, pl.DataFrame] = {}

    def atom(name: str) -> pl.DataFrame:
        if name not in atoms:
            own = rules.atoms.get(name)
            atoms[name] = _hashed(_ATOMS[name](records, asking) if own is None else _own(records, own))
        return atoms[name]

    parts = [part for step in rules.steps for key in step.keys for part in _keys_of(step, key, atom, asking=asking)]
    return pl.concat(parts).unique(maintain_order=True)


def _keys_of(
    step: Step, key: Sequence[str], atom: Callable[[str], pl.DataFrame], *, asking: bool
) -> list[pl.DataFrame]:
    joined = atom(key[0]).rename({"hash": "hash_0"})
    for place, name in enumerate(key[1:], start=1):
        joined = joined.join(atom(name).rename({"hash": f"hash_{place}"}), on="record_id", how="inner")
    seed = _hash_text(f"{step.name}|{'+'.join(key)}")
    hashes = np.full(len(joined), seed, dtype=np.uint64)
    for place in range(len(key)):
        hashes = _mix(hashes, joined[f"hash_{place}"].to_numpy())
    base = pl.DataFrame(
        {"record_id": joined["record_id"], "key_hash": hashes.view(np.int64)},
        schema={"record_id": pl.Int64, "key_hash": pl.Int64},
    )
    plain = base.with_columns(base_hash="key_hash", is_narrow=pl.lit(value=False))
    found = [plain]
    if step.narrow is not None and step.narrow not in key:
        values = atom(step.narrow)
        wide = base.rename({"key_hash": "base_hash"}).join(values, on="record_id", how="left")
        if asking:
            # whoever has a value also asks for those who have none; whoever has none cannot be narrowed
            known = wide.filter(pl.col("hash").is_not_null())
            wide = pl.concat([known, known.with_columns(hash=pl.lit(_BLANK, dtype=pl.UInt64)).unique()])
        wide = wide.with_columns(pl.col("hash").fill_null(pl.lit(_BLANK, dtype=pl.UInt64)))
        narrowed = _mix(wide["base_hash"].to_numpy().view(np.uint64), wide["hash"].to_numpy())
        found.append(
            wide.select("record_id", "base_hash").with_columns(
                pl.Series("key_hash", narrowed.view(np.int64)), is_narrow=pl.lit(value=True)
            )
        )
    return [part.with_columns(step=pl.lit(step.name)).select(list(ASKED)) for part in found]


def _hash_text(value: str) -> int:
    return int.from_bytes(hashlib.blake2b(value.encode("utf-8"), digest_size=8).digest(), "little")


def _hashed(values: pl.DataFrame) -> pl.DataFrame:
    """(record_id, hash) of an atom's (record_id, value); each distinct value is hashed once."""
    distinct = values.select(pl.col("value").unique())
    hashes = pl.Series("hash", [_hash_text(value) for value in distinct["value"]], dtype=pl.UInt64)
    return values.join(distinct.with_columns(hashes), on="value", how="inner").select("record_id", "hash").unique()


def _mix(seed: _HASH, value: _HASH) -> _HASH:
    """A 64-bit finaliser (splitmix64) over both: every bit of either changes half of the result's."""
    with np.errstate(over="ignore"):
        mixed = (seed * np.uint64(0x9E3779B97F4A7C15)) ^ value
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


# atoms: each gives (record_id, value), no row where the record has no value ---------------------------------------


def _own(records: pl.DataFrame, atom: Atom) -> pl.DataFrame:
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


def _column(name: str) -> Callable[[pl.DataFrame, bool], pl.DataFrame]:
    def values(records: pl.DataFrame, _asking: bool) -> pl.DataFrame:
        return records.select("record_id", value=pl.col(name)).drop_nulls()

    return values


def _lists(*names: str) -> Callable[[pl.DataFrame, bool], pl.DataFrame]:
    def values(records: pl.DataFrame, _asking: bool) -> pl.DataFrame:
        parts = [records.select("record_id", value=pl.col(name)).explode("value") for name in names]
        return pl.concat(parts).drop_nulls().unique()

    return values


def _syllable(place: int) -> Callable[[pl.DataFrame, bool], pl.DataFrame]:
    def values(records: pl.DataFrame, _asking: bool) -> pl.DataFrame:
        return records.select(
            "record_id", value=pl.col("name_fold").str.split(" ").list.get(place, null_on_oob=True)
        ).drop_nulls()

    return values


def _syllables(records: pl.DataFrame, _asking: bool) -> pl.DataFrame:
    """The syllables of the name, whatever their order."""
    ordered = pl.col("name_fold").str.split(" ").list.sort().list.join(" ")
    return records.select("record_id", value=ordered).drop_nulls()


def _initials(records: pl.DataFrame, _asking: bool) -> pl.DataFrame:
    """The first letters of the name's syllables: what a slip of the finger inside a syllable leaves as it is."""
    letters = pl.col("name_fold").str.replace_all(r"(\w)\w* ?", "${1}")
    return records.select("record_id", value=letters).drop_nulls()


def _but_given(records: pl.DataFrame, _asking: bool) -> pl.DataFrame:
    """The name without its last syllable, where there are more."""
    before = pl.col("name_fold").str.extract(r"^(.+) \S+$")
    return records.select("record_id", value=before).drop_nulls()


def _birth(records: pl.DataFrame, asking: bool) -> pl.DataFrame:
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
    known = records.filter(pl.col("birth").is_not_null())
    return pl.concat([known.select("record_id", value=column) for column in columns]).drop_nulls()


def _full_birth(records: pl.DataFrame, _asking: bool) -> pl.DataFrame:
    full = records.filter(pl.col("birth").is_not_null() & (pl.col("birth_precision") == 0))
    return full.select("record_id", value=pl.col("birth").cast(pl.String))


def _birth_month(records: pl.DataFrame, _asking: bool) -> pl.DataFrame:
    known = records.filter(pl.col("birth").is_not_null() & (pl.col("birth_precision") < 2))
    return known.select("record_id", value=(pl.col("birth") // 100).cast(pl.String))


def _birth_day(records: pl.DataFrame, _asking: bool) -> pl.DataFrame:
    """Day and month without the year."""
    full = records.filter(pl.col("birth").is_not_null() & (pl.col("birth_precision") == 0))
    return full.select("record_id", value=(pl.col("birth") % 10000).cast(pl.String))


def _birth_year(records: pl.DataFrame, _asking: bool) -> pl.DataFrame:
    return records.select("record_id", value=(pl.col("birth") // 10000).cast(pl.String)).drop_nulls()


def _province(records: pl.DataFrame, asking: bool) -> pl.DataFrame:
    communes = _lists("birth_place", "residence")(records, asking)
    distinct = communes["value"].unique().to_list()
    provinces = pl.DataFrame(
        {"value": distinct, "province": [province_of(commune) for commune in distinct]},
        schema={"value": pl.String, "province": pl.String},
    )
    return communes.join(provinces, on="value", how="inner").select("record_id", value="province").drop_nulls().unique()


def _parent(records: pl.DataFrame, _asking: bool) -> pl.DataFrame:
    return pl.concat(
        [records.select("record_id", value=pl.col(name)) for name in ("father_fold", "mother_fold")]
    ).drop_nulls()


_ATOMS: dict[str, Callable[[pl.DataFrame, bool], pl.DataFrame]] = {
    "code": _lists("codes"),
    "personal_id": _column("personal_id"),
    "old_id": _column("old_id"),
    "name": _column("name_fold"),
    "sound": _column("name_sound"),
    "surname": _syllable(0),
    "syllables": _syllables,
    "initials": _initials,
    "but_given": _but_given,
    "given": _syllable(-1),
    "birth": _birth,
    "full_birth": _full_birth,
    "birth_month": _birth_month,
    "birth_day": _birth_day,
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
