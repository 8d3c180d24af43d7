"""A year of work of officers who keep to the rules and of some who do not, and whether compliance finds exactly them.

    python -m benchmarks.control_year [--engine sqlite postgresql] [--weeks 52] [--keep FOLDER]

All of it is done by the program itself, by a clock that is set, but for what the program refuses: a code issued without
a demanded search is made by taking the entry out of the log. One line for each figure: what was done, what was found.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self
from unittest.mock import patch

from casework.control import compliance
from casework.control.compliance import Period
from casework.home import create_home
from casework.office import counter, undo
from casework.office.accounts import Account, add_account
from casework.office.queue import decide
from casework.office.verdicts import Verdict
from casework.register.load import load_extract
from casework.register.publish import publish
from casework.run import run
from casework.types import Home, Scope, Viewer
from casework.vietnam_time import utc_moment
from pipelines.change_files import ReadFile, read_path
from pipelines.extract_files import read_extract
from pipelines.profile import known_profiles
from pipelines.sender import Sender
from tests.engines import ENGINES, Folders, Model, Places, postgresql_server
from tests.papers import write_changes
from tests.planting import unguarded
from tests.story import ask

CLERK = Viewer("tiepnhan", "intake")
#: who starts the runs is in none of the figures of faults
FAULTS = ("steps_skipped", "late", "overturned", "duplicates", "masked_records", "out_of_hours")
FIRST_MONDAY = date(2025, 1, 6)

#: login → what he does wrong, province and unit
OFFICERS: Mapping[str, tuple[str, str, str]] = {
    "an": ("", "01", "xa-01"),
    "binh": ("", "66", "xa-66"),
    "cuc": ("late", "01", "xa-01"),
    "dung": ("overturned", "01", "buu-dien-01"),
    "giang": ("duplicates", "66", "xa-66"),
    "hoa": ("out_of_hours", "01", "xa-01"),
    "khanh": ("masked_records", "66", "xa-66"),
    "lien": ("steps_skipped", "01", "buu-dien-01"),
}
TEAMS = {"kiem.tw": Scope(), "kiem.01": Scope("01"), "kiem.66": Scope("66"), "kiem.xa": Scope("01", "xa-01")}
PHRASE = "ba con mèo vàng"

_NEWEST = """select row_id, item_id from queue_item
where state = 'open' and row_id = (select max(row_id) from intake_row)"""
_TAKEN_OUT = """delete from log_entry where entry_no in (
  select max(entry_no) from log_entry_said where step = 'name_birth' and row_id in (rows) group by row_id
);"""
_HEADINGS = (
    "bhxh_code,household_code,full_name,birth_date,sex,personal_id,birth_place_code,birth_place_list,residence_code,"
    "residence_list,relation_to_head,father_name,mother_name,status"
)
_SURNAMES = ("Đỗ", "Mạc", "Nghiêm", "Lương", "Tống", "Kha", "Quách", "Giáp", "Ông", "Viên", "Thạch", "Lộ")
_MIDDLES = ("Quang", "Minh", "Xuân", "Gia", "Đình", "Khắc", "Bá", "Trọng", "Hữu", "Công", "Viết", "Duy")
_GIVENS = (
    "Khải",
    "Thiện",
    "Tường",
    "Bảo",
    "Trứ",
    "Phúc",
    "Lâm",
    "Vinh",
    "Sơn",
    "Thắng",
    "Đạt",
    "Nghĩa",
    "Kiên",
    "Toàn",
)
_PLACES = {"01": "09676", "66": "24121"}


@dataclass(frozen=True)
class Known:
    """Somebody of the register, as he stands on papers."""

    number: int
    name: str
    born: date
    province: str

    @property
    def code(self) -> str:
        return f"0155{self.number:06d}"

    @property
    def personal_id(self) -> str:
        """The number of a man of the province and year, of either century."""
        century = 0 if self.born.year < 2000 else 2
        return f"0{self.province}{century}{self.born.year % 100:02d}{self.number:06d}"

    def line(self, day: date, personal_id: str = "") -> str:
        """He is added, with his own number, another's or none."""
        place = _PLACES[self.province]
        return f"Bổ sung,{self.name},{self.born:%d/%m/%Y},Nam,{personal_id},,,,{place},{place},,,{day:%d/%m/%Y}"


@dataclass
class Year:
    """A home where the year goes by, and what was done wrong in it: figure → officer → how often.

    `people` are those of the register whom no row has told of yet, by province.
    """

    home: Home
    folder: Path
    people: Mapping[str, Iterator[Known]]
    done: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    unsearched: list[int] = field(default_factory=list)

    def doubtful(self, unit: str, province: str, day: date) -> tuple[Known, int, int]:
        """Somebody known, a row that has his name and date and another's number, and its item.

        Where the machine is sure whom such a row means, it is nobody's work, and another one comes.
        """
        while True:
            known, other = next(self.people[province]), next(self.people[province])
            at(day, 8)
            self.run(unit, province, f"{unit}-{known.number}.csv", known.line(day, other.personal_id))
            for row_id, item_id in ask(self.home, _NEWEST):
                return known, row_id, item_id

    def run(self, unit: str, province: str, name: str, *lines: str) -> None:
        """A file of some lines comes in."""
        path = write_changes(self.folder / name, *lines)
        ((_, found),) = read_path(path, Sender(unit, province), known_profiles())
        if isinstance(found, ReadFile):
            run(self.home, [found.received], CLERK)


_clock = [""]


def at(day: date, hour: int, minute: int = 0) -> None:
    """Sets the clock to an hour in Vietnam."""
    begins = datetime.fromisoformat(utc_moment(day))
    _clock[0] = (begins + timedelta(hours=hour, minutes=minute)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@contextmanager
def set_clock() -> Iterator[None]:
    """Everything that asks for the present moment is told `at`'s."""

    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromisoformat(_clock[0])

    with patch("registry.engine.now", lambda: _clock[0]), patch("casework.audit.sealing.datetime", Then):
        yield


def make(model: Model, seed: int) -> None:
    """A home with a small register, officers and control teams."""
    create_home(model.folder, None, CLERK, model.ledger_url)
    home = model.opened()
    path = model.folder / "register.csv"
    lines = [
        f"{one.code},0190{one.number:06d},{one.name},{one.born},M,{one.personal_id},{_PLACES[one.province]},2019,"
        f"{_PLACES[one.province]},2019,Chủ hộ,,,active"
        for one in people(seed)
    ]
    path.write_text("\n".join([_HEADINGS, *lines]) + "\n", encoding="utf-8")
    load_extract(home, read_extract(path)[0], None, CLERK)
    publish(home, CLERK)
    for login, (_, province, unit) in OFFICERS.items():
        add_account(home, Account(0, login, login.title(), Scope(province, unit), False, None), PHRASE, CLERK)
    for login, scope in TEAMS.items():
        team = Account(0, login, login, scope, False, None, is_control=True)
        add_account(home, team, PHRASE, CLERK)
    home.ledger.close()


def people(seed: int) -> list[Known]:
    """Men of two provinces, no two of one name."""
    drawn = random.Random(seed)
    names = [f"{surname} {middle} {given}" for surname in _SURNAMES for middle in _MIDDLES for given in _GIVENS]
    drawn.shuffle(names)
    begin = date(1950, 1, 2)
    return [
        Known(number, name, begin + timedelta(days=drawn.randrange(18_000)), "01" if number % 2 else "66")
        for number, name in enumerate(names, start=1)
    ]


def go_by(home: Home, folder: Path, weeks: int, seed: int) -> Year:
    """The weeks: every officer decides one item in each; who errs errs in it, in his way."""
    known = people(seed)
    year = Year(
        home, folder, {province: iter([one for one in known if one.province == province]) for province in _PLACES}
    )
    for week in range(weeks):
        for login, (fault, province, unit) in OFFICERS.items():
            _one_week(year, week, Viewer(login, "review", Scope(province, unit)), fault)
    _take_out(home, year.unsearched)
    return year


def _one_week(year: Year, week: int, officer: Viewer, fault: str) -> None:
    home, province, unit = year.home, officer.scope.province or "", officer.scope.unit or ""
    monday = FIRST_MONDAY + timedelta(weeks=week)
    # what comes on Friday is decided by night or on Saturday; what comes on Monday or Tuesday, in two days or in seven
    came_on = monday + timedelta(days=4 if fault == "out_of_hours" else week % 2)
    known, row_id, item_id = year.doubtful(unit, province, came_on)
    decided_on = came_on + timedelta(days={"out_of_hours": week % 2, "late": 7 - week % 2}.get(fault, week % 3))
    at(decided_on, 22 if fault == "out_of_hours" and week % 2 == 0 else 9, 5 * week % 60)
    word = Verdict("new") if fault in ("duplicates", "steps_skipped") else Verdict("link", known.code)
    decide(home, item_id, word, officer)
    if fault == "overturned":
        at(decided_on, 15)
        reopened = undo.undo_decision(home, item_id, officer).item_id
        decide(home, reopened, Verdict("return", note="sai giấy tờ"), officer)
    elif fault == "masked_records":
        ((person_id,),) = ask(home, "select person_id from code where code = ?", Known(1, "", FIRST_MONDAY, "01").code)
        counter.open_person(home, person_id, "xem thử", officer)
    elif fault == "duplicates":
        at(monday + timedelta(days=4), 11)
        year.run(unit, province, f"{unit}-{known.number}-again.csv", known.line(monday + timedelta(days=4)))
    elif fault == "steps_skipped":
        year.unsearched.append(row_id)
    if fault:
        year.done[fault][officer.by] += 1


def _take_out(home: Home, row_ids: Sequence[int]) -> None:
    """Takes a demanded search of each row's issue out of the log, as who rules the database could."""
    rows = json.dumps(sorted(row_ids))
    with unguarded(home) as ledger:
        ledger.run(_TAKEN_OUT.replace("rows", rows[1:-1]))


def found(home: Home, weeks: int, area: Scope, team: str) -> dict[str, Counter[str]]:
    """What compliance says of the year: figure → officer → cases."""
    until = FIRST_MONDAY + timedelta(weeks=weeks)
    seen = compliance.compliance(home, Period(FIRST_MONDAY, until), area, Viewer(team, "kiểm soát"))
    return {code: Counter(case.officer for case in seen.cases[code]) for code in FAULTS}


def main() -> None:
    """Prints one line for each figure and engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--seed", type=int, default=346)
    parser.add_argument("--keep", type=Path, help="where the home of the first engine is left, to be looked at")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motma-control-") as made, postgresql_server() as server:
        for engine in given.engine:
            places: Places = Folders() if engine == "sqlite" else server
            folder = given.keep if given.keep and engine == given.engine[0] else Path(made) / engine
            model = Model(folder, places.new())
            _print(engine, model, given.weeks, given.seed)


def _print(engine: str, model: Model, weeks: int, seed: int) -> None:
    started = time.monotonic()
    with set_clock():
        at(FIRST_MONDAY - timedelta(days=7), 9)
        make(model, seed)
        home = model.opened()
        year = go_by(home, model.folder, weeks, seed)
    print(f"{engine}: {weeks} weeks in {time.monotonic() - started:.0f} s", flush=True)
    started = time.monotonic()
    seen = found(home, weeks, Scope(), "kiem.tw")
    print(f"{engine}: counted in {time.monotonic() - started:.2f} s")
    for code in FAULTS:
        told = {name: dict(sorted(counts[code].items())) for name, counts in (("done", year.done), ("found", seen))}
        print(
            f"{engine}: {code}: {told['done']} done, {told['found']} found",
            "" if told["done"] == told["found"] else "  ✗",
        )
    home.ledger.close()


if __name__ == "__main__":
    main()
