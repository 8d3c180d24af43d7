"""The folder of a log: paths as C2SP writes them, bundles, and files that are whole or not there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from registry.errors import BusyError, IntegrityError
from registry.tlog import tiles
from registry.tlog.tiles import LogFolder, bundled, tile_path, unbundled
from registry.tlog.tree import Edge, leaf_hash
from registry.tlog.writing import add_entries

ENTRIES = [b"entry %d" % number for number in range(600)]


def files(folder: Path) -> set[str]:
    """Every file of a folder, by its path below it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def log(tmp_path: Path) -> LogFolder:
    """The folder of a log of ENTRIES, sealed at 300 and at 600."""
    folder, edge = LogFolder(tmp_path), Edge()
    for start in (0, 300):
        edge = add_entries(folder, edge, ENTRIES[start : start + 300])
        folder.drop_partial(start, edge.size)
    return folder


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ((0, 5), "tile/0/005"),
        ((1, 1234067), "tile/1/x001/x234/067"),
        ((0, 273, 112), "tile/0/273.p/112"),
        (("entries", 1000), "tile/entries/x001/000"),
        (("entries", 999, 1), "tile/entries/999.p/1"),
    ],
)
def test_the_paths_are_those_of_the_specification(place: tuple[int, ...], path: str) -> None:
    assert tile_path(*place) == path


@pytest.mark.parametrize("entries", [[], [b""], [b"a", b"", b"bc"], [bytes(2**16 - 1)] * 2])
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert unbundled(bundled(entries)) == entries


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x02a"])
def test_half_an_entry_is_none(bundle: bytes) -> None:
    with pytest.raises(ValueError, match="within an entry"):
        unbundled(bundle)


def test_the_folder_holds_what_the_last_size_needs(log: LogFolder) -> None:
    assert files(log.folder) == {
        *("tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/1", "tile/1/000.p/2"),
        *("tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"),
    }
    assert [entry for number in range(3) for entry in log.entries(number, 600)] == ENTRIES


def test_an_earlier_tree_is_read_from_the_full_tiles(log: LogFolder) -> None:
    assert log.hashes(0, 1, 300) == [leaf_hash(entry) for entry in ENTRIES[256:300]]
    assert log.entries(1, 300) == ENTRIES[256:300]


@pytest.mark.parametrize("path", ["tile/0/002.p/88", "tile/entries/002.p/88"])
def test_a_missing_tile_is_named(log: LogFolder, path: str) -> None:
    (log.folder / path).unlink()
    with pytest.raises(IntegrityError, match=f"{path} is missing"):
        _ = log.hashes(0, 2, 600) if "/0/" in path else log.entries(2, 600)


@pytest.mark.parametrize("path", ["tile/0/002.p/88", "tile/entries/002.p/88"])
@pytest.mark.parametrize("left", [0, 1, 100])
def test_a_tile_that_is_cut_off_is_named(log: LogFolder, path: str, left: int) -> None:
    file = log.folder / path
    file.write_bytes(file.read_bytes()[:left])
    with pytest.raises(IntegrityError, match=f"{path} is no"):
        _ = log.hashes(0, 2, 600) if "/0/" in path else log.entries(2, 600)


def test_files_are_closed_to_others(log: LogFolder) -> None:
    modes = {path.stat().st_mode & 0o777 for path in log.folder.rglob("*") if path.is_file()}
    assert modes == {0o600}


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, BusyError), (errno.EIO, IntegrityError)])
def test_what_cannot_be_written_takes_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fdatasync", refuse)
    with pytest.raises(kind, match="cannot be written"):
        LogFolder(tmp_path).write([("checkpoint", b"text")])
    assert files(tmp_path) == set()


def test_two_do_not_seal_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "_LOCK_SECONDS", 0.05)
    with (
        LogFolder(tmp_path).locked(),
        pytest.raises(BusyError, match="another has been sealing"),
        LogFolder(tmp_path).locked(),
    ):
        pass
    with LogFolder(tmp_path).locked() as is_held:
        assert is_held
        assert files(tmp_path) == {".lock"}


def test_who_waits_to_seal_does_not_when_another_has_done_it(tmp_path: Path) -> None:
    asked = iter([False, True])
    with LogFolder(tmp_path).locked(), LogFolder(tmp_path).locked(lambda: next(asked)) as is_held:
        assert not is_held
    assert list(asked) == []
    with LogFolder(tmp_path).locked(lambda: True) as is_held:
        assert is_held, "nobody is in the way"


def test_a_seal_that_was_cut_short_is_done_again(tmp_path: Path) -> None:
    log = LogFolder(tmp_path)
    edge = add_entries(log, Edge(), ENTRIES[:100])
    # what a longer one left that never came to its end
    add_entries(log, edge, ENTRIES[100:])
    again = add_entries(log, Edge(100, lambda level, number: log.hashes(level, number, 100)), ENTRIES[100:400])
    whole = Edge()
    whole.add([leaf_hash(entry) for entry in ENTRIES[:400]])
    assert again.root() == whole.root()
    assert [entry for number in range(2) for entry in log.entries(number, 400)] == ENTRIES[:400]


def test_what_a_kill_left_unfinished_is_swept_by_the_next_seal(log: LogFolder) -> None:
    partial = next(path for path in log.folder.rglob("*.p") if path.is_dir())
    (partial / "7.unfinished").write_bytes(b"half")
    log.drop_partial(len(ENTRIES), len(ENTRIES))
    assert not list(log.folder.rglob("*.unfinished"))
