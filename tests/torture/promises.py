"""What a ledger may look like, said in plain Python by somebody who knows whom every row is about.

Nothing here knows of weights, keys or searches: who a row is about is known because it was written so. What is said of
a row is only what is promised whatever the weights say.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from casework.audit.check import run_checks
from casework.types import Home
from tests.story import ask
from tests.torture.people import ARRIVALS, PEOPLE, REGISTERED, Report

_TAG = re.compile(r"so-[0-9]+")
FINAL = ("linked", "issued", "returned")

_ROWS = """
select w.row_id, w.cells, d.decision_no, d.outcome, d.bhxh_code, q.item_id, q.kind
from intake_row as w
left join decision_current as d on d.row_id = w.row_id
left join queue_item as q on q.row_id = w.row_id and q.state = 'open'
order by w.row_id, q.item_id
"""
_CODES = """
select c.code, c.status, c.origin, v.status
from code as c
join person_current as v on v.person_id = c.person_id
"""
_LOG = "select coalesce(min(entry_no), 1), coalesce(max(entry_no), 0), count(*) from log_entry"
_HELD = "select count(*) from delivery_row as r join delivery_hold as h on h.delivery_id = r.delivery_id"


class Row(NamedTuple):
    """A row of the ledger with its decision and one of its open items."""

    row_id: int
    tag: str
    decision_no: int | None
    outcome: str | None
    code: str | None
    item_id: int | None
    kind: str | None


class Line(NamedTuple):
    """A line that was written: whom it is about, and the code that stands on it."""

    text: str
    report: Report
    code: str | None


class Truth:
    """What is true of the people and the lines, and what the ledger has told so far."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        #: how often a line was sent in one file at most: so many rows it is
        self.sent: Counter[str] = Counter()
        #: person → the one code that he has
        self.codes = {at: person.code for at, person in enumerate(REGISTERED) if person.code is not None}
        #: persons whose own number the register holds
        self.numbered = {at for at, person in enumerate(REGISTERED) if person.number}
        #: row → officers who agreed to the death that it reports
        self.agreed: dict[int, set[str]] = defaultdict(set)
        self._final: dict[int, tuple[Any, ...]] = {}
        self._entries = 0

    def person(self, row: Row) -> int:
        """Whom a row is about."""
        return self.lines[row.tag].report.person

    def is_arrival(self, row: Row) -> bool:
        """Whether a row may bring somebody new."""
        return self.lines[row.tag].report.event_word in ARRIVALS

    def note_load(self, persons: Sequence[int]) -> None:
        """Some persons came in a register extract."""
        for at in persons:
            self.codes.setdefault(at, PEOPLE[at].code or "")
            if PEOPLE[at].number:
                self.numbered.add(at)

    def forget(self, row_id: int) -> None:
        """What was said of a row was taken back: it may be decided anew, and nobody has agreed to its death."""
        self._final.pop(row_id, None)
        self.agreed.pop(row_id, None)

    def learn(self, rows: Sequence[Row]) -> None:
        """Notes the codes that were issued to persons who had none."""
        for row in rows:
            person = self.person(row)
            if row.outcome == "issued" and person not in self.codes:
                self.codes[person] = str(row.code)
                if self.lines[row.tag].report.number == "own" and PEOPLE[person].number:
                    self.numbered.add(person)

    def judge(self, home: Home) -> list[str]:
        """Every promise that the ledger breaks. All rows must be decided."""
        rows = list({row.row_id: row for row in rows_of(home)}.values())
        return [
            *self._rows_in_are_rows_out(home, rows),
            *self._decided_once(rows),
            *self._one_code_each(home, rows),
            *self._nobody_is_dead_by_mistake(home, rows),
            *self._log_grows(home),
            *(f"motma check: {check.name} {check.rows[:5]}" for check in run_checks(home) if check.rows),
        ]

    def _rows_in_are_rows_out(self, home: Home, rows: Sequence[Row]) -> list[str]:
        outcomes = Counter(row.outcome for row in rows)
        known = sum(outcomes[outcome] for outcome in (*FINAL, "review"))
        ((held,),) = ask(home, _HELD)
        found = []
        if known + held != sum(self.sent.values()):
            found.append(f"{sum(self.sent.values())} rows went in, {dict(outcomes)} came out, {held} are held")
        for tag, rows_of_line in Counter(row.tag for row in rows).items():
            if rows_of_line != self.sent[tag]:
                found.append(f"line {tag} was sent as {self.sent[tag]} rows and is {rows_of_line}")
        return found

    def _decided_once(self, rows: Sequence[Row]) -> list[str]:
        found = []
        for row in rows:
            stands = (row.decision_no, row.outcome, row.code)
            before = self._final.get(row.row_id, stands)
            if before != stands:
                found.append(f"row {row.row_id} was decided as {before} and is {stands}")
            if row.outcome in FINAL:
                self._final[row.row_id] = stands
        return found

    def _one_code_each(self, home: Home, rows: Sequence[Row]) -> list[str]:
        self.learn(rows)
        owners = {code: person for person, code in self.codes.items()}
        found = []
        for row in rows:
            person = self.person(row)
            if row.code is not None and self.codes.get(person) != row.code:
                found.append(
                    f"row {row.row_id} about {PEOPLE[person].name} is {row.outcome} to {row.code}, "
                    f"which {_named(owners.get(row.code))} has; his is {self.codes.get(person)}"
                )
        if len(owners) < len(self.codes):
            found.append(f"one code for several persons: {self.codes}")
        ours = {code: status for code, status, origin, _ in ask(home, _CODES) if origin == "issued"}
        issued = {row.code for row in rows if row.outcome == "issued"}
        if ours.keys() != issued or set(ours.values()) - {"active"}:
            found.append(f"codes that were issued: {ours}, rows that earned one: {issued}")
        return found

    def _nobody_is_dead_by_mistake(self, home: Home, rows: Sequence[Row]) -> list[str]:
        owners = {code: person for person, code in self.codes.items()}
        dead = {owners[code] for code, _, _, status in ask(home, _CODES) if status == "deceased" and code in owners}
        told = {self.person(row) for row in rows if row.outcome == "linked" and self._may_record_death(row)}
        return [f"{PEOPLE[person].name} is recorded as dead, and nobody may have done so" for person in dead - told]

    def _may_record_death(self, row: Row) -> bool:
        line = self.lines[row.tag]
        if line.report.event_word != "Chết":
            return False
        person = line.report.person
        by_number = line.report.number == "own" and person in self.numbered
        by_code = line.code is not None and line.code == self.codes.get(person)
        return by_number or by_code or len(self.agreed[row.row_id]) >= 2

    def _log_grows(self, home: Home) -> list[str]:
        ((first, last, entries),) = ask(home, _LOG)
        before, self._entries = self._entries, entries
        if first != 1 or last != entries or entries < before:
            return [f"the log has {entries} entries, numbered {first} to {last}, and had {before}"]
        return []

    def settled(self, home: Home) -> list[str]:
        """What is wrong once a clerk has cleared the queue: everybody of whom a row was not given back has his code."""
        rows = rows_of(home)
        self.learn(rows)
        open_items = [row.item_id for row in rows if row.item_id is not None]
        found = [f"items {open_items} wait although all was decided"] * bool(open_items)
        for row in rows:
            if row.outcome == "review" or (row.outcome != "returned" and row.code != self.codes.get(self.person(row))):
                found.append(f"row {row.row_id} about {PEOPLE[self.person(row)].name} is {row.outcome} to {row.code}")
        return found


def rows_of(home: Home) -> list[Row]:
    """Every row of the intake, once for each open item."""
    return [Row(row_id, _TAG.findall(cells)[-1], *rest) for row_id, cells, *rest in ask(home, _ROWS)]


def _named(person: int | None) -> str:
    return "nobody" if person is None else PEOPLE[person].name
