"""Many processes on one ledger: one code for one person, and nobody waits for a reader."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
import unicodedata
from collections import defaultdict
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from casework.audit.history import show_log
from casework.deciding.apply import apply_plan
from casework.deciding.batch import decide_again, decide_batch
from casework.deliveries.export import export_decisions
from casework.errors import BusyError
from casework.office.queue import listing, show
from casework.office.search import search
from casework.run import take_in, work_through
from registry import engine, plans, postgresql
from registry.engine import Ledger, Session, WriteSession
from registry.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Office

ROOT = Path(__file__).parents[3]
PEOPLE = 40
SEED = 20251101
_PATIENCE = 120.0
#: of the operating system: nobody's number
_SERVICE_USER = 65534

SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Vũ", "Đặng", "Bùi", "Đỗ")
MIDDLES = ("Ngọc", "Quỳnh", "Hải", "Thuỳ", "Khánh", "Hữu", "Gia", "Tường")
GIVEN = ("Diễm", "Hưởng", "Phượng", "Nghĩa", "Tuyền", "Luyến", "Khuê", "Thắng", "Vỹ", "Ước")
COMMUNES = ("09676", "08995", "00070", "24322")

#: four ways to write one name
SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda name: name,
    str.upper,
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: "  ".join(name.lower().split()) + " ",
)


def new_people(seed: int) -> list[tuple[str, str]]:
    """(name, the rest of the line) of new persons, no two alike."""
    drawn = random.Random(seed)
    names = {" ".join(map(drawn.choice, (SURNAMES, MIDDLES, GIVEN))) for _ in range(4 * PEOPLE)}
    found = []
    for name in sorted(names)[:PEOPLE]:
        born = f"{drawn.randint(1, 28):02}/{drawn.randint(1, 12):02}/{drawn.randint(1950, 2005)}"
        found.append((name, f"{born},{drawn.choice(('Nam', 'Nữ'))},,,,,{drawn.choice(COMMUNES)},09676,,,01/10/2025"))
    return found


def run_at_once(office: Office, commands: list[tuple[Path, str]]) -> None:
    """Runs (file, source) in a process each, all at once; each must end well."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", "run", str(path), "--source", source, "--json"],
            cwd=ROOT,
            env=office.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for path, source in commands
    ]
    for process in running:
        _, said = process.communicate(timeout=_PATIENCE)
        assert (process.returncode, said.decode()) == (0, "")


@pytest.mark.slow
def test_four_processes_report_the_same_new_people(office: Office) -> None:
    people = new_people(SEED)
    drawn = random.Random(SEED)
    who: dict[tuple[str, int], int] = {}
    commands = []
    for number, spelled in enumerate(SPELLINGS):
        order = drawn.sample(range(PEOPLE), PEOPLE)
        lines = [f"Bổ sung,{spelled(people[person][0])},{people[person][1]}" for person in order]
        who.update({(f"xa-{number}", row): person for row, person in enumerate(order, start=1)})
        commands.append((office.write(f"xa-{number}.csv", *lines), f"xa-{number}"))
    run_at_once(office, commands)

    outcomes: dict[int, list[str | None]] = defaultdict(list)
    codes: dict[int, set[str]] = defaultdict(set)
    for row in office.rows():
        person = who[row.source, row.row]
        outcomes[person].append(row.outcome)
        if row.code is not None:
            codes[person].add(row.code)
    assert {person: len(found) for person, found in outcomes.items()} == dict.fromkeys(range(PEOPLE), len(SPELLINGS))
    for person, found in outcomes.items():
        assert set(found) <= {"issued", "linked", "review"}, (SEED, people[person], found)
        assert found.count("issued") <= 1, (SEED, people[person], found)
        assert len(codes[person]) <= 1, (SEED, people[person], codes[person])
        assert len(codes[person]) == 1 or found == ["review"] * len(SPELLINGS), (SEED, people[person], found)
    assert len(set().union(*codes.values())) == sum(len(found) for found in codes.values())
    # it is a rare person for whom somebody has to be asked
    assert sum(found.count("review") for found in outcomes.values()) <= len(SPELLINGS) * PEOPLE // 20
    assert office.broken() == {}


@pytest.mark.slow
def test_two_processes_run_the_same_file(office: Office, new_office: Callable[[], Office]) -> None:
    lines = [f"Bổ sung,{name},{rest}" for name, rest in new_people(SEED + 1)]
    alone = new_office()
    alone.run(alone.file("a.csv", *lines))
    path = office.write("a.csv", *lines)
    run_at_once(office, [(path, "xa-01"), (path, "xa-01")])
    for part in ("people", "memberships", "queue", "codes", "draws"):
        assert office.story()[part] == alone.story()[part]
    assert [row.outcome for row in office.rows()] == [row.outcome for row in alone.rows()]
    assert office.counts()["decision"] == len(lines)
    assert office.broken() == {}


#: the lock of each engine, and every statement with which a transaction begins
LOCKS = {"sqlite": "begin immediate", "postgresql": postgresql.TAKE_LOCK}
FIRST = {*LOCKS.values(), "begin", postgresql.READ_ONLY}


# the lock -----------------------------------------------------------------------------------------------------------


def test_the_first_statement_of_every_transaction_that_writes_is_the_lock(office: Office) -> None:
    transactions: dict[int, list[list[str]]] = defaultdict(list)

    def heard(connection: sa.Connection, _cursor: object, statement: str, *_rest: object) -> None:
        heard_of = transactions[id(connection.connection.driver_connection)]
        if statement in FIRST:
            heard_of.append([])
        if heard_of:
            heard_of[-1].append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", heard)
    try:
        first, death = office.run_lines(
            "a.csv",
            "Bổ sung,Nghiêm Xuân Tường,15/04/1951,Nam,001071000111,,,,09676,09676,,,06/09/2025",
            "Chết,Phan Văn Thiện,1938,Nam,,,0190000002,Chủ hộ,09676,09676,,,05/09/2025",
        )
        listing(office.home, None, 10, office.viewer)
        show(office.home, office.item(first), office.viewer)
        office.decide(office.item(first), "new")
        for officer in ("lan", "minh"):
            office.decide(office.item(death, "death"), "approve", by=officer)
        search(office.home, {"full_name": "Phan Văn Thiện", "birth_date": "1938"}, office.viewer)
        export_decisions(office.home, None, office.viewer)
        show_log(office.home, limit=5, after=None, row=None, act=None, viewer=office.viewer)
        office.publish()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", heard)

    every = [transaction for heard_of in transactions.values() for transaction in heard_of]
    changing = [found for found in every if any(said.startswith(("insert", "update", "delete")) for said in found)]
    assert len(changing) >= 12
    for transaction in changing:
        assert transaction[:2] == [LOCKS[office.home.ledger.store.kind], changing[0][1]], transaction[:3]
    assert changing[0][1].startswith("update ledger_state set seq = seq + 1")


@pytest.mark.parametrize("looks_again", [True, False], ids=["as it is", "without looking again"])
def test_two_plans_made_at_one_moment(office: Office, monkeypatch: pytest.MonkeyPatch, *, looks_again: bool) -> None:
    """Both searches find nobody; the second to be applied meets the first, unless nobody looks again under the lock."""
    line = "Bổ sung,{},09/04/1988,Nữ,,,,,09676,09676,,,01/10/2025"
    files = [office.file(f"{name}.csv", line.format(name), source=name) for name in ("Vũ Ngọc Diễm", "VU NGOC DIEM")]
    batches = []
    for file in files:
        delivered = take_in(office.home, [file], office.viewer)
        with office.home.ledger.writing() as session:
            (batch_id,) = plans.open_batches(session, delivered, office.viewer)
        with office.home.ledger.reading() as session:
            rows = plans.undecided(session, batch_id)
        batches.append((batch_id, decide_batch(office.home, batch_id, rows, 1, office.viewer)))
    if not looks_again:
        monkeypatch.setattr(plans, "strange_keys", lambda *_: set())
    sent_back = [apply_plan(office.home, plan, office.viewer, is_last=False) for _, plan in batches]
    for batch_id, _ in batches:
        work_through(office.home, batch_id, office.viewer)
    first, second = office.rows()
    assert first.outcome == "issued"
    if looks_again:
        assert sent_back == [0, 1]
        assert (second.outcome, second.code) == ("linked", first.code)
    else:
        assert second.outcome == "issued"
        assert second.code != first.code


def test_rows_decided_apart_do_not_wait_for_each_other_in_a_circle(office: Office) -> None:
    """The third waits for the second, that for the first; which, planned to wait for the third, waits for nobody."""
    line = "Bổ sung,Con bà Vũ Ngọc Diễm,0{}/04/2025,Nữ,,,0190009999,,09676,09676,,,01/10/2025"
    rows = [office.run_lines(f"{day}.csv", line.format(day), source=f"xa-{day}")[0] for day in (1, 4, 7)]
    assert [row.outcome for row in rows] == ["review"] * 3
    first, second, third = rows
    for row, target in ((third, second), (first, third)):
        plan = decide_again(office.home, [row.row_id], office.viewer)
        with office.home.ledger.writing() as session:
            (planned,) = plans.to_apply(session, plan, office.viewer, after=-1, limit=9)
            plans.send_back_open(session)
            body = {**planned.body, "reason": "waits_for_row", "waits_for_row": target.row_id}
            circular = replace(plan, attempt=2)
            assert plans.store(session, circular, [replace(planned, body=body)])
        assert apply_plan(office.home, circular, office.viewer, is_last=True) == 0
    waits = office.ask("select reason, waits_for_row_id from queue_item order by row_id")
    assert waits == [("stale", None), ("waits_for_row", first.row_id), ("waits_for_row", second.row_id)]
    assert office.rows()[0].reason == "stale"
    assert office.broken() == {}
    office.run()
    assert office.rows()[0].reason == "weak"
    assert office.broken() == {}


class _LooksFirst(WriteSession):
    """A transaction that reads before it takes its seq, as one would that searches first."""

    def __init__(self, connection: sa.Connection) -> None:
        Session.__init__(self, connection)
        self.at = engine.now()
        self.looked = self.value_of_state("seq")
        time.sleep(0.05)
        self.seq = self.value("raise_seq")


#: how a store begins its writers, and how it would without the lock
BEGINS = {
    "sqlite": (("begin immediate",), ("begin",)),
    "postgresql": (("READ COMMITTED", postgresql.TAKE_LOCK), ("READ COMMITTED", "select 1")),
}
#: the lock, but in a snapshot taken before it was had
TOO_EARLY = ("REPEATABLE READ", postgresql.TAKE_LOCK)


def two_writers(ledger: Ledger) -> list[tuple[int, int] | Exception]:
    """What two writers get that begin at the same time, one of them holding on for a moment.

    The seq that each saw last before its own and its own, or an error.
    """
    got: list[tuple[int, int] | Exception] = []
    has_begun = threading.Event()

    def write(seconds: float) -> None:
        try:
            with ledger.writing() as session:
                has_begun.set()
                time.sleep(seconds)
                found = (getattr(session, "looked", session.seq - 1), session.seq)
            got.append(found)
        except Exception as error:
            got.append(error)

    threads = [threading.Thread(target=write, args=(0.5,)), threading.Thread(target=write, args=(0.0,))]
    threads[0].start()
    has_begun.wait()
    threads[1].start()
    for thread in threads:
        thread.join()
    return got


@pytest.mark.parametrize(
    ("has_lock", "looks_first", "is_safe"),
    [(True, False, True), (True, True, True), (False, False, True), (False, True, False)],
)
def test_without_the_lock_a_writer_that_looks_first_sees_what_is_old(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, has_lock: bool, looks_first: bool, is_safe: bool
) -> None:
    """Taking the lock at once and raising seq first are two locks; with neither, what was read is old when written."""
    if looks_first:
        monkeypatch.setattr(engine, "WriteSession", _LooksFirst)
    store: Any = office.home.ledger.store
    with_lock, without = BEGINS[store.kind]
    store.write_engine = store.make_engine(*(with_lock if has_lock else without))
    monkeypatch.setattr(store, "turn", nullcontext)  # the line orders writers, and is not what keeps them apart
    assert _is_in_order(two_writers(office.home.ledger)) is is_safe


# SQLite keeps no plan beyond a statement
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session")
def test_a_writers_statement_is_planned_once_for_numbers_of_any_size_and_goes_by_its_index(office: Office) -> None:
    """A plan is made while its table may be empty, and kept when it holds millions."""
    with office.home.ledger.store.write_engine.connect() as connection:
        session = Session(connection)
        for number in (1, 2**20, 2**40):
            assert session.rows("strange_keys", key_hashes=[number], seq=0, batch_id=number, attempt=1) == []
        found = connection.exec_driver_sql(
            "select name, generic_plans, custom_plans from pg_prepared_statements where statement like '%%search_key%%'"
        )
        ((name, generic_plans, custom_plans),) = found.all()
        plan = connection.exec_driver_sql(f"explain execute {name} (array[1], 0, 1, 1)").scalars().all()
    assert (generic_plans, custom_plans) == (2, 0)
    assert "Seq Scan" not in str(plan)


# begin immediate is lock and snapshot in one
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session")
def test_a_snapshot_before_the_lock_is_too_early(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Any = office.home.ledger.store
    monkeypatch.setattr(engine, "WriteSession", _LooksFirst)
    store.write_engine = store.make_engine(*TOO_EARLY)
    assert not _is_in_order(two_writers(office.home.ledger))


def _is_in_order(got: list[tuple[int, int] | Exception]) -> bool:
    """Whether both writers wrote, and each knew all that was written before."""
    found = sorted(pair for pair in got if not isinstance(pair, Exception))
    assert all(isinstance(one, (tuple, BusyError)) for one in got), got
    return len(found) == 2 and all(seq == looked + 1 for looked, seq in found)


def test_emptying_the_write_ahead_log_makes_nobody_wait_for_a_reader(office: Office) -> None:
    """A run that ends while a register version is being written must not hold the lock until the reader is done."""
    with office.home.ledger.reading() as reader:
        reader.value_of_state("seq")
        listing(office.home, None, 1, office.viewer)
        taken: list[float] = []

        def end_of_a_run() -> None:
            started = time.monotonic()
            office.home.ledger.store.tidy()
            taken.append(time.monotonic() - started)

        thread = threading.Thread(target=end_of_a_run)
        thread.start()
        thread.join(5)
        is_done = not thread.is_alive()
    thread.join()
    assert is_done
    assert taken[0] < 5


def test_what_a_reader_sees_does_not_change_under_him(office: Office) -> None:
    seen: list[Any] = []
    with office.home.ledger.reading() as session:
        seen.append(session.value_of_state("seq"))
        listing(office.home, None, 1, office.viewer)
        seen.append(session.value_of_state("seq"))
    with office.home.ledger.reading() as session:
        seen.append(session.value_of_state("seq"))
    assert seen == [seen[0], seen[0], seen[0] + 1]


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    """A ledger's file; where this is root's process, the file is somebody else's."""
    found = SqliteStore(tmp_path / "ledger.sqlite")
    found.make_place()
    if os.geteuid() == 0:
        os.chown(tmp_path / "ledger.sqlite", _SERVICE_USER, _SERVICE_USER)
    return found


def test_the_places_in_line_belong_to_the_owner_of_the_ledger(store: SqliteStore, tmp_path: Path) -> None:
    with store.turn():
        owners = {path.name: path.stat().st_uid for path in tmp_path.iterdir()}
    owner = owners["ledger.sqlite"]
    assert owners == dict.fromkeys(("ledger.sqlite", "ledger.sqlite-next", "ledger.sqlite-turn"), owner)


@pytest.mark.parametrize("place", ["next", "turn"])
def test_a_place_in_line_that_cannot_be_opened_is_told(store: SqliteStore, tmp_path: Path, place: str) -> None:
    (tmp_path / f"ledger.sqlite-{place}").mkdir()
    with pytest.raises(BusyError, match=f"ledger.sqlite-{place}: cannot be opened"), store.turn():
        pass
