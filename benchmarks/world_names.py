"""Names of made persons: parts drawn by their counts, sex, birth cohort and people.

Shares come from data/names (sources there); what no source counts (given names of the minority peoples, how fast
"Thị" and "Văn" went out of use) is an assumption of this file and marked so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

NAMES = Path(__file__).resolve().parent / "data" / "names"
Array = NDArray[Any]

KINH = "Kinh"
SEXES = ("M", "F")
#: Where a people is numerous enough to be drawn, by province of the 63-list (assumption).
PEOPLES = {
    "Mông": ("H'Mông", ("02", "04", "10", "11", "12", "14", "15")),
    "Thái": ("Thái", ("11", "12", "14", "38", "40")),
    "Tày": ("Tày", ("02", "04", "06", "08", "10", "19", "20", "22")),
    "Nùng": ("Nùng", ("04", "20", "24")),
    "Dao": ("Dao", ("02", "08", "10", "15", "22")),
    "Mường": ("Mường", ("17", "25", "38", "37")),
    "Khmer": ("Khmer", ("84", "94", "95", "91", "89", "96", "92")),
    "Ê Đê": ("Ê Đê", ("66", "67", "54", "56")),
    "Gia Rai": ("Gia Rai", ("64", "62")),
    "Cơ Ho": ("K'Ho", ("68",)),
    "Chăm": ("Chăm", ("58", "60")),
}
MIDDLE_MONG = (("A", "Chứ", "Bá", "Nỏ", "Nhìa"), ("Thị", "Y", "Mỷ", "Seo"))
#: Share of women with "Thị" and men with "Văn" by birth year, read linearly between (published at 1992, 2002, 2009).
THI = ((1920, 1950, 1992, 2002, 2009, 2020), (0.85, 0.88, 0.84, 0.55, 0.17, 0.03))
VAN = ((1920, 1960, 1980, 1995, 2008, 2020), (0.60, 0.50, 0.40, 0.22, 0.06, 0.02))
#: South of Đà Nẵng one writes Huỳnh and Võ where the North writes Hoàng and Vũ.
NORTHERN = {"Huỳnh": "Hoàng", "Võ": "Vũ"}
SOUTHERN = {north: south for south, north in NORTHERN.items()}
COHORT = 15


@dataclass(frozen=True)
class Share:
    """Values with the running sum of their shares."""

    values: Array
    edges: Array

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        """So many values, each by its share."""
        at = np.searchsorted(self.edges, rng.random(size), side="right")
        return self.values[np.minimum(at, len(self.values) - 1)]


def _share(values: Array, weights: Array) -> Share:
    return Share(values.astype(object), np.cumsum(weights / weights.sum()))


def _parts(kind: str, sex: str, without: tuple[str, ...] = ()) -> tuple[Array, Array]:
    table = pl.read_csv(NAMES / "freq_40k_gender_mit.csv", schema_overrides={"name": pl.String})
    rows = table.filter(
        (pl.col("kind") == kind) & (pl.col("gender") == sex) & ~pl.col("name").is_in(list(without))
    ).sort("name")
    return rows["name"].to_numpy().astype(object), rows["count"].to_numpy().astype(float)


class Names:
    """Draws name parts. Given names weigh differently in each birth cohort, by factors drawn once from the seed."""

    def __init__(self, rng: np.random.Generator) -> None:
        national = pl.read_csv(NAMES / "surname_model_national.csv")
        self._surname = _share(national["name"].to_numpy(), national["share"].to_numpy())
        patterns = pl.read_csv(NAMES / "ethnic_minority_name_patterns.csv")
        self._clans: dict[str, Array] = {}
        for people, (group, _provinces) in PEOPLES.items():
            rows = patterns.filter(
                (pl.col("group") == group) & pl.col("kind").is_in(["surname", "clan"]) & (pl.col("gender") == "U")
            )
            self._clans[people] = rows["name"].unique().sort().to_numpy().astype(object)
        minority = pl.read_csv(NAMES / "minority_given.csv").group_by("people", "sex", maintain_order=True).agg("name")
        self._minority = {(name, sex): np.array(values, dtype=object) for name, sex, values in minority.iter_rows()}
        self._given: dict[tuple[str, int], Share] = {}
        self._middle: dict[tuple[str, str], Share] = {}
        for sex in "MF":
            for kind in ("middle1", "middle2"):
                self._middle[sex, kind] = _share(*_parts(kind, sex, without=("Thị", "Văn")))
            names, counts = _parts("given", sex)
            for cohort in range(1900 // COHORT, 2040 // COHORT):
                self._given[sex, cohort] = _share(names, counts * np.exp(rng.normal(0.0, 0.8, len(counts))))

    def surnames(self, rng: np.random.Generator, people: Array, province: Array) -> Array:
        """A surname or clan for each person, in the spelling of the person's region."""
        out = self._surname.draw(rng, len(people))
        moved = rng.random(len(people)) < 0.65
        south = province >= "48"
        for table, mask in ((NORTHERN, ~south), (SOUTHERN, south)):
            for old, new in table.items():
                out[(out == old) & mask & moved] = new
        for name, clans in self._clans.items():
            at = np.flatnonzero(people == name)
            out[at] = clans[np.floor(rng.random(len(at)) ** 1.7 * len(clans)).astype(np.int64)]
        return out

    def given(self, rng: np.random.Generator, people: Array, sex: Array, year: Array) -> Array:
        """A given name for each person."""
        out = np.full(len(people), "", dtype=object)
        cohort = year // COHORT
        for letter in "MF":
            for number in np.unique(cohort):
                at = np.flatnonzero((sex == letter) & (cohort == number))
                out[at] = self._given[letter, int(number)].draw(rng, len(at))
        for (name, letter), values in self._minority.items():
            at = np.flatnonzero((people == name) & (sex == letter))
            out[at] = values[rng.integers(0, len(values), len(at))]
        return out

    def middles(self, rng: np.random.Generator, people: Array, sex: Array, year: Array) -> Array:
        """The middle part of each person's name: none, one or two syllables; a marker where the people has one."""
        size = len(people)
        out = np.full(size, "", dtype=object)
        female = sex == "F"
        first = np.full(size, "", dtype=object)
        second = np.full(size, "", dtype=object)
        for letter in "MF":
            at = np.flatnonzero(sex == letter)
            first[at] = self._middle[letter, "middle1"].draw(rng, len(at))
            second[at] = self._middle[letter, "middle2"].draw(rng, len(at))
        classic = rng.random(size) < np.where(female, np.interp(year, *THI), np.interp(year, *VAN))
        first[classic & female] = "Thị"
        first[classic & ~female] = "Văn"
        older = np.clip((1990 - year) / 40, 0.0, 1.0)
        words = rng.random(size)
        two = words < np.where(female, 0.002 + 0.03 * older, 0.009 + 0.05 * older)
        four = words > np.where(female, 0.36 + 0.44 * older, 0.735 + 0.17 * older)
        out[:] = first
        out[four] = first[four] + " " + second[four]
        out[two] = ""
        self._markers(rng, people, female, out)
        return out

    @staticmethod
    def _markers(rng: np.random.Generator, people: Array, female: Array, out: Array) -> None:
        for name in ("Khmer", "Ê Đê", "Gia Rai", "Cơ Ho"):
            out[people == name] = ""
        out[(people == "Ê Đê") & female] = "H'"
        out[(people == "Ê Đê") & ~female] = "Y "
        out[(people == "Gia Rai") & female & (rng.random(len(out)) < 0.7)] = "H'"
        out[(people == "Cơ Ho") & female] = "Ka "
        out[(people == "Cơ Ho") & ~female] = "K'"
        for values, mask in zip(MIDDLE_MONG, ((people == "Mông") & ~female, (people == "Mông") & female), strict=True):
            at = np.flatnonzero(mask)
            out[at] = np.array(values, dtype=object)[rng.integers(0, len(values), len(at))]


def full_names(people: Array, surname: Array, middle: Array, given: Array) -> Array:
    """The parts in the order of the person's people: Ê Đê put the clan last, a marker stands at the given name."""
    marked = np.isin(people, ["Ê Đê", "Gia Rai", "Cơ Ho"])
    blank = np.where((middle == "") | marked, "", " ").astype(object)
    own = middle + blank + given
    first: Array = surname + " " + own
    first[people == "Ê Đê"] = (own + " " + surname)[people == "Ê Đê"]
    return first


def by_sex(people: dict[str, Array], province: Array, surname: Array, sex: Array) -> Array:
    """The surnames, but Chau for men and Néang for women in every second Khmer household of An Giang."""
    here = (people["people"] == "Khmer") & (province == "89") & (people["household"] % 2 == 0)
    return np.where(here, np.where(sex == "F", "Néang", "Chau").astype(object), surname)


def draw_people(rng: np.random.Generator, province: Array) -> Array:
    """The people (ethnicity) of each household, by its province."""
    out = np.full(len(province), KINH, dtype=object)
    chance = rng.random(len(province))
    for code in np.unique(province.astype(str)):
        here = [name for name, (_group, provinces) in PEOPLES.items() if code in provinces]
        for number, name in enumerate(here):
            low = 0.3 * number / len(here)
            out[(province == code) & (chance >= low) & (chance < low + 0.3 / len(here))] = name
    return out
