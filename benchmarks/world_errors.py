"""What goes wrong between a person and a row: errors of one row, and habits of whoever typed it.

Every function takes the row as a dict of texts (blank is ""), changes it, and says by tags what it did. Chances are
those of rate 1; the tags become the truth file's.

Rate 1 is the rate of the reference world that the project was given: as many rows show a kind as there, within a tenth
(docs/benchmarks.md has the counts). Kinds that it lacks are assumptions: none is as common as the most common one of
its sort (name, date, number, habit) that it has.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from benchmarks.world_faults import PLACEHOLDERS
from benchmarks.world_numbers import as_text, phones
from benchmarks.world_senders import Way
from benchmarks.world_slips import slip, slip_chances, slip_of, without_marks

Rng = np.random.Generator
Row = dict[str, str]

#: Chance of each independent error at rate 1.
PARENT_SLIP = 0.06
CHANCES = {
    "drop_mid": 0.015,
    "abbrev": 0.006,
    "nomarks": 0.04,
    "apostrophe": 0.3,
    "day": 0.0107,
    "month": 0.0044,
    "swap": 0.004,
    "year1": 0.0075,
    "jan1": 0.15,
    "yearonly": 0.0405,
    "monthonly": 0.0112,
    "pid_typo": 0.0095,
    "parent_pid": 0.0115,
    "old_typo": 0.006,
    "wrong_code": 0.0042,
    "sex": 0.0027,
    "zero_lost": 0.021,
    "unnamed": 0.04,
    "parent_name": 0.02,
    "old_as_pid": 0.004,
    "placeholder": 0.003,
}
#: Share of typists with each habit at rate 1, and how many of such a typist's rows show it.
HABITS = {
    "nomarks": (0.14, 0.9),
    "caps": (0.26, 0.95),
    "nfd": (0.068, 1.0),
    "zero_lost": (0.01, 1.0),
    "no_numbers": (0.02, 0.85),
    "no_places": (0.02, 0.9),
}
#: Habits that a single row may show as well.
ONCE = ("nomarks", "zero_lost")
#: Share of senders whose every row shows it, whoever typed it: no Vietnamese keyboard in the office; a sheet that takes
#: a bare year for a day count (1985 is 7 June 1905); the household's number on its head's row alone; one telephone for
#: all, the sender's own.
SENDER_HABITS = {"nomarks": 0.13, "serial": 0.03, "head_code": 0.03, "one_phone": 0.03}
#: Share of typists who write codes of the 2019 list, of the 2025 list, or of either as it comes.
LISTS = (("2019", "2025", "mixed"), (0.70, 0.20, 0.10))
#: Day 0 of a spreadsheet.
SERIAL_0 = date(1899, 12, 30)
NAMES = ("full_name", "father_name", "mother_name")
NUMBERS = ("personal_id", "old_id", "bhxh_code", "household_code")


@dataclass(frozen=True)
class Typist:
    """One person at one sender who types a share of its rows, the same way every day. `phone` is the sender's."""

    commune_list: str
    habits: Mapping[str, float] = field(default_factory=dict)
    way: Way | None = None
    phone: str = ""


class Habits:
    """Draws typists. Each habit comes by turns, not by chance: worlds of one size have it about equally often."""

    def __init__(self, rng: Rng, rate: float) -> None:
        self.rng, self.rate = rng, rate
        self.due = {name: rng.random() for name in HABITS}
        self.sender_due = {name: rng.random() for name in SENDER_HABITS}

    def typists(self, number: int) -> list[Typist]:
        """So many typists of one sender, each with habits of its own beside those of the sender."""
        of_all = dict.fromkeys(self._turns(self.sender_due, SENDER_HABITS), 1.0)
        phone = as_text(phones(self.rng, 1), 10)[0]
        return [self._typist(of_all, phone) for _ in range(number)]

    def _typist(self, of_all: Mapping[str, float], phone: str) -> Typist:
        own = {name: HABITS[name][1] for name in self._turns(self.due, {name: HABITS[name][0] for name in HABITS})}
        return Typist(LISTS[0][int(self.rng.choice(3, p=LISTS[1]))], {**own, **of_all}, phone=phone)

    def _turns(self, due: dict[str, float], shares: Mapping[str, float]) -> list[str]:
        """The habits whose turn it is: each time its share is added, and a whole is a turn."""
        shown = []
        for name, share in shares.items():
            due[name] += share * self.rate
            if due[name] >= 1.0:
                due[name] -= 1.0
                shown.append(name)
        return shown


def digit_off(rng: Rng, number: str) -> str:
    """The number with one digit changed."""
    at = int(rng.integers(len(number)))
    return number[:at] + str((int(number[at]) + int(rng.integers(1, 10))) % 10) + number[at + 1 :]


class Errors:
    """Draws errors at one rate. `row["birth"]` is yyyy-mm-dd, yyyy-mm or yyyy until the layout writes it."""

    def __init__(self, rng: Rng, rate: float) -> None:
        self.rng = rng
        self.rate = rate

    def hits(self, kind: str) -> bool:
        """Whether an error of that kind happens here."""
        return bool(self.rng.random() < CHANCES[kind] * self.rate)

    def spoil(self, row: Row, kin: Mapping[str, Any], typist: Typist) -> list[str]:
        """The tags of all that went wrong in this row. `kin` holds a parent's number and another code."""
        tags = self._name(row)
        tags += self._birth(row)
        tags += self._numbers(row, kin)
        if self.hits("sex") and row["sex"]:
            row["sex"] = {"M": "F", "F": "M"}[row["sex"]]
            tags.append("sex")
        for parent in ("father_name", "mother_name"):
            if row[parent] and self.rng.random() < PARENT_SLIP * self.rate:
                row[parent] = slip(self.rng, row[parent])
        return tags + self._habits(row, typist)

    def _name(self, row: Row) -> list[str]:
        tags = []
        if row["event"] == "birth" and row["mother_name"] and self.hits("unnamed"):
            row["full_name"] = f"Con bà {row['mother_name']}"
            return ["unnamed"]
        if row["event"] == "birth" and row["mother_name"] and self.hits("parent_name"):
            row["full_name"] = row["mother_name"]
            return ["parent_name"]
        words = row["full_name"].split(" ")
        if len(words) > 2 and row["people"] == "Kinh" and self.hits("drop_mid"):
            del words[int(self.rng.integers(1, len(words) - 1))]
            tags.append("drop_mid")
        if words[0] == "Nguyễn" and self.hits("abbrev"):
            words[0] = "Ng"
            tags.append("abbrev")
        row["full_name"] = " ".join(words)
        for kind, chance in slip_chances().items():
            if self.rng.random() < chance * self.rate:
                name, row["full_name"] = row["full_name"], slip_of(self.rng, row["full_name"], kind)
                tags += [kind] if row["full_name"] != name else []
        if "'" in row["full_name"] and self.hits("apostrophe"):
            form = ("’", " ", "")[int(self.rng.integers(3))]
            row["full_name"] = row["full_name"].replace("'", form)
            tags.append("apostrophe")
        return tags

    def _birth(self, row: Row) -> list[str]:
        text = row["birth"]
        if len(text) < 10:
            if len(text) == 4 and self.hits("jan1"):
                row["birth"] = f"{text}-01-01"
                return ["jan1"]
            return []
        day = date.fromisoformat(text)
        for kind in ("day", "month", "swap", "year1"):
            if not self.hits(kind):
                continue
            changed = self._moved(day, kind)
            if changed and changed != day and changed <= date(2026, 9, 28):
                row["birth"] = changed.isoformat()
                return [kind]
        for kind, length in (("yearonly", 4), ("monthonly", 7)):
            if self.hits(kind) and day.year < 2010:
                row["birth"] = text[:length]
                return [kind]
        return []

    def _moved(self, day: date, kind: str) -> date | None:
        """The date with a slip of that kind, None where it makes no date."""
        step = int(self.rng.choice([-1, 1]))
        if kind == "day":
            moved = day + timedelta(days=int(self.rng.choice([1, 2, 10])) * step)
            return moved if moved.month == day.month else None
        try:
            if kind == "month":
                return day.replace(month=(day.month - 1 + step) % 12 + 1)
            if kind == "swap":
                return day.replace(day=day.month, month=day.day)
            return day.replace(year=day.year + step)
        except ValueError:
            return None

    def _numbers(self, row: Row, kin: Mapping[str, Any]) -> list[str]:
        tags = []
        if kin["parent_id"] and kin["child"] and self.hits("parent_pid"):
            row["personal_id"] = kin["parent_id"]
            tags.append("parent_pid")
        for name, kind in (("personal_id", "pid_typo"), ("old_id", "old_typo")):
            if row[name] and self.hits(kind) and not tags:
                row[name] = digit_off(self.rng, row[name])
                tags.append(kind)
        if row["old_id"] and self.hits("old_as_pid"):
            row["personal_id"], row["old_id"] = row["old_id"], ""
            tags.append("old_as_pid")
        if not row["personal_id"] and self.hits("placeholder"):
            row["personal_id"] = PLACEHOLDERS["personal_id"][int(self.rng.integers(4))]
            tags.append("placeholder")
        if self.hits("wrong_code"):
            code = row["bhxh_code"]
            row["bhxh_code"] = digit_off(self.rng, code) if code and self.rng.random() < 0.5 else kin["other_code"]
            tags.append("wrong_code")
        return tags

    def _habits(self, row: Row, typist: Typist) -> list[str]:
        """Tags of what the row shows of its typist's habits, or of a habit that is another's, this once."""
        shown = {name for name, often in typist.habits.items() if self.rng.random() < often}
        shown |= {name for name in ONCE if self.hits(name)}
        tags = []
        for name, write in WRITES.items():
            before = dict(row)
            if name in shown:
                write(row, typist)
            tags += [name] if row != before else []
        return tags


def _flatten(row: Row, _typist: Typist) -> None:
    for name in NAMES:
        row[name] = without_marks(row[name])


def _lose_zeros(row: Row, _typist: Typist) -> None:
    """Strips the zeros in front of every number of the row, as a spreadsheet does."""
    for name in NUMBERS:
        row[name] = row[name].lstrip("0")


def _serial(row: Row, _typist: Typist) -> None:
    if len(row["birth"]) == 4:
        row["birth"] = (SERIAL_0 + timedelta(days=int(row["birth"]))).isoformat()


def _only_head(row: Row, _typist: Typist) -> None:
    if row["relation"] != "Chủ hộ":
        row["household_code"] = ""


def _one_phone(row: Row, typist: Typist) -> None:
    row["phone"] = typist.phone


def _no_numbers(row: Row, _typist: Typist) -> None:
    row["personal_id"] = row["old_id"] = row["bhxh_code"] = ""


def _no_places(row: Row, _typist: Typist) -> None:
    row["birth_place_code"] = row["birth_place_name"] = ""


def _capitals(row: Row, _typist: Typist) -> None:
    for name in NAMES:
        row[name] = row[name].upper()


def _taken_apart(row: Row, _typist: Typist) -> None:
    for name, value in row.items():
        row[name] = unicodedata.normalize("NFD", value)


#: What each habit does to a row, in this order.
WRITES: Mapping[str, Callable[[Row, Typist], None]] = {
    "nomarks": _flatten,
    "zero_lost": _lose_zeros,
    "serial": _serial,
    "head_code": _only_head,
    "one_phone": _one_phone,
    "no_numbers": _no_numbers,
    "no_places": _no_places,
    "caps": _capitals,
    "nfd": _taken_apart,
}
