"""A desk in an office: what is written, sent, said and decided there, each with the truth at hand."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from casework.deciding.batch import decide_new
from casework.deciding.redecide import settle_stranded
from casework.deliveries.intake import ReceivedFile, take_in
from casework.errors import BusyError, NotUndoneError
from casework.home import create_home
from casework.office.queue import decide, show
from casework.office.undo import undo_decision
from casework.office.verdicts import Verdict
from casework.register.load import load_extract
from casework.register.publish import publish
from casework.run import FileOutcome, decide_open, run
from casework.types import Viewer
from pipelines.change_files import ReadFile, read_path
from pipelines.extract_files import read_extract
from pipelines.profile import known_profiles
from pipelines.sender import Sender
from registry import plans
from tests.engines import Model
from tests.papers import write_changes
from tests.story import ask
from tests.torture.people import PEOPLE, REGISTERED, Report, extract
from tests.torture.promises import Line, Row, Truth, rows_of

_CROWD = Path(__file__).parents[2] / "data_samples" / "register.csv"
_EXTRACT_OF = date(2025, 12, 31)
SOURCES = ("xa-01", "xa-02", "buu-dien-01")
OFFICERS = tuple(Viewer(name, "torture") for name in ("lan", "minh", "an"))
#: what every transaction that writes begins with, beside the lock
WRITING = "update ledger_state"
#: other statements that may be the last of a process
STRUCK = (
    "select",
    "insert into delivery ",
    "insert into batch_row",
    "insert into plan_row ",
    "insert into decision ",
    "insert into code ",
    "insert into search_key",
    "insert into queue_item",
    "insert into judgement",
    "insert into approval",
    "insert into undo",
    "insert into log_entry",
    "insert into register_load",
    "insert into plan_row_done",
)


_SAID = """
select q.item_id, q.row_id
from queue_item as q
where not exists (select 1 from undo as u where u.item_id = q.item_id and u.reopened_as <> q.item_id)
  and (
    q.closed_by = ?
    or exists (select 1 from approval as a where a.item_id = q.item_id and a.approved_by = ?)
    or exists (select 1 from judgement as j where j.row_id = q.row_id and j.judged_by = ?)
  )
order by q.item_id
"""


class Killed(BaseException):
    """The process ends here."""


class Strike(NamedTuple):
    """A process ends before it runs a statement that begins so for the n-th time."""

    statement: str
    passing: int


class Sent(NamedTuple):
    """A file as it was sent: its lines by their tags, a tag for every row."""

    source: str
    name: str
    tags: tuple[str, ...]


@contextmanager
def struck(strike: Strike | None) -> Iterator[None]:
    """Ends whatever is done in it at the strike."""
    passed = 0

    def passing(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal passed
        if strike is not None and f"{statement.lstrip()} ".startswith(strike.statement):
            passed += 1
            if passed == strike.passing:
                raise Killed

    sa.event.listen(sa.Engine, "before_cursor_execute", passing)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", passing)


def make_model(model: Model) -> None:
    """Makes the home of the beginning: the people who are registered among a crowd, published."""
    create_home(model.folder, None, OFFICERS[0], model.ledger_url)
    home = model.opened()
    path = model.folder.parent / f"{model.folder.name}-people.csv"
    path.write_text(extract({str(person.code): person for person in REGISTERED}), encoding="utf-8")
    for file in (_CROWD, path):
        load_extract(home, read_extract(file)[0], None, OFFICERS[0])
    publish(home, OFFICERS[0])
    home.ledger.close()


class Desk:
    """A home in its place, what was sent to it, and the truth. `counts` counts commands, and those killed."""

    def __init__(self, place: Model, counts: Counter[str]) -> None:
        self.place = place
        self.counts = counts
        self.inbox = place.folder.parent
        self.home = place.opened()
        self.truth = Truth()
        self.files: list[Sent] = []

    def close(self) -> None:
        """Takes the home's folder away."""
        self.home.ledger.close()
        shutil.rmtree(self.inbox)

    def add_line(self, report: Report) -> str:
        tag = f"so-{len(self.truth.lines) + 1}"
        code = self.truth.codes.get(report.person)
        self.truth.lines[tag] = Line(report.line(tag, code), report, code if report.has_code else None)
        return tag

    def write(self, source: str, written: Sequence[Report]) -> Sent:
        tags = [tag for report in written for tag in [self.add_line(report)] * report.times]
        return Sent(source, f"{len(self.truth.lines)}.csv", tuple(tags))

    def received(self, sent: Sent) -> ReceivedFile:
        """The file as it is read; from now on its rows must be somewhere."""
        for tag, times in Counter(sent.tags).items():
            self.truth.sent[tag] = max(self.truth.sent[tag], times)
        path = write_changes(self.inbox / sent.name, *(self.truth.lines[tag].text for tag in sent.tags))
        ((_, found),) = read_path(path, Sender(sent.source), known_profiles())
        assert isinstance(found, ReadFile)
        return found.received

    def planned(self, sent: Sent) -> plans.Plan:
        delivered = take_in(self.home, [self.received(sent)], OFFICERS[0])
        with self.home.ledger.writing() as session:
            (batch_id,) = plans.open_batches(session, delivered, OFFICERS[0])
        plan = decide_new(self.home, batch_id, OFFICERS[0])
        assert plan is not None
        return plan

    def run(self, sent: Sent, strike: Strike | None) -> None:
        """Runs a file, and says the same again, with the same receipt."""
        received = self.received(sent)
        self.do(lambda: run(self.home, [received], OFFICERS[0]), strike)
        (told,) = run(self.home, [received], OFFICERS[0]).files
        assert told == self._receipt(sent, told), told

    def _receipt(self, sent: Sent, told: FileOutcome) -> FileOutcome:
        """What a sender must be told: as many rows as he sent, each as it stands now."""
        rows: dict[str, list[Row]] = {}
        for row in {row.row_id: row for row in rows_of(self.home)}.values():
            rows.setdefault(row.tag, []).append(row)
        outcomes = Counter(
            row.outcome for tag, times in Counter(sent.tags).items() for row in rows.get(tag, [])[:times]
        )
        counted = {str(outcome): number for outcome, number in outcomes.items()}
        return FileOutcome(told.delivery_id, told.digest, sent.name, sent.source, len(sent.tags), counted)

    def clear(self, *both: Viewer) -> None:
        for _ in range(200):
            waiting = self._waiting()
            if not waiting:
                return
            # whom only deaths, moves out and corrections report has no code yet, and may have one soon
            row = min(waiting, key=lambda row: (self._must_go_back(row), row.row_id))
            for officer in both:
                self._decide(row, "truly", officer, None)
                if all(now.item_id != row.item_id for now in rows_of(self.home)):
                    break
        raise AssertionError("the queue is never cleared")

    def _must_go_back(self, row: Row) -> bool:
        return row.kind == "row" and self.truth.person(row) not in self.truth.codes and not self.truth.is_arrival(row)

    def _waiting(self) -> list[Row]:
        # what two clients at once left for the next command, so that nobody is shown what is decided in a moment
        settle_stranded(self.home, OFFICERS[0])
        rows = rows_of(self.home)
        self.truth.learn(rows)
        return [row for row in rows if row.item_id is not None]

    def decide_some(self, which: int, how: str, officer: Viewer, strike: Strike | None) -> None:
        waiting = self._waiting()
        if waiting:
            self._decide(waiting[which % len(waiting)], how, officer, strike)

    def _decide(self, row: Row, how: str, officer: Viewer, strike: Strike | None) -> None:
        assert row.item_id is not None
        item_id, verdict = row.item_id, self._verdict(row, how)
        is_death = self.truth.lines[row.tag].report.event_word == "Chết"
        if is_death and verdict.word in ("approve", "link"):
            self.truth.agreed[row.row_id].add(officer.by)
        self.do(lambda: decide(self.home, item_id, verdict, officer), strike)
        (after,) = {(now.outcome, now.code) for now in rows_of(self.home) if now.row_id == row.row_id}
        expected = {"link": "linked", "new": "issued", "return": "returned"}.get(verdict.word)
        if row.kind == "row" and expected is not None:
            assert after[0] == expected, (verdict, after)
            assert verdict.word != "link" or after[1] == verdict.code, (verdict, after)

    def _verdict(self, row: Row, how: str) -> Verdict:
        """A true word on an item."""
        own = self.truth.codes.get(self.truth.person(row))
        if how == "return":
            return Verdict("return", note="đã hỏi lại")
        if row.kind != "row":
            return Verdict("approve")
        if how == "not_same":
            assert row.item_id is not None
            seen = show(self.home, row.item_id, OFFICERS[0]).candidates
            others = [one.code for one in seen if one.code not in (None, own)]
            if others:
                return Verdict("not_same", others[0])
        if own is not None:
            return Verdict("link", own)
        return Verdict("new") if self.truth.is_arrival(row) else Verdict("return", note="không có ai như thế")

    def take_back(self, which: int, officer: Viewer, strike: Strike | None) -> None:
        """An officer would have something back that he decided; it may stand."""
        self._waiting()
        said = ask(self.home, _SAID, *[officer.by] * 3)
        if not said:
            return
        item_id, row_id = said[which % len(said)]
        try:
            self.do(lambda: undo_decision(self.home, item_id, officer), strike)
        except NotUndoneError:
            self.counts["stood"] += 1
        else:
            self.counts["undone"] += 1
            self.truth.forget(row_id)

    def load(self, place: int, strike: Strike | None) -> None:
        reported = {line.report.person for line in self.truth.lines.values()}
        unknown = [
            at for at, person in enumerate(PEOPLE) if person.code and at not in reported | self.truth.codes.keys()
        ]
        persons = unknown[: 1 + place % 2]
        if not persons:
            return
        people = {str(PEOPLE[at].code): PEOPLE[at] for at in persons}
        path = self.inbox / f"extract-{place}.csv"
        path.write_text(extract(people), encoding="utf-8")
        found = read_extract(path)[0]
        try:
            self.do(lambda: load_extract(self.home, found, _EXTRACT_OF, OFFICERS[0]), strike)
        except BusyError:
            # extracts that come after the first decisions may be refused, whole
            assert self.truth.lines
            return
        self.truth.note_load(persons)
        publish(self.home, OFFICERS[0])
        decide_open(self.home, OFFICERS[0])

    def do(self, command: Callable[[], Any], strike: Strike | None) -> None:
        """A command; where its process was killed, the same command again by another."""
        self.counts["commands"] += 1
        try:
            with struck(strike):
                command()
        except Killed:
            self.counts["killed"] += 1
            self.home.ledger.close()
            self.home = self.place.opened()
            command()
