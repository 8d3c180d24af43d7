"""What goes wrong between a person and a row: errors of one row, and habits of whoever typed it.

Every function takes the row as a dict of texts (blank is ""), changes it, and says by tags what it did. Chances are
those of rate 1; the tags become the truth file's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from benchmarks.world_senders import Way
from benchmarks.world_slips import slip, swap_iy, without_marks

Rng = np.random.Generator
Row = dict[str, str]

#: Chance of each independent error at rate 1.
SLIP, SECOND_SLIP, PARENT_SLIP = 0.10, 0.015, 0.08
CHANCES = {
    "drop_mid": 0.02,
    "abbrev": 0.006,
    "nomarks": 0.02,
    "iy": 0.05,
    "apostrophe": 0.3,
    "day": 0.012,
    "month": 0.006,
    "swap": 0.006,
    "year1": 0.009,
    "jan1": 0.3,
    "yearonly": 0.03,
    "monthonly": 0.008,
    "pid_typo": 0.01,
    "parent_pid": 0.02,
    "old_typo": 0.006,
    "wrong_code": 0.006,
    "sex": 0.004,
    "zero_lost": 0.02,
    "unnamed": 0.04,
}
#: Share of typists with each habit at rate 1, and how many of such a typist's rows show it.
HABITS = {
    "nomarks": (0.16, 0.9),
    "caps": (0.18, 0.95),
    "nfd": (0.08, 1.0),
    "zero_lost": (0.06, 1.0),
    "no_numbers": (0.12, 0.85),
    "no_places": (0.08, 0.9),
}
#: Share of typists who write codes of the 2019 list, of the 2025 list, or of either as it comes.
LISTS = (("2019", "2025", "mixed"), (0.45, 0.45, 0.10))
NUMBERS = ("personal_id", "old_id", "bhxh_code", "household_code")


@dataclass(frozen=True)
class Typist:
    """One person at one sender who types a share of its rows, the same way every day."""

    commune_list: str
    habits: Mapping[str, float] = field(default_factory=dict)
    way: Way | None = None


def draw_typist(rng: Rng, rate: float) -> Typist:
    """A typist with the habits that chance gives."""
    habits = {name: often for name, (share, often) in HABITS.items() if rng.random() < share * rate}
    return Typist(LISTS[0][int(rng.choice(3, p=LISTS[1]))], habits)


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
        """The tags of all that went wrong in this row. `kin` holds a parent's number, another code and the sex."""
        tags = self._name(row)
        tags += self._birth(row)
        tags += self._numbers(row, kin)
        if self.hits("sex") and row["sex"]:
            row["sex"] = {"M": "F", "F": "M"}[row["sex"]]
            tags.append("sex")
        for parent in ("father_name", "mother_name"):
            if row[parent] and self.rng.random() < PARENT_SLIP * self.rate:
                row[parent] = slip(self.rng, row[parent])[0]
        return tags + self._habits(row, typist)

    def _name(self, row: Row) -> list[str]:
        tags = []
        if row["event"] == "birth" and row["mother_name"] and self.hits("unnamed"):
            row["full_name"] = f"Con bà {row['mother_name']}"
            return ["unnamed"]
        words = row["full_name"].split(" ")
        if len(words) > 2 and row["people"] == "Kinh" and self.hits("drop_mid"):
            del words[int(self.rng.integers(1, len(words) - 1))]
            tags.append("drop_mid")
        if words[0] == "Nguyễn" and self.hits("abbrev"):
            words[0] = "Ng"
            tags.append("abbrev")
        row["full_name"] = " ".join(words)
        if self.hits("iy"):
            swapped = " ".join(swap_iy(word) for word in words)
            tags += ["iy"] if swapped != row["full_name"] else []
            row["full_name"] = swapped
        for chance in (SLIP, SECOND_SLIP):
            if self.rng.random() < chance * self.rate:
                row["full_name"], kind = slip(self.rng, row["full_name"])
                tags += [kind] if kind and kind not in tags else []
        if "'" in row["full_name"] and self.hits("apostrophe"):
            form = ("’", " ", "")[int(self.rng.integers(3))]
            row["full_name"] = row["full_name"].replace("'", form)
            tags.append("apostrophe")
        if self.hits("nomarks"):
            self._flatten(row)
            tags.append("nomarks")
        return tags

    @staticmethod
    def _flatten(row: Row) -> None:
        for name in ("full_name", "father_name", "mother_name"):
            row[name] = without_marks(row[name])

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
        if self.hits("wrong_code"):
            code = row["bhxh_code"]
            row["bhxh_code"] = digit_off(self.rng, code) if code and self.rng.random() < 0.5 else kin["other_code"]
            tags.append("wrong_code")
        if self.hits("zero_lost"):
            tags += self._lose_zeros(row)
        return tags

    @staticmethod
    def _lose_zeros(row: Row) -> list[str]:
        """Strips the zeros in front of every number of the row, as a spreadsheet does."""
        lost = [name for name in NUMBERS if row[name].startswith("0")]
        for name in lost:
            row[name] = row[name].lstrip("0")
        return ["zero_lost"] if lost else []

    def _habits(self, row: Row, typist: Typist) -> list[str]:
        shown = [name for name, often in typist.habits.items() if self.rng.random() < often]
        if "nomarks" in shown:
            self._flatten(row)
        if "zero_lost" in shown and not self._lose_zeros(row):
            shown.remove("zero_lost")
        if "no_numbers" in shown:
            row["personal_id"] = row["old_id"] = row["bhxh_code"] = ""
        if "no_places" in shown:
            row["birth_place_code"] = row["birth_place_name"] = ""
        if "caps" in shown:
            for name in ("full_name", "father_name", "mother_name"):
                row[name] = row[name].upper()
        if "nfd" in shown:
            for name, value in row.items():
                row[name] = unicodedata.normalize("NFD", value)
        return shown
