"""The register extract of a made world: who is in it, under which codes, and how well it was once typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.world_numbers import unique_numbers
from benchmarks.world_people import EXTRACT, NEWBORN
from benchmarks.world_places import Places
from benchmarks.world_slips import slip, without_marks

Array = NDArray[Any]

RELATIONS = {
    "M": ("Chủ hộ", "Chồng", "Bố", "Mẹ", "Em", "Con", "Con"),
    "F": ("Chủ hộ", "Vợ", "Bố", "Mẹ", "Em", "Con", "Con"),
}
TWO_CODES = 0.004


@dataclass(frozen=True)
class Register:
    """The extract, one row a code, and the codes of each person by place in the population ("" for nobody)."""

    rows: pl.DataFrame
    codes: Array
    duplicates: pl.DataFrame


def village(places: Places, home: int, number: int, name: str) -> str:
    """An address below the commune, in the words of its region."""
    province = str(places.provinces[home])
    if name.startswith(("Phường", "Thị trấn")):
        word = "Khu phố" if province >= "70" else "Tổ dân phố"
    else:
        word = "Ấp" if province >= "70" else "Buôn" if province in ("64", "66", "67") and number % 3 == 0 else "Thôn"
    return f"{word} {number}"


def make_register(
    rng: np.random.Generator, places: Places, people: pl.DataFrame, known: Array, rate: float
) -> Register:
    """The extract of the persons where `known` holds, in the order of no one's household."""
    base = np.flatnonzero(known)
    again = base[rng.random(len(base)) < TWO_CODES]
    at = np.concatenate((base, again))

    def of(name: str) -> pl.Series:
        """A column of the population for each row of the extract: all at once would be the population twice."""
        return people[name].gather(at)

    size, repeated = len(at), np.arange(len(at)) >= len(base)
    home = of("home").to_numpy()
    province = places.provinces[home]
    elsewhere = rng.random(size) < np.where(repeated, 0.6, 0.06)
    province = np.where(elsewhere, places.provinces[of("birth_commune").to_numpy()], province)
    code = unique_numbers(rng, province, 8, 10)
    year, role = of("year").to_numpy(), of("role").to_numpy()
    houses = people["household"].to_numpy()
    new_list = (rng.random(int(houses.max()) + 1) < 0.3)[houses[at]]
    new_birth = (rng.random(size) < 0.08) | (of("birth").to_numpy() >= np.datetime64("2025-07-01"))
    birth_code = np.where(
        new_birth, places.targets[of("birth_2025").to_numpy()], places.codes[of("birth_commune").to_numpy()]
    )
    home_name = np.where(new_list, places.target_names[of("home_2025").to_numpy()], places.names[home])
    young = year >= 2000
    keep_parent = np.where(young, 0.5, 0.05)
    personal = np.where(rng.random(size) < np.where(year < 1960, 0.45, 0.25), "", of("personal_id").to_numpy())
    card = np.where(year > 2020, "TE1", "GD4").astype(object) + np.array([one[:2] for one in code], dtype=object) + code
    gone = (rng.random(size) < np.interp(year, (1930, 1960, 1985), (0.12, 0.025, 0.002))) & ~repeated
    gone[np.isin(at, again)] = False
    frame = pl.DataFrame(
        {
            "bhxh_code": _text(code),
            "household_code": of("household_code"),
            "full_name": _text(_spelled(rng, of("full_name").to_numpy(), repeated, rate)),
            "birth_date": _text(_birth(of("birth"), of("precision"))),
            "sex": of("sex"),
            "personal_id": _text(personal),
            "old_id": _text(np.where(rng.random(size) < 0.4, "", of("old_id").to_numpy())),
            "birth_place_code": _text(np.where(rng.random(size) < 0.07, "", birth_code)),
            "birth_place_list": _text(np.where(new_birth, "2025", "2019")),
            "residence_code": _text(np.where(new_list, places.targets[of("home_2025").to_numpy()], places.codes[home])),
            "residence_list": _text(np.where(new_list, "2025", "2019")),
            "address": _text(
                np.array(
                    [
                        f"{village(places, one, number, name)}, {name}"
                        for one, number, name in zip(home, of("village"), home_name, strict=True)
                    ],
                    dtype=object,
                )
            ),
            "ethnicity": of("people"),
            "nationality": pl.repeat("VN", size, eager=True),
            "relation_to_head": _text(
                np.where(of("sex").to_numpy() == "M", np.array(RELATIONS["M"])[role], np.array(RELATIONS["F"])[role])
            ),
            "father_name": _text(np.where(rng.random(size) < keep_parent, of("father_name").to_numpy(), "")),
            "mother_name": _text(np.where(rng.random(size) < keep_parent, of("mother_name").to_numpy(), "")),
            "phone": of("phone"),
            "status": _text(np.where(gone, "deceased", "active")),
            "card_number": _text(np.where((rng.random(size) < 0.1) | (role == NEWBORN), "", card)),
        }
    )
    codes = np.full(len(people), "", dtype=object)
    codes[base] = code[: len(base)]
    second = code[len(base) :]
    pairs = pl.DataFrame({"code_a": _text(codes[again]), "code_b": _text(second)})
    codes[again] = codes[again] + ";" + second
    order = rng.permutation(size)
    mixed = [frame.drop_in_place(name).gather(order) for name in frame.columns]
    return Register(pl.DataFrame(mixed), codes, pairs)


def _text(values: Array) -> pl.Series:
    return pl.Series(values.tolist(), dtype=pl.String)


def _birth(birth: pl.Series, precision: pl.Series) -> Array:
    whole = birth.cast(pl.Date).dt.to_string("%Y-%m-%d").to_numpy().astype("U10")
    return np.where(precision == 2, whole.astype("U4"), np.where(precision == 1, whole.astype("U7"), whole))


def _spelled(rng: np.random.Generator, names: Array, repeated: Array, rate: float) -> Array:
    """The names as the register has them: some in capitals, a few without marks or with a slip."""
    out = names.copy()
    for at in np.flatnonzero(rng.random(len(out)) < rate * np.where(repeated, 0.3, 0.01)):
        out[at] = slip(rng, str(out[at]))[0]
    for at in np.flatnonzero(rng.random(len(out)) < rate * 0.006):
        out[at] = without_marks(str(out[at]))
    for at in np.flatnonzero(rng.random(len(out)) < 0.07):
        out[at] = str(out[at]).upper()
    return out


def misread(rng: np.random.Generator, register: Register, codes: list[str]) -> pl.DataFrame:
    """The extract with one wrong value in the row of each of these codes: what a correction will put right."""
    rows = register.rows
    place = {code: at for at, code in enumerate(rows["bhxh_code"])}
    name, birth = rows["full_name"].to_list(), rows["birth_date"].to_list()
    for code in codes:
        at = place[code]
        if rng.random() < 0.6 or len(birth[at]) < 10:
            name[at] = slip(rng, name[at])[0]
        else:
            moved = np.datetime64(birth[at]) + int(rng.choice([-10, -1, 1, 10, 30]))
            birth[at] = str(min(moved, EXTRACT - 9))
    return rows.with_columns(pl.Series("full_name", name), pl.Series("birth_date", birth))
