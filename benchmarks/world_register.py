"""The register extract of a made world: who is in it, under which codes, and how well it was once typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.world_faults import spoil
from benchmarks.world_numbers import NONE, as_text, unique_numbers
from benchmarks.world_people import EXTRACT, NEWBORN
from benchmarks.world_places import Places
from benchmarks.world_slips import slip

Array = NDArray[Any]

RELATIONS = {
    "M": ("Chủ hộ", "Chồng", "Bố", "Mẹ", "Em", "Con", "Con"),
    "F": ("Chủ hộ", "Vợ", "Bố", "Mẹ", "Em", "Con", "Con"),
}
#: Share of persons with two codes; of those second codes, numbers of old books, which have no code's structure.
TWO_CODES, OLD_BOOKS = 0.004, 0.2
#: Share of persons under a code that is another person's, at rate 1.
SHARED_CODES = 0.0003
#: Rows of the extract made and written at a time.
SLICE = 50_000


def village(places: Places, home: int, number: int, name: str) -> str:
    """An address below the commune, in the words of its region."""
    province = str(places.provinces[home])
    if name.startswith(("Phường", "Thị trấn")):
        word = "Khu phố" if province >= "70" else "Tổ dân phố"
    else:
        word = "Ấp" if province >= "70" else "Buôn" if province in ("64", "66", "67") and number % 3 == 0 else "Thôn"
    return f"{word} {number}"


class Register:
    """The extract, one row a code: who is in it, and under which codes. Its rows are made when they are written.

    `codes` are the codes of each person by place in the population ("" for nobody, two with ; between), `duplicates`
    those pairs, `shared` the codes that two persons hold, `old_books` second codes without a code's structure. `known`
    says who has a code. The rows are in the order of no one's household.
    """

    def __init__(self, rng: np.random.Generator, places: Places, people: pl.DataFrame, known: Array, rate: float):
        self.rng, self.places, self.people, self.rate = rng, places, people, rate
        base = np.flatnonzero(known).astype(np.int32)
        again = base[rng.random(len(base)) < TWO_CODES]
        at = np.concatenate((base, again))
        repeated = np.arange(len(at)) >= len(base)
        elsewhere = rng.random(len(at)) < np.where(repeated, 0.6, 0.06)
        commune = np.where(elsewhere, people["birth_commune"].gather(at), people["home"].gather(at))
        code = unique_numbers(rng, places.numbers[commune], 8)
        borrowed = np.flatnonzero(rng.random(len(base)) < SHARED_CODES * rate)
        code[borrowed] = code[rng.integers(0, len(base), len(borrowed))]
        self.shared = as_text(np.unique(code[borrowed]), 10)
        books = len(base) + np.flatnonzero(rng.random(len(again)) < OLD_BOOKS * min(rate, 1.0))
        code[books] = unique_numbers(rng, np.ones(len(books)), 6)
        self.old_books = _code_text(code[books])
        number = np.full(len(people), NONE)
        number[base] = code[: len(base)]
        first, second = _code_text(number), _code_text(code[len(base) :])
        self.duplicates = pl.DataFrame({"code_a": first.gather(again), "code_b": second})
        self.codes = first.scatter(again, first.gather(again) + ";" + second)
        order = rng.permutation(len(at))
        self._at, self._code, self._repeated = at[order], code[order], repeated[order]
        self._alive = np.zeros(len(people), dtype=bool)
        self._alive[again] = True
        self._new_list = rng.random(people.select(pl.col("household").max()).item() + 1) < 0.3

    def __len__(self) -> int:
        return len(self._at)

    def write(self, file: Path, wrong: pl.Series, alive: pl.Series) -> pl.DataFrame:
        """Writes .parquet or .csv, with one wrong value in the row of each code of `wrong`: for a correction.

        Nobody of `alive` is recorded as dead: the persons about whom rows are sent.
        Gives what else is wrong with the records: bhxh_code and fault, one line a fault.
        """
        faults = [
            pl.DataFrame({"bhxh_code": self.shared, "fault": pl.repeat("shared_code", len(self.shared), eager=True)})
        ]
        faults.append(
            pl.DataFrame({"bhxh_code": self.old_books, "fault": pl.repeat("old_book", len(self.old_books), eager=True)})
        )
        self._alive[alive.to_numpy()] = True
        parts = self._parts(wrong, faults)
        if file.suffix == ".csv":
            with file.open("wb") as out:
                for number, part in enumerate(parts):
                    part.with_columns(pl.col(pl.String).replace("", None)).write_csv(out, include_header=number == 0)
        else:
            first = next(parts).to_arrow(compat_level=pl.CompatLevel.oldest())
            with pq.ParquetWriter(file, first.schema, compression="zstd") as out:
                out.write_table(first)
                for part in parts:
                    out.write_table(part.to_arrow(compat_level=pl.CompatLevel.oldest()))
        return pl.concat(faults)

    def _parts(self, wrong: pl.Series, faults: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        for start in range(0, len(self), SLICE):
            at = self._at[start : start + SLICE]
            rows, found = spoil(self.rng, self._rows(slice(start, start + SLICE)), self._persons(at), self.rate)
            faults.append(found)
            yield misread(self.rng, rows, wrong)

    def _persons(self, at: Array) -> pl.DataFrame:
        """The persons at these places with `parent_id`: the mother's personal number, or else the father's."""
        parent = pl.when(pl.col("mother") >= 0).then("mother").otherwise("father")
        persons = self.people[at].with_columns(parent_id=parent)
        numbers = self.people["personal_id"].gather(persons["parent_id"].clip(0))
        return persons.with_columns(parent_id=numbers.set(persons["parent_id"] < 0, ""))

    def _rows(self, span: slice) -> pl.DataFrame:
        rng, places = self.rng, self.places
        at, repeated = self._at[span], self._repeated[span]
        people, code, size = self.people[at], _code_text(self._code[span]), len(at)
        home, year, role = people["home"].to_numpy(), people["year"].to_numpy(), people["role"].to_numpy()
        new_list = self._new_list[people["household"].to_numpy()]
        new_birth = (rng.random(size) < 0.08) | (people["birth"].to_numpy() >= np.datetime64("2025-07-01"))
        birth_code = np.where(
            new_birth, places.targets[people["birth_2025"].to_numpy()], places.codes[people["birth_commune"].to_numpy()]
        )
        home_2025 = people["home_2025"].to_numpy()
        home_name = np.where(new_list, places.target_names[home_2025], places.names[home])
        address = [
            f"{village(places, one, number, name)}, {name}"
            for one, number, name in zip(home, people["village"], home_name, strict=True)
        ]
        relation = np.where(people["sex"] == "M", np.array(RELATIONS["M"])[role], np.array(RELATIONS["F"])[role])
        card = pl.Series(np.where(year > 2020, "TE1", "GD4").tolist()) + code.str.head(2) + code
        gone = rng.random(size) < np.interp(year, (1930, 1960, 1985), (0.12, 0.025, 0.002))
        gone &= ~self._alive[at]

        def kept(name: str, chance: Array | float) -> pl.Series:
            """The column with the values that the register has, by the chance of each."""
            return people[name].set(pl.Series(rng.random(size) >= chance), "")

        parent = np.where(year >= 2000, 0.5, 0.05)
        return pl.DataFrame(
            {
                "bhxh_code": code,
                "household_code": people["household_code"],
                "full_name": _text(_spelled(rng, people["full_name"].to_numpy(), repeated, self.rate)),
                "birth_date": _birth(people),
                "sex": people["sex"].cast(pl.String),
                "personal_id": kept("personal_id", np.where(year < 1960, 0.55, 0.75)),
                "old_id": kept("old_id", 0.6),
                "birth_place_code": _text(np.where(rng.random(size) < 0.07, "", birth_code)),
                "birth_place_list": _text(np.where(new_birth, "2025", "2019")),
                "residence_code": _text(np.where(new_list, places.targets[home_2025], places.codes[home])),
                "residence_list": _text(np.where(new_list, "2025", "2019")),
                "address": pl.Series(address),
                "ethnicity": people["people"].cast(pl.String),
                "nationality": pl.repeat("VN", size, eager=True),
                "relation_to_head": _text(relation),
                "father_name": kept("father_name", parent),
                "mother_name": kept("mother_name", parent),
                "phone": people["phone"],
                "status": _text(np.where(gone, "deceased", "active")),
                "card_number": card.set(pl.Series((rng.random(size) < 0.1) | (role == NEWBORN)), ""),
            }
        )


def _code_text(code: Array) -> pl.Series:
    """Codes have ten digits; numbers of old books, seven as they are."""
    old = pl.Series(code).is_between(10**6, 2 * 10**6 - 1)
    return as_text(code, 10).zip_with(~old, pl.Series(code).cast(pl.String))


def _text(values: Array) -> pl.Series:
    return pl.Series(values.tolist(), dtype=pl.String)


def _birth(people: pl.DataFrame) -> pl.Series:
    whole = pl.col("birth").dt.to_string("%Y-%m-%d")
    known = pl.when(precision=2).then(whole.str.head(4)).when(precision=1).then(whole.str.head(7)).otherwise(whole)
    return people.select(known.alias("birth_date")).to_series()


def _spelled(rng: np.random.Generator, names: Array, repeated: Array, rate: float) -> Array:
    """The names as the register has them: some in capitals; a second code often with a slip."""
    out = names.copy()
    for at in np.flatnonzero(repeated & (rng.random(len(out)) < rate * 0.3)):
        out[at] = slip(rng, str(out[at]))
    for at in np.flatnonzero(rng.random(len(out)) < 0.07):
        out[at] = str(out[at]).upper()
    return out


def misread(rng: np.random.Generator, rows: pl.DataFrame, codes: pl.Series) -> pl.DataFrame:
    """The rows with one wrong value in those of these codes: what a correction will put right."""
    name, birth = rows["full_name"].to_list(), rows["birth_date"].to_list()
    for at in rows["bhxh_code"].is_in(codes.implode()).arg_true():
        if rng.random() < 0.6 or len(birth[at]) < 10:
            name[at] = slip(rng, name[at])
        else:
            moved = np.datetime64(birth[at]) + int(rng.choice([-10, -1, 1, 10, 30]))
            birth[at] = str(min(moved, EXTRACT - 9))
    return rows.with_columns(pl.Series("full_name", name), pl.Series("birth_date", birth))
