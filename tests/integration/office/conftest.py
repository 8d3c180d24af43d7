"""Offices at work: homes with a small register, whose change files are texts that a test writes out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from casework.audit.check import run_checks
from casework.audit.sealing import seal
from casework.deliveries.intake import ReceivedFile
from casework.home import create_home, open_home
from casework.office.queue import DecideResult, decide
from casework.office.verdicts import Verdict
from casework.register.load import LoadResult, load_extract
from casework.register.publish import publish
from casework.run import RunResult, run
from casework.types import Viewer
from pipelines.change_files import ReadFile, read_path
from pipelines.cli import main
from pipelines.extract_files import read_extract
from pipelines.profile import known_profiles
from pipelines.sender import Sender
from tests.engines import Model, Places
from tests.papers import REGISTER, write_changes
from tests.sealed import HARD, look
from tests.story import ask, story

SAMPLES = Path(__file__).parents[3] / "data_samples"

_ROWS = """
select
  t.file_name as file, w.row, w.source, d.outcome, d.reason, d.person_id, d.bhxh_code as code, d.decision_no,
  w.row_id, d.posterior, d.decided_by
from intake_row as w
join delivery as t on t.delivery_id = w.delivery_id
left join decision_current as d on d.row_id = w.row_id
order by w.row_id
"""

_COUNTS = """
select 'decision', count(*) from decision
union all select 'code', count(*) from code
union all select 'code_draw', count(*) from code_draw
union all select 'person', count(*) from person
union all select 'person_version', count(*) from person_version
union all select 'membership', count(*) from membership
union all select 'queue_item', count(*) from queue_item
union all select 'change_request', count(*) from change_request
union all select 'intake_row', count(*) from intake_row
union all select 'batch', count(*) from batch
union all select 'plan', count(*) from plan
union all select 'plan_row', count(*) from plan_row
union all select 'search_key', count(*) from search_key
"""


class Row(NamedTuple):
    """A row of the intake with its current decision."""

    file: str
    row: int
    source: str
    outcome: str | None
    reason: str | None
    person_id: int | None
    code: str | None
    decision_no: int | None
    row_id: int
    posterior: float | None
    decided_by: str | None


class Office:
    """A home, somebody who works with it, and a folder for what comes in."""

    def __init__(self, folder: Path, inbox: Path, ledger_url: str) -> None:
        self.home = open_home(folder, ledger_url)
        self.inbox = inbox
        self.viewer = Viewer("lan", "test")

    def write(self, name: str, *lines: str) -> Path:
        """A change file of lines under HEADINGS; cells that a line leaves out at its end are blank."""
        return write_changes(self.inbox / name, *lines)

    def file(self, name: str, *lines: str, source: str = "xa-01") -> ReceivedFile:
        """The same, as the reader of CSV files understands it."""
        ((_, found),) = read_path(self.write(name, *lines), Sender(source), known_profiles())
        assert isinstance(found, ReadFile)
        assert not found.remarks
        return found.received

    def run(self, *files: ReceivedFile) -> RunResult:
        """What came of the main job on some files."""
        return run(self.home, files, self.viewer)

    def run_lines(self, name: str, *lines: str, source: str = "xa-01") -> list[Row]:
        """The rows of a file after the main job on it."""
        self.run(self.file(name, *lines, source=source))
        return [row for row in self.rows() if (row.file, row.source) == (name, source)]

    def load(self, text: str, name: str = "extract.csv") -> LoadResult:
        """What came of loading an extract of this text."""
        path = self.inbox / name
        path.write_text(text, encoding="utf-8")
        return load_extract(self.home, read_extract(path)[0], None, self.viewer)

    def publish(self) -> None:
        """Publishes the next register version."""
        publish(self.home, self.viewer)

    def decide(
        self, item_id: int, word: str, code: str | None = None, note: str | None = None, by: str = "lan"
    ) -> DecideResult:
        """What came of an officer's word on an item."""
        return decide(self.home, item_id, Verdict(word, code, note), Viewer(by, "test"))

    def rows(self) -> list[Row]:
        """Every row of the intake, in the order of coming."""
        return [Row(*found) for found in self.ask(_ROWS)]

    def item(self, row: Row, kind: str = "row") -> int:
        """The open item of a row."""
        ((item_id,),) = self.ask(
            "select item_id from queue_item where row_id = ? and kind = ? and state = 'open'", row.row_id, kind
        )
        return int(item_id)

    def ask(self, text: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query on the ledger, by a connection of the test's own that cannot write."""
        return ask(self.home, text, *parameters)

    def counts(self) -> dict[str, int]:
        """How many rows each table has that a run may add to, but for the log."""
        return dict(self.ask(_COUNTS))

    def story(self, *without: str) -> dict[str, list[tuple[Any, ...]]]:
        """All that the ledger tells, so that two ledgers can be compared, `without` some parts."""
        return story(self.home, *without)

    def broken(self) -> dict[str, tuple[tuple[Any, ...], ...]]:
        """The checks that found a promise broken, with what they found; empty when all is well."""
        return {check.name: check.rows for check in run_checks(self.home) if check.rows}

    @property
    def environ(self) -> dict[str, str]:
        """What a process needs to work here."""
        url = self.home.ledger_url or ""
        return {
            **os.environ,
            "MOTMA_HOME": str(self.home.folder),
            "MOTMA_LEDGER_URL": url,
            "PREFECT_API_URL": "",
        }

    def main(self, *args: str) -> int:
        """The exit code of a command here, called in this process."""
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("MOTMA_LEDGER_URL", self.home.ledger_url or "")
            return main(args, self.environ)

    def close(self) -> None:
        """Lets go of the ledger."""
        self.home.ledger.close()


@pytest.fixture(scope="session")
def model_office(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A home whose register is loaded and published."""
    folder, url = tmp_path_factory.mktemp("model_office"), places.new()
    create_home(folder / "home", None, Viewer("lan", "test"), url)
    office = Office(folder / "home", folder, url)
    office.load((SAMPLES / "register.csv").read_text(encoding="utf-8"), "crowd.csv")
    office.load(REGISTER, "people.csv")
    office.publish()
    office.close()
    return Model(folder / "home", url)


@pytest.fixture(scope="module")
def new_office(
    model_office: Model, places: Places, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Office]]:
    """Makes offices that start with the same register and the same keys."""
    made: list[Office] = []

    def make() -> Office:
        folder = tmp_path_factory.mktemp("office")
        copy = model_office.copied(folder / "home", places)
        made.append(Office(copy.folder, folder, copy.ledger_url))
        return made[-1]

    yield make
    for office in made:
        office.close()


@pytest.fixture
def office(new_office: Callable[[], Office]) -> Office:
    """An office with the register of REGISTER and the samples."""
    return new_office()


@pytest.fixture
def empty_office(places: Places, tmp_path: Path) -> Iterator[Office]:
    """An office without a register."""
    url = places.new()
    create_home(tmp_path / "home", None, Viewer("lan", "test"), url)
    office = Office(tmp_path / "home", tmp_path, url)
    yield office
    office.close()


@pytest.fixture
def sealed(office: Office) -> Office:
    """An office whose log is sealed a few times, the last time at 620 entries; some more are not sealed."""
    for until in (100, 300, 620):
        ((there,),) = office.ask("select max(entry_no) from log_entry")
        look(office.home, until - there, HARD)
        seal(office.home, office.viewer)
    look(office.home, 5)
    return office
