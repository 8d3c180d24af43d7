"""Offices at work: homes with a small register, whose change files are texts that a test writes out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from casework.check import run_checks
from casework.home import create_home, open_home
from casework.intake import ReceivedFile
from casework.load import LoadResult, load_extract
from casework.publish import publish
from casework.queue import DecideResult, Verdict, decide
from casework.run import RunResult, run
from casework.types import Viewer
from pipelines.change_files import ReadFile, read_path
from pipelines.cli import main
from pipelines.extract_files import read_extract
from pipelines.profile import known_profiles
from pipelines.sender import Sender
from tests.engines import Model, Places

SAMPLES = Path(__file__).parents[3] / "data_samples"

#: the people whom tests speak of, beside those of the sample register, who are the crowd
REGISTER = """\
bhxh_code,household_code,full_name,birth_date,sex,personal_id,birth_place_code,birth_place_list,residence_code,\
residence_list,relation_to_head,father_name,mother_name,status
0111000001,0190000001,Đỗ Quang Khải,1971-03-14,M,001071000111,09676,2019,09676,2019,Chủ hộ,,,active
0111000002,0190000001,Lương Thị Hạnh,1974-08-02,F,001174000222,09676,2019,09676,2019,Vợ,,,active
0111000003,0190000001,Đỗ Minh Châu,1999-11-20,F,001199000333,09676,2019,09676,2019,Con,Đỗ Quang Khải,Lương Thị Hạnh,\
active
0111000004,0190000002,Phan Văn Thiện,1938,M,,09676,2019,09676,2019,Chủ hộ,,,active
0111000005,0190000003,Mạc Thị Khuyên,1990-06-15,F,,08995,2019,08995,2019,Chủ hộ,Mạc Đình Trứ,,active
"""

#: the headings of every file that a test writes: the commune's layout, without the columns that no test needs
HEADINGS = (
    "Loại biến động,Họ và tên,Ngày sinh,Giới tính,Số ĐDCN,Mã số BHXH,Mã hộ,Quan hệ,Mã xã khai sinh,Mã xã cư trú,"
    "Họ tên cha,Họ tên mẹ,Ngày biến động,Ghi chú"
)
_WIDTH = HEADINGS.count(",")

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

#: all that the ledger tells, but for ids, codes, times and seq: persons go by what is known of them
_STORY = {
    "outcomes": """
        select t.file_name, w.source, w.row, d.outcome, d.reason, v.full_name, v.birth_date, v.sex, v.personal_id,
          d.decided_by
        from intake_row as w
        join delivery as t on t.delivery_id = w.delivery_id
        left join decision_current as d on d.row_id = w.row_id
        left join person_current as v on v.person_id = d.person_id""",
    "weights": """
        select t.file_name, w.source, w.row, round(cast(d.match_weight as numeric), 3),
          round(cast(d.posterior as numeric), 4), d.evidence like '%cut%'
        from intake_row as w
        join delivery as t on t.delivery_id = w.delivery_id
        join decision_current as d on d.row_id = w.row_id""",
    "decisions": """
        select t.file_name, w.source, w.row, count(*)
        from decision as d
        join intake_row as w on w.row_id = d.row_id
        join delivery as t on t.delivery_id = w.delivery_id
        group by t.file_name, w.source, w.row""",
    "people": """
        select v.full_name, v.birth_date, v.sex, v.personal_id, v.residence_code, v.father_name, v.status, p.origin,
          (select count(*) from person_version as x where x.person_id = v.person_id),
          (select count(*) from code as k where k.person_id = v.person_id and k.status = 'active'),
          (select count(*) from code as k where k.person_id = v.person_id and k.status <> 'active')
        from person_current as v
        join person as p on p.person_id = v.person_id""",
    "memberships": """
        select v.full_name, v.birth_date, v.personal_id, h.household_code, m.relation, m.event_date, w.row
        from membership as m
        join person_current as v on v.person_id = m.person_id
        left join household as h on h.household_id = m.household_id
        left join intake_row as w on w.row_id = m.row_id""",
    "queue": """
        select t.file_name, w.source, w.row, q.kind, q.reason, q.state, q.closed_by, o.cells
        from queue_item as q
        join intake_row as w on w.row_id = q.row_id
        join delivery as t on t.delivery_id = w.delivery_id
        left join intake_row as o on o.row_id = q.waits_for_row_id""",
    "requests": """
        select t.file_name, w.source, w.row, v.full_name, r.field, r.old_value, r.new_value
        from change_request as r
        join person_current as v on v.person_id = r.person_id
        join intake_row as w on w.row_id = r.row_id
        join delivery as t on t.delivery_id = w.delivery_id""",
    "codes": "select substr(code, 1, 2), status, origin, count(*) from code group by 1, 2, 3",
    "draws": "select province, outcome, count(*), min(value), max(value) from code_draw group by 1, 2",
    "tail": """
        select coalesce(v.full_name || v.birth_date, w.cells), count(*)
        from search_key as k
        left join person_current as v on v.person_id = k.record_id
        left join intake_row as w on w.row_id = -k.record_id
        group by k.record_id, v.full_name, v.birth_date, w.cells""",
}


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
        path = self.inbox / name
        padded = [line + "," * (_WIDTH - line.count(",")) for line in lines]
        path.write_text("\n".join([HEADINGS, *padded]) + "\n", encoding="utf-8")
        return path

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
        marks = iter(range(len(parameters)))
        named = re.sub(r"\?", lambda _: f":p{next(marks)}", text)
        with self.home.ledger.store.read_engine.connect() as connection:
            found = connection.execute(sa.text(named), {f"p{at}": value for at, value in enumerate(parameters)})
            return [tuple(row) for row in found]

    def counts(self) -> dict[str, int]:
        """How many rows each table has that a run may add to, but for the log."""
        return dict(self.ask(_COUNTS))

    def story(self, *without: str) -> dict[str, list[tuple[Any, ...]]]:
        """All that the ledger tells, so that two ledgers can be compared, `without` some parts."""
        return {name: sorted(self.ask(text), key=repr) for name, text in _STORY.items() if name not in without}

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
