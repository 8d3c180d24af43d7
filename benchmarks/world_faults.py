"""What is wrong with the register itself: a record that was once typed badly, and the truth about it by its code.

A fault takes a record as a dict of texts (blank is "") and what is known of its person, and changes the record; one
that does not fit changes nothing. No count of such faults is published: shares are assumptions, of rate 1, and small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl

from benchmarks.world_names import KINH, MIDDLE_MONG
from benchmarks.world_slips import slip, without_marks

Rng = np.random.Generator
Record = dict[str, str]
#: The person of a record as in the population, and `parent_id`, the personal number of a parent.
Person = Mapping[str, Any]

#: What stands in a number's place where a form would not be left blank.
PLACEHOLDERS = {
    "personal_id": ("000000000000", "111111111111", "123456789012", "999999999999"),
    "old_id": ("000000000", "111111111", "123456789", "999999999"),
}


def _one(rng: Rng, values: tuple[str, ...]) -> str:
    return values[int(rng.integers(len(values)))]


def _slip(rng: Rng, record: Record, _person: Person) -> None:
    record["full_name"] = slip(rng, record["full_name"])


def _flat(_rng: Rng, record: Record, _person: Person) -> None:
    record["full_name"] = without_marks(record["full_name"])


def _middle(rng: Rng, record: Record, person: Person) -> None:
    """Thị or Văn left out, or written where the person has another middle name."""
    words, own = record["full_name"].split(" "), {"M": "Văn", "F": "Thị"}[person["sex"]]
    if person["people"] == KINH and len(words) > 2:
        words[1:2] = [] if words[1] == own else [own, words[1]] if rng.random() < 0.5 else [own]
        record["full_name"] = " ".join(words)


def _former_middle(rng: Rng, record: Record, person: Person) -> None:
    """A H'Mông man under the middle name that he had before he married."""
    words = record["full_name"].split(" ")
    if person["people"] == "Mông" and person["sex"] == "M" and person["year"] < 2005 and words[1] in MIDDLE_MONG[0]:
        words[1] = _one(rng, tuple(word for word in MIDDLE_MONG[0] if word != words[1]))
        record["full_name"] = " ".join(words)


def _unnamed(rng: Rng, record: Record, person: Person) -> None:
    """A young child registered before it had a name: as its mother's, or under her name."""
    if person["year"] >= 2024:
        record["full_name"] = _one(rng, ("Con bà ", "")) + person["mother_name"]


def _first_of_january(_rng: Rng, record: Record, _person: Person) -> None:
    if len(record["birth_date"]) == 4:
        record["birth_date"] += "-01-01"


def _year(rng: Rng, record: Record, _person: Person) -> None:
    year = int(record["birth_date"][:4]) + (-1, 1)[int(rng.integers(2))]
    if record["birth_date"][4:] != "-02-29" and year < 2026:
        record["birth_date"] = f"{year}{record['birth_date'][4:]}"


def _sex(_rng: Rng, record: Record, _person: Person) -> None:
    record["sex"] = {"M": "F", "F": "M"}[record["sex"]]


def _parent_number(_rng: Rng, record: Record, person: Person) -> None:
    if person["year"] > 2008 and person["parent_id"]:
        record["personal_id"] = person["parent_id"]


def _former_number(rng: Rng, record: Record, _person: Person) -> None:
    """The personal number that was re-issued after a birth year was corrected."""
    number = record["personal_id"]
    if number:
        year = (int(number[4:6]) + int(rng.integers(1, 5))) % 100
        record["personal_id"] = f"{number[:4]}{year:02d}{int(rng.integers(10**6)):06d}"


def _card_as_number(_rng: Rng, record: Record, _person: Person) -> None:
    """An identity card of 9 digits in the place of the personal number of 12."""
    if record["old_id"]:
        record["personal_id"], record["old_id"] = record["old_id"], ""


def _placeholder(rng: Rng, record: Record, _person: Person) -> None:
    name = _one(rng, tuple(PLACEHOLDERS))
    record[name] = _one(rng, PLACEHOLDERS[name])


#: Share of the register's records with each fault at rate 1, of those to which it can happen.
FAULTS: Mapping[str, tuple[float, Callable[[Rng, Record, Person], None]]] = {
    "slip": (0.01, _slip),
    "nomarks": (0.006, _flat),
    "middle": (0.004, _middle),
    "former_middle": (0.1, _former_middle),
    "unnamed": (0.02, _unnamed),
    "jan1": (0.15, _first_of_january),
    "year1": (0.002, _year),
    "sex": (0.001, _sex),
    "parent_pid": (0.01, _parent_number),
    "former_pid": (0.003, _former_number),
    "old_as_pid": (0.002, _card_as_number),
    "placeholder": (0.002, _placeholder),
}


def spoil(rng: Rng, rows: pl.DataFrame, people: pl.DataFrame, rate: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records with their faults, and bhxh_code and fault of each; `people` has the person of each record."""
    drawn = {kind: rng.random(len(rows)) < share * rate for kind, (share, _act) in FAULTS.items()}
    at = np.flatnonzero(np.any(list(drawn.values()), axis=0))
    records, persons, found = rows[at].to_dicts(), people[at].to_dicts(), []
    for place, record, person in zip(at, records, persons, strict=True):
        for kind, (_share, act) in FAULTS.items():
            before = dict(record)
            if drawn[kind][place]:
                act(rng, record, person)
            if record != before:
                found.append((record["bhxh_code"], kind))
    changed = [rows[name].clone().scatter(at, [record[name] for record in records]) for name in rows.columns]
    schema = {"bhxh_code": pl.String, "fault": pl.String}
    return pl.DataFrame(changed), pl.DataFrame(found, schema=schema, orient="row")
