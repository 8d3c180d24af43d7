"""How common the values are that a model weighs by how common they are: names by sex and birth cohort, all else plain.

`count_frequencies` makes the FREQUENCIES table that a register version stores; `Frequencies` answers from it. A table
cut down to the values at hand answers the same, because the totals are rows of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from matching.model import Comparison, Model
from matching.name_roles import name_parts
from matching.schemas import FREQUENCIES, conform

Shares = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

#: Birth years at which a new cohort of names begins: "Thị" falls from 85 % of women to 2 %.
COHORTS = (1960, 1975, 1990, 2005)

#: Parts with so many values that those of one record only are left out.
_SPARSE = ("name", "surname_middle", "middle_given")
#: What is added to the name of a part that is counted in the folded name.
_FOLDED = "_fold"
#: What is added to the name of a place that is counted by the surname of who is from there.
_BY_SURNAME = "_surname"
#: Kinds that read a person's name.
_OF_NAMES = ("given", "middle", "surname")
_SEXES = {"": 0, "F": 1, "M": 2}
#: A cell (sex, cohort) with fewer records than this leans on the share in the whole sex, and that on all.
_LEAN = 500
#: A small register does not make strangers few, it is a part of the country: what a commune has since July 2025.
FEWEST = 30_000
#: However few of its people a register knows, a commune has this many at least; those before 2025 had 5,000 and more.
_SMALLEST_COMMUNE = 2_000
#: A surname borne by fewer than this leans on the place's share among everybody.
_LEAN_OF_PLACES = 20
#: A full name is taken to be at least this many times as common as its parts and their neighbours make it.
_DEPENDENCE = 2.0
#: The rarest that anything is taken to be, beside half a record in the register; and a full name: three in the country.
_FLOOR = 1e-7
_NAME_FLOOR = 3e-8


def _forms(names: Comparison) -> dict[str, str]:
    """The columns of the name and of the folded name, by what their parts are called by."""
    return {"": names.columns[0], _FOLDED: names.columns[1]}


def _keyed(records: pl.DataFrame, names: Comparison) -> pl.DataFrame:
    """The records with the sex and the birth cohort by which their names are counted."""
    *_, sex, birth = names.columns
    year = pl.col(birth) // 10000
    cohort = pl.sum_horizontal((year >= start).cast(pl.Int8) for start in COHORTS).cast(pl.Int8)
    return records.with_columns(
        pl.col(sex).fill_null("").alias("sex"),
        pl.when(pl.col(birth).is_not_null()).then(cohort).otherwise(-1).cast(pl.Int8).alias("cohort"),
    )


def count_frequencies(records: pl.DataFrame, model: Model) -> pl.DataFrame:
    """FREQUENCIES of the records, sorted: of what the model weighs. Of full names, those borne once are left out."""
    counted = [_count_plain(records, value, part) for part, value in _plain_parts(model)]
    counted += [_told_twice(_count_plain(records, value, part)) for part, value in _parts_by_surname(model)]
    if names := _names_of(model):
        whole, _, unnamed, *_ = names.columns
        named = _keyed(records, names).filter(~pl.col(unnamed).fill_null(False) & pl.col(whole).is_not_null())
        counted.append(_count(named, pl.lit(""), "records"))
        for part, value in _name_parts(names):
            found = _count(named, value, part)
            counted.append(_told_twice(found) if part.removesuffix(_FOLDED) in _SPARSE else found)
    else:
        counted.append(_count_plain(records, pl.repeat("", pl.len()), "records"))
    return conform(pl.concat(counted), FREQUENCIES).sort("part", "value", "sex", "cohort")


def _told_twice(counts: pl.DataFrame) -> pl.DataFrame:
    """Without the values of one record only."""
    return counts.filter(pl.col("records").sum().over("value") > 1)


def values_of(model: Model, *frames: pl.DataFrame) -> list[str]:
    """Every value whose frequency a comparison of the frames may ask for, sorted; the totals stand under ""."""
    names = _names_of(model)
    parts = [*_plain_parts(model), *_parts_by_surname(model), *(_name_parts(names) if names else ())]
    # each part in one cell: asking part by part costs a single row more
    cells = [value.implode().alias(str(at)) for at, (_, value) in enumerate(parts)]
    told = chain.from_iterable(frame.select(cells).row(0) for frame in frames)
    return sorted({"", *chain.from_iterable(told)} - {None})


def _names_of(model: Model) -> Comparison | None:
    """A comparison that reads the columns of a person's name, if the model has one."""
    return next((each for each in model.comparisons if each.kind in _OF_NAMES), None)


def _name_parts(names: Comparison) -> Iterator[tuple[str, pl.Expr]]:
    """The parts of names that are counted, by sex and cohort."""
    for suffix, column in _forms(names).items():
        for part, value in name_parts(column).items():
            yield f"{part}{suffix}", value


def _plain_parts(model: Model) -> Iterator[tuple[str, pl.Expr]]:
    """What is counted over all records: places, the year of dates, and the columns that a model weighs as they are."""
    for comparison in model.comparisons:
        column = comparison.columns[0]
        if comparison.kind == "place":
            for part, communes in _places(comparison):
                yield part, pl.col(communes).explode(empty_as_null=True)
        elif comparison.kind == "date":
            yield "year", _year(column)
        elif comparison.kind not in _OF_NAMES and comparison.is_weighed_by_value:
            yield column, pl.col(column)


def _parts_by_surname(model: Model) -> Iterator[tuple[str, pl.Expr]]:
    """Surnames beside the places of who bears them, where a comparison of places reads the name."""
    for comparison in model.comparisons:
        if comparison.kind == "place":
            for name in comparison.columns[4:5]:
                for part, communes in _places(comparison):
                    yield f"{part}{_BY_SURNAME}", _surname_at(name, communes)


def _places(comparison: Comparison) -> tuple[tuple[str, str], tuple[str, str]]:
    """The parts of a comparison of places, with the columns of their communes."""
    birth_place, _, residence, *_ = comparison.columns
    return ("birth_place", birth_place), ("residence", residence)


def _year(column: str) -> pl.Expr:
    return (pl.col(column) // 10000).cast(pl.String)


def _surname_at(name: str, communes: str) -> pl.Expr:
    """The surname of each record beside each of its communes; null where either is unknown."""
    surname = name_parts(name)["surname"].replace("", None)
    beside = surname.repeat_by(pl.col(communes).list.len()).explode(empty_as_null=True)
    return beside + "@" + pl.col(communes).explode(empty_as_null=True)


def _count(records: pl.DataFrame, value: pl.Expr, part: str) -> pl.DataFrame:
    return (
        records.select(value.alias("value"), "sex", "cohort")
        .drop_nulls("value")
        .group_by("value", "sex", "cohort")
        .agg(pl.len().cast(pl.Int64).alias("records"))
        .select(pl.lit(part).alias("part"), "value", "sex", "cohort", "records")
    )


def _count_plain(records: pl.DataFrame, value: pl.Expr, part: str) -> pl.DataFrame:
    everyone = records.select(value.alias("value")).with_columns(sex=pl.lit(""), cohort=pl.lit(-1, dtype=pl.Int8))
    return _count(everyone, pl.col("value"), part)


class _Part(NamedTuple):
    """The values of one part with their places, and their counts by sex and cohort; the last place is of no value."""

    places: dict[str, int]
    cells: npt.NDArray[np.int64]


class Frequencies:
    """A FREQUENCIES table, ready to answer what share of the register carries a value.

    `last_counted` is the highest record_id of those that were counted; without it, all persons were.
    """

    def __init__(self, table: pl.DataFrame, last_counted: int | None = None) -> None:
        self._last_counted = last_counted
        self._parts = _parts(conform(table, FREQUENCIES))
        totals = self._parts.get("records")
        self._totals = totals.cells[0] if totals else np.zeros((3, len(COHORTS) + 2), dtype=np.int64)
        self.records = int(self._totals.sum())
        self.rarest = max(0.5 / max(self.records, 1), _FLOOR)

    def counts(self, record_ids: pl.Series) -> Indices:
        """1 for each record that was counted, 0 for rows and for persons who came since."""
        counted = record_ids > 0
        if self._last_counted is not None:
            counted &= record_ids <= self._last_counted
        return counted.to_numpy().astype(np.int64)

    def share(self, part: str, values: pl.Series, keys: tuple[Indices, Indices], besides: Indices) -> Shares:
        """The share of records that carry each value among those of its sex and cohort; NaN for a null value.

        `besides` is how many carriers of each are not counted: 1 where the value is that of a person of the register,
        since the question is how many others carry it.
        """
        cells = self._cells(part, values)
        sex, cohort = keys
        rows = np.arange(len(values))
        count_all, total_all = cells.sum(axis=(1, 2)), self._totals.sum()
        count_sex, total_sex = cells.sum(axis=2)[rows, sex], self._totals.sum(axis=1)[sex]
        count_cell, total_cell = cells[rows, sex, cohort], self._totals[sex, cohort]
        share = np.maximum(count_all - besides, 0) / max(total_all, 1)
        for known, count, total in (
            (sex > 0, count_sex, total_sex),
            ((sex > 0) & (cohort > 0), count_cell, total_cell),
        ):
            leaning = (np.maximum(count - besides, 0) + _LEAN * share) / (total + _LEAN)
            share = np.where(known, leaning, share)
        share = np.maximum(share, self.rarest)
        return np.where(_is_null(values), np.nan, share)

    def plain_share(self, part: str, values: pl.Series) -> Shares:
        """The share of all records that carry each value of a part that does not depend on sex or cohort."""
        share = np.maximum(self.count(part, values) / max(self.records, 1), self.rarest)
        return np.where(_is_null(values), np.nan, share)

    def count(self, part: str, values: pl.Series) -> Indices:
        """How many records carry each value."""
        counts: Indices = self._cells(part, values).sum(axis=(1, 2))
        return counts

    def _cells(self, part: str, values: pl.Series) -> npt.NDArray[np.int64]:
        known = self._parts.get(part)
        if known is None:
            return np.zeros((len(values), *self._totals.shape), dtype=np.int64)
        last = len(known.cells) - 1
        at = [known.places.get(value, last) for value in values.to_list()]
        cells: npt.NDArray[np.int64] = known.cells[at]
        return cells


def _is_null(values: pl.Series) -> npt.NDArray[np.bool_]:
    return np.fromiter((value is None for value in values.to_list()), dtype=np.bool_, count=len(values))


def _parts(table: pl.DataFrame) -> dict[str, _Part]:
    """The parts of FREQUENCIES by name."""
    columns = (table.get_column(name).to_list() for name in FREQUENCIES)
    held: dict[str, tuple[dict[str, int], list[tuple[int, int, int, int]]]] = {}
    for part, value, sex, cohort, records in zip(*columns, strict=True):
        places, counts = held.setdefault(part, ({}, []))
        counts.append((places.setdefault(value, len(places)), _SEXES.get(sex, 0), cohort + 1, records))
    found = {}
    for part, (places, counts) in held.items():
        cells = np.zeros((len(places) + 1, len(_SEXES), len(COHORTS) + 2), dtype=np.int64)
        at, sex, cohort, records = np.array(counts).T
        np.add.at(cells, (at, sex, cohort), records)
        found[part] = _Part(places, cells)
    return found


def name_shares(records: pl.DataFrame, names: Comparison, frequencies: Frequencies) -> dict[str, Shares]:
    """How common each record's name and its three parts are, and with _fold their folded forms.

    A person of the register was counted there, and leaves itself out; a row was not.
    """
    keyed = _keyed(records, names)
    sex = keyed.get_column("sex").replace_strict(_SEXES, default=0, return_dtype=pl.Int64).to_numpy()
    keys = sex, keyed.get_column("cohort").to_numpy().astype(np.int64) + 1
    besides = frequencies.counts(records.get_column("record_id"))
    out: dict[str, Shares] = {}
    for suffix, column in _forms(names).items():
        parts = records.select(value.alias(part) for part, value in name_parts(column).items())
        shares = {
            part: frequencies.share(f"{part}{suffix}", parts.get_column(part), keys, besides) for part in parts.columns
        }
        out[f"name{suffix}"] = _name_share(shares, frequencies.rarest)
        out[f"given{suffix}"] = shares["given"]
        out[f"middle{suffix}"] = shares["middle"]
        out[f"surname{suffix}"] = shares["surname"]
    return out


def year_shares(records: pl.DataFrame, column: str, frequencies: Frequencies) -> Shares:
    """How common the year of each record's date is."""
    return frequencies.plain_share("year", records.select(_year(column)).to_series())


def _name_share(shares: Mapping[str, Shares], rarest: float) -> Shares:
    """The share of each full name: as it was counted, but at least what its parts make it.

    The middle follows the surname and the given name follows the middle, so that the names of a people (Danh Rích Thi,
    H Hen Niê) are not taken for a rare meeting of rare parts.
    """
    seen = {part: np.where(share > rarest, share, 0.0) for part, share in shares.items()}
    middle = np.maximum(shares["middle"], seen["surname_middle"] / shares["surname"])
    given = np.maximum(shares["given"], seen["middle_given"] / shares["middle"])
    made = _DEPENDENCE * shares["surname"] * np.minimum(middle, 1.0) * np.minimum(given, 1.0)
    whole = np.maximum(np.maximum(seen["name"], made), _NAME_FLOOR)
    return np.where(np.isnan(shares["name"]), np.nan, np.minimum(whole, 1.0))


def surname_place_shares(
    records: pl.DataFrame, part: str, name: str, communes: str, frequencies: Frequencies
) -> Shares:
    """The share of others of each record's (folded) surname in any of its communes; NaN where either is unknown.

    Families and peoples live together: who is called Adrơng, or Nông, is from few communes, and that a stranger of the
    name is from one of them is no chance of its own. A person of the register leaves itself out.
    """
    known = records.select(
        pl.col(communes),
        surname=name_parts(name)["surname"].replace("", None),
        besides=pl.lit(pl.Series(frequencies.counts(records.get_column("record_id")))),
    ).with_row_index("at")
    long = known.explode(communes, empty_as_null=True).drop_nulls([communes, "surname"])
    bearers = np.maximum(frequencies.count("surname_fold", long["surname"]) - long["besides"].to_numpy(), 0)
    there = frequencies.count(f"{part}{_BY_SURNAME}", long["surname"] + "@" + long[communes])
    there = np.maximum(there - long["besides"].to_numpy(), 0)
    plain = frequencies.plain_share(part, long[communes])
    return _summed(long["at"], (there + _LEAN_OF_PLACES * plain) / (bearers + _LEAN_OF_PLACES), records.height)


def _summed(at: pl.Series, share: Shares, records: int) -> Shares:
    """The shares of the communes of each record added up, 1 at most; NaN where it has none."""
    total = np.zeros(records)
    np.add.at(total, at.to_numpy(), share)
    return np.where(total > 0, np.minimum(total, 1.0), np.nan)


def place_shares(places: pl.Series, part: str, frequencies: Frequencies) -> Shares:
    """The share of records in any of each record's communes; NaN where no commune is known."""
    long = pl.DataFrame({"place": places}).with_row_index("at").explode("place").drop_nulls("place")
    share = frequencies.plain_share(part, long["place"])
    return _summed(long["at"], np.maximum(share, _SMALLEST_COMMUNE / max(frequencies.records, FEWEST)), len(places))
