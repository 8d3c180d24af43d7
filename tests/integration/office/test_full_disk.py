"""Files that a command writes for people: no room ends with 12, so that it is tried again; another fault with 2."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from casework.audit.sealing import seal
from casework.errors import BusyError, UsageError
from registry import register

if TYPE_CHECKING:
    from .conftest import Office

LINE = "Bổ sung,Vũ Ngọc Diễm,09/04/1988,Nữ,001188000777,,0190000077,Chủ hộ,09676,09676,,,01/10/2025"


@pytest.mark.parametrize(
    "command",
    [
        ("log", "proof", "1", "--out", "{}"),
        ("model", "show", "--chart", "{}.svg"),
        ("control", "report", "--from", "2026-11-01", "--to", "2026-11-30", "--area", "country", "--out", "{}.xlsx"),
    ],
    ids=" ".join,
)
def test_no_room_for_a_file_is_no_fault_of_who_asked(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    office.run_lines("a.csv", LINE)
    seal(office.home, office.viewer)
    *_, out = command
    full = tmp_path / out.format("full")
    full.symlink_to("/dev/full")
    assert office.main(*(part.format(tmp_path / "full") for part in command)) == BusyError.exit_code
    assert f"{full}: cannot be written" in capsys.readouterr().err
    taken = tmp_path / out.format("taken")
    taken.mkdir()
    assert office.main(*(part.format(tmp_path / "taken") for part in command)) == UsageError.exit_code
    assert f"{taken}: cannot be written" in capsys.readouterr().err


def test_a_version_that_could_not_be_written_out_is_none(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before, complete = register.current_file(office.home.register_folder), register.Writer._complete
    unlimited = resource.RLIM_INFINITY

    def then_no_room(writer: register.Writer, *given: Any) -> None:
        complete(writer, *given)
        resource.setrlimit(resource.RLIMIT_FSIZE, (writer._unfinished.stat().st_size, unlimited))

    monkeypatch.setattr(register.Writer, "_complete", then_no_room)
    try:
        assert office.main("register", "publish") == BusyError.exit_code
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
    assert register.current_file(office.home.register_folder) == before
    assert office.broken() == {}
    monkeypatch.undo()
    assert office.main("register", "publish") == 0


def test_a_version_that_nothing_points_to_is_not_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = office.home.register_folder
    before = sorted(folder.glob("register-*"))

    def no_room(folder: Path, name: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(register, "_point_to", no_room)
    assert office.main("register", "publish") == BusyError.exit_code
    assert sorted(folder.glob("register-*")) == before
