"""What is sealed, when and by whom: crashes, others at work, and the stop of issuing."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb
import pytest
from pymerkle import InmemoryTree

from casework import run as run_module
from casework.audit import sealing
from casework.audit.sealing import SealResult, seal, sealed_log
from casework.deciding.batch import decide_new
from casework.errors import BusyError, UsageError
from casework.office.queue import listing
from registry import seals
from registry.tlog.tiles import LogFolder
from tests.sealed import LINE, LOG_ROWS, faults, look
from verifier.rows import COLUMNS, entry_bytes

if TYPE_CHECKING:
    from .conftest import Office

OTHER = "Bổ sung,Đỗ Minh Khang,02/03/1979,Nam,001079000778,,0190000078,Chủ hộ,09676,09676,,,01/10/2025"


def test_a_run_leaves_the_whole_log_sealed(office: Office) -> None:
    office.run(office.file("a.csv", LINE))
    with office.home.ledger.reading() as session:
        assert seals.oldest_unsealed(session) is None
        count = seals.count_entries(session)
    state = sealed_log(office.home).state()
    assert state.size == count > 20
    assert faults(office.home) == []


def test_the_sealed_root_is_the_one_that_others_find(sealed: Office) -> None:
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries([e for row in sealed.ask(LOG_ROWS, 620) if (e := entry_bytes(row)) is not None])
    state = sealed_log(sealed.home).state()
    assert (state.size, state.root) == (620, tree.get_root())
    assert [size for (size,) in sealed.ask("select size from log_seal order by size")] == [100, 300, 620]


def test_bundles_may_lie_elsewhere(sealed: Office, tmp_path: Path) -> None:
    old = sealed.home.log_folder / "tile" / "entries" / "000"
    old.replace(tmp_path / "cold")
    look(sealed.home, 300)
    seal(sealed.home, sealed.viewer)
    assert faults(sealed.home) == [("entry_missing", 1)]
    old.symlink_to(tmp_path / "cold")
    assert faults(sealed.home) == []


def test_sealing_again_changes_nothing(sealed: Office) -> None:
    first = seal(sealed.home, sealed.viewer)
    files = {path: path.read_bytes() for path in sealed.home.log_folder.rglob("*") if path.is_file()}
    again = seal(sealed.home, sealed.viewer)
    assert (first.added, again.added) == (5, 0)
    assert (again.size, again.root) == (first.size, first.root)
    assert {path: path.read_bytes() for path in sealed.home.log_folder.rglob("*") if path.is_file()} == files


# crashes and others at work ---------------------------------------------------------------------------------------

_KILLED = """
import os, signal, sys
from casework.home import open_home
from casework.audit.sealing import seal
from casework.types import Viewer
from registry import seals
from registry.tlog import tiles
from pathlib import Path

left = int(sys.argv[2])

def counted(function):
    def call(*given, **named):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*given, **named)
    return call

Path.replace = counted(Path.replace)
seals.add = counted(seals.add)
tiles._sync_folder = counted(tiles._sync_folder)
tiles.shutil.rmtree = counted(tiles.shutil.rmtree)
seal(open_home(Path(sys.argv[1])), Viewer("lan", "test"))
"""


@pytest.mark.slow
def test_a_seal_that_is_killed_anywhere_is_finished_by_the_next(
    new_office: Callable[[], Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = new_office()
    look(office.home, 300)
    seal(office.home, office.viewer)
    look(office.home, 500)
    struck = 0
    for step in range(1, 200, 3):
        run = subprocess.run(
            [sys.executable, "-c", _KILLED, str(office.home.folder), str(step)],
            env=office.environ,
            capture_output=True,
            check=False,
        )
        if run.returncode == 0:
            break
        assert run.returncode == -signal.SIGKILL, run.stderr.decode()
        struck += 1
        # whatever stands as sealed is whole
        assert [fault for fault in faults(office.home) if fault[0] != "checkpoint"] == []
    assert struck > 3
    assert seal(office.home, office.viewer).added == 0
    assert faults(office.home) == []


# a ledger that is a file has one home
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session")
def test_two_homes_of_one_ledger_seal_the_same(sealed: Office) -> None:
    assert sealed.home.ledger_url is not None
    first = seal(sealed.home, sealed.viewer)
    other = type(sealed)(
        Path(shutil.copytree(sealed.home.folder, sealed.inbox / "other", ignore=shutil.ignore_patterns("log"))),
        sealed.inbox,
        sealed.home.ledger_url,
    )
    look(other.home, 10)
    assert seal(other.home, other.viewer).size == first.size + 10
    again = seal(sealed.home, sealed.viewer)
    assert (again.size, again.added) == (first.size + 10, 10)
    assert sealed_log(sealed.home).state() == sealed_log(other.home).state()
    assert faults(other.home) == faults(sealed.home) == []
    other.close()


@pytest.mark.slow
def test_many_seal_at_once_while_others_write(office: Office) -> None:
    def write() -> None:
        for _ in range(10):
            look(office.home, 40)

    def sealing_too() -> None:
        for _ in range(10):
            seal(office.home, office.viewer)

    threads = [threading.Thread(target=target) for target in (write, sealing_too, sealing_too)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal(office.home, office.viewer)
    assert faults(office.home) == []


# issuing stops ----------------------------------------------------------------------------------------------------


def later(minutes: int) -> type[datetime]:
    """A clock that is ahead."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(minutes=minutes)

    return Later


def no_room(*_given: object) -> None:
    raise BusyError("log: cannot be written (No space left on device).")


def test_who_waits_is_sealed_for_by_whoever_seals(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    look(office.home, 3)
    first = LogFolder.locked
    ended: list[SealResult] = []

    @contextmanager
    def and_a_second_comes(folder: LogFolder, is_done: Callable[[], bool]) -> Iterator[bool]:
        monkeypatch.setattr(LogFolder, "locked", first)
        with first(folder, is_done) as is_held:
            second = threading.Thread(target=lambda: ended.append(seal(office.home, office.viewer)))
            second.start()
            yield is_held
            second.join()

    monkeypatch.setattr(LogFolder, "locked", and_a_second_comes)
    sealed = seal(office.home, office.viewer)
    (waited,) = ended
    assert (sealed.added, waited.added) == (sealed.size, 0)
    assert waited.root == sealed.root
    assert faults(office.home) == []


@pytest.mark.parametrize(("minutes", "is_stopped"), [(14, False), (16, True)])
def test_issuing_stops_when_the_log_goes_unsealed(
    office: Office, monkeypatch: pytest.MonkeyPatch, minutes: int, is_stopped: bool
) -> None:
    seal(office.home, office.viewer)
    look(office.home, 1)
    with monkeypatch.context() as patched:
        patched.setattr(LogFolder, "write", no_room)
        patched.setattr(sealing, "datetime", later(minutes))
        if is_stopped:
            with pytest.raises(BusyError, match=r"no codes are issued.*Run `motma log seal`"):
                office.run(office.file("a.csv", LINE))
            assert [row.outcome for row in office.rows()] == [None]
        else:
            office.run(office.file("a.csv", LINE))
    # sealed again, the same command finishes the work
    office.run(office.file("a.csv", LINE))
    assert [row.outcome for row in office.rows()] == ["issued"]
    assert faults(office.home) == []


def test_issuing_stops_in_the_middle_of_a_run(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.run(office.file("a.csv", LINE))

    def and_then_nothing_is_sealed(*given: Any) -> object:
        plan = decide_new(*given)
        look(office.home, 1)
        monkeypatch.setattr(sealing, "datetime", later(20))
        return plan

    monkeypatch.setattr(run_module, "decide_new", and_then_nothing_is_sealed)
    with pytest.raises(BusyError, match="no codes are issued"):
        office.run(office.file("b.csv", OTHER))
    assert [row.outcome for row in office.rows()] == ["issued", None]


def test_what_an_officer_decides_is_applied_all_the_same(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = office.run_lines("a.csv", "Chuyển đi,Nghiêm Xuân Tường,14/03/1951,Nam,,,,,09676,09676,,,06/09/2025")
    assert row.outcome == "review"
    listing(office.home, None, 10, office.viewer)
    monkeypatch.setattr(sealing, "datetime", later(20))
    assert office.decide(office.item(row), "return", note="hỏi lại").outcome == "returned"


def test_a_long_run_seals_meanwhile(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    (office.home.folder / "rules").mkdir()
    rules = Path(sealing.__file__).parents[1] / "rules" / "seal.toml"
    text = rules.read_text(encoding="utf-8").replace("seal_every_seconds = 60", "seal_every_seconds = 1")
    (office.home.folder / "rules" / "seal.toml").write_text(text, encoding="utf-8")
    with sealing.sealed_meanwhile(office.home, office.viewer):
        before = sealed_log(office.home).state().size
        look(office.home, 7)
        until = datetime.now(UTC) + timedelta(seconds=60)
        while sealed_log(office.home).state().size == before and datetime.now(UTC) < until:
            threading.Event().wait(0.05)
        assert sealed_log(office.home).state().size == before + 7


def test_an_entry_that_is_too_long_to_be_sealed_is_not_written(office: Office) -> None:
    with pytest.raises(UsageError, match="fewer words"):
        look(office.home, 1, "x" * 66_000)
    look(office.home, 1, '"' * 32_000)
    seal(office.home, office.viewer)
    assert faults(office.home) == []


# questions over years ---------------------------------------------------------------------------------------------


def test_whole_stretches_are_parquet(sealed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "STRETCH", 256)
    seal(sealed.home, sealed.viewer)
    folder = sealed.home.log_folder / "parquet"
    assert sorted(path.name for path in folder.iterdir()) == ["entries-000000.parquet", "entries-000001.parquet"]
    found = duckdb.read_parquet(f"{folder}/*.parquet").order("entry_no")
    assert found.columns == list(COLUMNS) == LOG_ROWS.partition(" from ")[0].removeprefix("select ").split(", ")
    assert found.fetchall() == sealed.ask(LOG_ROWS, 512)
