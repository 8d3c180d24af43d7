"""PAIRS to LEVELS: how each candidate agrees with its row, comparison by comparison.

Nothing here knows what a level is worth; that is the model's to say.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from matching import fields
from matching.frequencies import Frequencies, Shares, record_shares
from matching.levels import code
from matching.names import AGREE, CLASH, CLOSE, UNKNOWN, NameLevels, NameTable, compare_names, name_table
from matching.place_levels import Overlaps, Places, place, places_of
from matching.schemas import LEVELS, conform, empty

Codes = npt.NDArray[np.uint8]
Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: Pairs compared at a time; about 150 MB of working memory.
CHUNK = 100_000

_NAMES = ("name_norm", "father_norm", "mother_norm")
_AGREEING = {
    "given": ("same", "flat"),
    "middle": ("missing", "none", "same", "flat"),
    "surname": ("missing", "same", "flat"),
}
_SLIPS = {
    "given": ("hoi_nga", "mark", "vowel", "sound", "typo"),
    "surname": ("slip", "sound", "typo"),
}


class ComparisonError(ValueError):
    """The frames to compare do not fit each other."""


class _Side(NamedTuple):
    """One frame, ready for comparing: places of its names in the table, its birth dates, places and shares."""

    records: pl.DataFrame
    names: dict[str, Ids]
    birth: fields.Birth
    places: Places
    shares: dict[str, Shares]


def compare(
    pairs: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame, frequencies: Frequencies, *, chunk: int = CHUNK
) -> pl.DataFrame:
    """LEVELS of PAIRS, in their order. `left` and `right` are NORMALISED and hold every record that the pairs name.

    `frequencies` counted the register; a record_id above 0 is of the register, below 0 a row. A number that is known
    to be another person's is for the caller to leave out. Raises ComparisonError for a pair whose record is not there,
    or is there twice.
    """
    at_l, at_r = (
        _places_in(frame, pairs.get_column(column), column)
        for frame, column in ((left, "record_id_l"), (right, "record_id_r"))
    )
    if pairs.is_empty():
        return empty(LEVELS)
    names = pl.concat([frame.get_column(name) for frame in (left, right) for name in _NAMES])
    distinct = names.drop_nulls().unique().sort()
    table = name_table(distinct)
    places_l, places_r, overlaps = places_of(left, right)
    sides = tuple(
        _Side(
            frame,
            {name: _name_ids(frame.get_column(name), distinct) for name in _NAMES},
            fields.birth_of(frame),
            places,
            record_shares(frame, frequencies),
        )
        for frame, places in ((left, places_l), (right, places_r))
    )
    parts = [
        _compare_chunk(sides[0], sides[1], (at_l[start : start + chunk], at_r[start : start + chunk]), table, overlaps)
        for start in range(0, len(at_l), chunk)
    ]
    return conform(pl.concat([pairs.select("record_id_l", "record_id_r"), pl.concat(parts)], how="horizontal"), LEVELS)


def _places_in(frame: pl.DataFrame, wanted: pl.Series, column: str) -> Ids:
    """The place of each wanted record in the frame."""
    known = frame.select("record_id").with_row_index("at")
    if known.get_column("record_id").n_unique() != frame.height:
        raise ComparisonError(f"{column}: the frame holds a record_id more than once; give each record one row")
    found = pl.DataFrame({"record_id": wanted.cast(pl.Int64)}).join(
        known, on="record_id", how="left", maintain_order="left", validate="m:1"
    )
    missing = found.get_column("at").null_count()
    if missing:
        raise ComparisonError(f"{column}: {missing} pairs name a record that the frame does not hold; add its row")
    return found.get_column("at").to_numpy().astype(np.int64)


def _name_ids(names: pl.Series, distinct: pl.Series) -> Ids:
    return names.cast(pl.Enum(distinct)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()


def _compare_chunk(
    left: _Side, right: _Side, at: tuple[Ids, Ids], table: NameTable, overlaps: Overlaps
) -> pl.DataFrame:
    """The level and share columns of one chunk of pairs."""
    at_l, at_r = at
    named = {name: compare_names(table, left.names[name][at_l], right.names[name][at_r]) for name in _NAMES}
    own = _own_names(named["name_norm"], left.records, right.records, at)

    def values(column: str) -> tuple[pl.Series, pl.Series]:
        return left.records.get_column(column).gather(at_l), right.records.get_column(column).gather(at_r)

    household = fields.number("household", *values("household_code"))
    together = household == code("household", "same")
    levels = {
        "given": own.given,
        "middle": own.middle,
        "surname": own.surname,
        "birth": fields.birth(_birth_at(left.birth, at_l), _birth_at(right.birth, at_r)),
        "sex": fields.equality("sex", *values("sex")),
        "personal_id": fields.number("personal_id", *values("personal_id")),
        "old_id": fields.number("old_id", *values("old_id")),
        "code": fields.numbers_of_person(*values("codes")),
        "place": place(_places_at(left.places, at_l), _places_at(right.places, at_r), overlaps, together),
        "household": household,
        "relation": fields.relation(*values("relation"), together),
        "head": fields.head(_others_head(left.records, at_l), _others_head(right.records, at_r), together),
        "parents": parents(named["father_norm"].whole, named["mother_norm"].whole, together),
        "phone": fields.equality("phone", *values("phone")),
    }
    flat = _flat(table, left.names["name_norm"][at_l]) | _flat(table, right.names["name_norm"][at_r])
    shares = _shares(levels, left.shares, right.shares, at, flat)
    return pl.DataFrame(
        {
            **{f"level_{name}": codes for name, codes in levels.items()},
            **{f"share_{name}": pl.Series(share, nan_to_null=True) for name, share in shares.items()},
        }
    )


def _own_names(found: NameLevels, left: pl.DataFrame, right: pl.DataFrame, at: tuple[Ids, Ids]) -> NameLevels:
    """The levels of the persons' own names; a child not yet named has none to compare."""
    unnamed = np.zeros(len(at[0]), dtype=np.bool_)
    for frame, rows in zip((left, right), at, strict=True):
        unnamed |= frame.get_column("is_unnamed").fill_null(False).to_numpy()[rows]
    return NameLevels(*(np.where(unnamed, 0, codes).astype(np.uint8) for codes in found))


def _others_head(records: pl.DataFrame, rows: Ids) -> pl.Series:
    """The head's name of each record, null where the head is the person: that is the name once more, not news."""
    own = (pl.col("relation") == "head") | (pl.col("head_fold") == pl.col("name_fold"))
    return records.select(pl.when(~own.fill_null(False)).then("head_fold")).to_series().gather(rows)


def _birth_at(birth: fields.Birth, rows: Ids) -> fields.Birth:
    return fields.Birth(*(part[rows] for part in birth))


def _places_at(places: Places, rows: Ids) -> Places:
    return Places(*(one.at(rows) for one in places))


def _flat(table: NameTable, names: Ids) -> Mask:
    flat: Mask = (names >= 0) & table.is_flat[names]
    return flat


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


def _shares(
    levels: dict[str, Codes], left: dict[str, Shares], right: dict[str, Shares], at: tuple[Ids, Ids], flat: Mask
) -> dict[str, Shares]:
    """The shares of LEVELS, where the level is one that they can say something of, else NaN.

    A name without any mark agrees with all names of its letters, so there the share is that of the folded text.
    """
    at_l, at_r = at
    is_in = {name: np.isin(levels[name], [code(name, level) for level in listed]) for name, listed in _AGREEING.items()}
    whole = is_in["given"] & is_in["middle"] & is_in["surname"]
    whole |= levels["given"] == code("given", "reordered")
    one = np.where(flat, left["name_fold"][at_l], left["name"][at_l])
    other = np.where(flat, right["name_fold"][at_r], right["name"][at_r])
    apart = np.zeros(len(at_l), dtype=np.bool_)
    for name in _AGREEING:
        apart |= np.isin(levels[name], [code(name, "missing"), code(name, "different")])
    out = {"name": np.where(whole, other, np.nan), "name_near": np.where(whole | apart, np.nan, np.fmax(one, other))}
    for part in ("given", "surname"):
        one = np.where(flat, left[f"{part}_fold"][at_l], left[part][at_l])
        other = np.where(flat, right[f"{part}_fold"][at_r], right[part][at_r])
        slip = np.isin(levels[part], [code(part, level) for level in _SLIPS[part]])
        agree = is_in[part] & (levels[part] > 0)
        out[part] = np.select([agree, slip], [other, np.fmax(one, other)], default=np.nan)
        out[f"{part}_rare"] = np.where(slip, np.fmin(one, other), np.nan)
    by_birth = np.isin(
        levels["place"], [code("place", name) for name in ("both_exact", "both", "birth_exact", "birth")]
    )
    by_residence = levels["place"] == code("place", "residence")
    crosswise = levels["place"] == code("place", "crosswise")
    birth_share, residence_share = left["birth_place"][at_l], left["residence"][at_l]
    out["place"] = np.select(
        [by_birth, by_residence, crosswise],
        [birth_share, residence_share, np.fmax(birth_share, residence_share)],
        default=np.nan,
    )
    dated = np.isin(levels["birth"], [code("birth", name) for name in ("full", "january", "month", "year")])
    out["year"] = np.where(dated, right["year"][at_r], np.nan)
    return out
