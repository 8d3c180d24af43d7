"""The folder of a log: tiles, bundles of entries and the checkpoint, under the paths of C2SP tlog-tiles.

A file takes its name once it is whole and on disk, and a tile written twice is the same: so what was cut short is done
again.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from registry.errors import NO_ROOM, BusyError, IntegrityError
from registry.file_locks import lock
from registry.tlog.tree import WIDTH, Tile, width

CHECKPOINT = "checkpoint"
#: a bundle gives the length of an entry in two bytes
LONGEST_ENTRY = 2**16 - 1
_HASH_BYTES = 32
_HEIGHT = 8
_LENGTH_BYTES = 2
_LOCK_SECONDS = 120
_BUSY = f"another has been sealing for {_LOCK_SECONDS} s. Try again."
#: how often who waits for the lock asks whether there is anything left to do
_ASK_EVERY_SECONDS = 0.5
#: files that are waited for at once while the disk takes them
_AT_ONCE = 8
_UNFINISHED = ".unfinished"


def tile_path(level: int | str, number: int, wide: int = WIDTH) -> str:
    """The path of a tile below its log, or of a bundle (level "entries")."""
    digits = f"{number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[place : place + 3] for place in range(0, len(digits), 3)]
    path = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return f"tile/{level}/{path}" if wide == WIDTH else f"tile/{level}/{path}.p/{wide}"


def bundled(entries: Iterable[bytes]) -> bytes:
    """A bundle: each entry behind its length."""
    return b"".join([len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries])


def unbundled(bundle: bytes) -> list[bytes]:
    """The entries of a bundle; ValueError where it is none."""
    entries, place = [], 0
    while place < len(bundle):
        end = place + _LENGTH_BYTES + int.from_bytes(bundle[place : place + _LENGTH_BYTES], "big")
        if end > len(bundle):
            raise ValueError("a bundle ends within an entry")
        entries.append(bundle[place + _LENGTH_BYTES : end])
        place = end
    return entries


class LogFolder:
    """The files of one log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def locked(self, is_done: Callable[[], bool] = lambda: False) -> Iterator[bool]:
        """Keeps every other process from sealing here, and gives True; BusyError when it takes too long.

        Gives False, and nothing is kept from anybody, once `is_done` says that another has done the work meanwhile.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            place = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise BusyError(f"{self.folder}: cannot be used ({error.strerror}). Nothing was sealed.") from error
        try:
            yield _is_held(place, is_done)
        finally:
            os.close(place)

    def text(self, name: str) -> str | None:
        """The text of a file, such as the checkpoint; None where there is none."""
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def hashes(self, level: int, number: int, size: int) -> Sequence[bytes]:
        """The hashes of a tile of the tree of `size` entries; IntegrityError where they are not there."""
        wide = width(level, number, size)
        data = self._read(level, number, wide, size)
        if len(data) % _HASH_BYTES or len(data) < wide * _HASH_BYTES:
            raise IntegrityError(f"log: {tile_path(level, number, wide)} is no tile. Run `motma log verify`.")
        return [data[place : place + _HASH_BYTES] for place in range(0, wide * _HASH_BYTES, _HASH_BYTES)]

    def entries(self, number: int, size: int) -> list[bytes]:
        """The entries of a bundle of the tree of `size` entries; IntegrityError where they are not there."""
        wide = width(0, number, size)
        try:
            found = unbundled(self._read("entries", number, wide, size))[:wide]
        except ValueError:
            found = []
        if len(found) < wide:
            raise IntegrityError(f"log: {tile_path('entries', number, wide)} is no bundle. Run `motma log verify`.")
        return found

    def _read(self, level: int | str, number: int, wide: int, size: int) -> bytes:
        # a partial tile may be gone once the full one is there
        for path in dict.fromkeys((tile_path(level, number, wide), tile_path(level, number))):
            try:
                return (self.folder / path).read_bytes()
            except FileNotFoundError:
                continue
        raise IntegrityError(
            f"log: {tile_path(level, number, wide)} is missing, of the {size} entries that are sealed. "
            "Restore the folder `log`; without it, move what is left away and run `motma log seal`."
        )

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Puts files on disk, whole; BusyError when there is no room."""
        try:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                folders = set(pool.map(lambda file: self._write_file(*file), files))
                list(pool.map(_sync_folder, {above for folder in folders for above in self._above(folder)}))
        except OSError as error:
            kind = BusyError if error.errno in NO_ROOM else IntegrityError
            raise kind(f"log: cannot be written ({error.strerror}). Nothing was sealed; try again.") from error

    def _write_file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        unfinished = path.with_name(path.name + _UNFINISHED)
        try:
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except FileNotFoundError:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fdatasync(file.fileno())
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        return path.parent

    def _above(self, folder: Path) -> Iterator[Path]:
        """A folder of the log and those above it, up to the log's own."""
        while folder != self.folder:
            yield folder
            folder = folder.parent
        yield folder

    def write_tiles(self, tiles: Iterable[Tile]) -> None:
        """Puts tiles on disk."""
        self.write((tile_path(tile.level, tile.number, len(tile.hashes)), b"".join(tile.hashes)) for tile in tiles)

    def drop_partial(self, old: int, new: int) -> None:
        """Removes what stood in the place of tiles that were partial at one size and are full at a later one, and what
        a kill left unfinished beside those that are partial still."""
        level = 0
        while new >> _HEIGHT * level:
            number = (old >> _HEIGHT * level) // WIDTH
            is_full = width(level, number, old) and width(level, number, new) == WIDTH
            for kind in (level, "entries") if level == 0 else (level,):
                partial = self.folder / f"{tile_path(kind, number)}.p"
                if is_full:
                    shutil.rmtree(partial, ignore_errors=True)
                for left in partial.glob(f"*{_UNFINISHED}"):
                    left.unlink(missing_ok=True)
            level += 1


def _is_held(place: int, is_done: Callable[[], bool]) -> bool:
    """Whether an open file is held now, and not the work done by another who held it."""
    end = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            lock(place, min(end, time.monotonic() + _ASK_EVERY_SECONDS), f"log: {_BUSY}")
        except BusyError:
            if is_done():
                return False
            if time.monotonic() > end:
                raise
        else:
            return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
