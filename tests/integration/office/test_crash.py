"""A run that is killed at any moment is finished by the same command, and ends as if nothing had been."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from registry.engine import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .conftest import Office

ROOT = Path(__file__).parents[3]
INBOX = ROOT / "data_samples" / "inbox"
SEEDS = (3, 5, 8)
#: what is waited for before the moment of the crash: nothing, or the first row of a table; then how long at most
MOMENTS = (
    ("select 1", 2.5),
    ("select 1 from delivery limit 1", 0.8),
    ("select 1 from batch limit 1", 1.0),
    ("select 1 from plan limit 1", 0.4),
    ("select 1 from decision limit 1", 0.3),
)
#: a process gets this long to come to its moment
PATIENCE = 60.0


def start(office: Office) -> subprocess.Popen[bytes]:
    """A process that runs the samples' inbox."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "run", str(INBOX), "--by", "lan", "--json"],
        cwd=ROOT,
        env=office.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def kill_at(process: subprocess.Popen[bytes], office: Office, sign: str, delay: float) -> int:
    """How a process ended that was killed some time after a sign of its work."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        with suppress(sa.exc.OperationalError):
            if office.ask(sign):
                break
        time.sleep(0.005)
    with suppress(subprocess.TimeoutExpired):
        process.wait(delay)
    process.send_signal(signal.SIGKILL)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, -signal.SIGKILL), said.decode()
    return process.returncode


@pytest.mark.slow
def test_a_killed_run_ends_as_an_undisturbed_one(
    new_office: Callable[[], Office], capsys: pytest.CaptureFixture[str]
) -> None:
    undisturbed = new_office()
    assert undisturbed.main("run", str(INBOX), "--by", "lan") == 0
    # how many keys a person has in the tail depends on where transactions end; that all are there is checked by broken
    expected = undisturbed.story("tail")
    assert undisturbed.broken() == {}
    ((rows,),) = undisturbed.ask("select count(*) from intake_row")
    ended = []
    for seed in SEEDS:
        drawn = random.Random(seed)
        office = new_office()
        moments = [
            (sign, drawn.uniform(0, longest))
            for sign, longest in drawn.choices(MOMENTS, weights=(1, 2, 2, 4, 4), k=drawn.choice((1, 1, 2)))
        ]
        with capsys.disabled():
            print(f"\nseed {seed}:", *(f"{delay:.3f} s after “{sign}”" for sign, delay in moments), flush=True)
        for sign, delay in moments:
            ended.append(kill_at(start(office), office, sign, delay))
        assert office.main("run", str(INBOX), "--by", "lan") == 0
        assert office.story("tail") == expected, f"seed {seed}"
        assert office.broken() == {}, f"seed {seed}"
        assert office.ask("select count(*) from decision_current") == [(rows,)], f"seed {seed}"
        ((first, last, entries, told),) = office.ask(
            "select min(entry_no), max(entry_no), count(*), (select log_no from ledger_state) from log_entry"
        )
        assert (first, last, told) == (1, entries, entries), f"seed {seed}"
    assert ended.count(-signal.SIGKILL) >= 2


@pytest.mark.slow
def test_an_error_between_any_two_statements_of_applying_leaves_a_row_whole_or_not_at_all(
    new_office: Callable[[], Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "Bổ sung,Vũ Ngọc Diễm,09/04/1988,Nữ,001188000777,,0190000077,Chủ hộ,09676,09676,,,01/10/2025"
    undisturbed = new_office()
    undisturbed.run(undisturbed.file("a.csv", line))
    expected = undisturbed.story()

    office = new_office()
    file = office.file("a.csv", line)
    run_many = Session.run_many
    breaks_at = 0

    def counted(self: Session, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        nonlocal countdown
        countdown -= 1
        if countdown == 0:
            raise KeyboardInterrupt(name)
        run_many(self, name, rows)

    while True:
        breaks_at += 1
        countdown = breaks_at
        with monkeypatch.context() as patched:
            patched.setattr(Session, "run_many", counted)
            try:
                office.run(file)
            except KeyboardInterrupt:
                counts = office.counts()
                # the row, its code, person, membership and decision come together or not at all
                assert counts["decision"] == counts["code_draw"], breaks_at
                assert office.broken() == {}, breaks_at
                continue
        break
    assert breaks_at > 10
    assert office.story() == expected
