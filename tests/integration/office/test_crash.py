"""A command that a fault struck is finished by the same command, and ends as if nothing had been."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from registry.engine import Session
from tests.engines import Places
from tests.torture.crashing import new_office, under_fire, undisturbed
from tests.torture.launcher import Fault, Launcher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .conftest import Office

#: one fault or more in each command of crashing.DAYS, in their order
PLANNED: tuple[list[Fault], ...] = (
    [
        Fault("before rename of key", 2, "kill"),
        Fault("before fsync of key", 1, "unwritable"),
        Fault("before has_ledger", 1, "full"),
    ],
    [Fault("after add_code", 1, "full")],
    [Fault("before replace of pointer", 1, "kill"), Fault("before slice of a version", 1, "unwritable")],
    [
        Fault("before intake of a file", 2, "kill"),
        Fault("before application of a plan", 1, "kill"),
        Fault("before add_decision", 1, "full"),
        Fault("before delivered_rows", 1, "unwritable"),
    ],
    [Fault("after add_judgement", 1, "kill"), Fault("before answer to the operator", 1, "kill")],
    [Fault("before plan of rows decided again", 2, "kill")],
    [Fault("after commit", 4, "kill")],
    [Fault("before answer to the operator", 1, "kill")],
    [Fault("after add_person_version", 1, "full")],
    [Fault("before fsync of register folder", 1, "kill")],
    [Fault("after add_log_entry", 2, "kill"), Fault("after application of a plan", 1, "kill")],
    [],
)


@pytest.mark.slow
def test_work_under_fire_ends_as_undisturbed_work(engine: str, places: Places, tmp_path: Path) -> None:
    planned = [list(faults) for faults in PLANNED]
    if engine == "postgresql":
        planned[5].append(Fault("after commit", 9, "lost"))
        planned[10].insert(0, Fault("before add_intake_row", 1, "lost"))
    with Launcher() as launcher:
        expected = undisturbed(new_office(tmp_path / "undisturbed", places), launcher)
        turn = under_fire(new_office(tmp_path / "struck", places), launcher, expected, planned)
    assert turn.faults == []
    missed = Counter((fault.point, fault.act) for faults in planned for fault in faults) - turn.strikes
    assert missed == Counter()


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
    breaks_at = countdown = 0

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
