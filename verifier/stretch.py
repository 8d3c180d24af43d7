"""One stretch of a sealed log: its entries beside their tiles and the ledger. Stretches are looked at side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from verifier.rows import BELOW_ALL, Row, RowsBetween, entry_bytes
from verifier.tree import TILE, perfect, read_tile, tile_path

_HASH = 32


@dataclass(frozen=True)
class Fault:
    """The first thing of a kind that is not as sealed. `entry` is numbered from 1, None where no one entry is meant.

    `what`: checkpoint, witness, entry_missing, entry_altered, tile, ledger_missing, ledger_altered, ledger_inserted,
    ledger_seal.
    """

    what: str
    entry: int | None
    message: str


@dataclass(frozen=True)
class Stretch:
    """Entries [start, end) of a log of `size` entries; `start` begins a tile.

    `marks` are the sizes within it, (start, end], at which a root is known.
    """

    folder: Path
    size: int
    start: int
    end: int
    marks: Sequence[int]
    ledger: RowsBetween | None


@dataclass
class Looked:
    """What was found of a stretch: the root of each full tile, and the leaves of a tile up to each mark.

    `altered` is (the path of the first tile, the first entry in it) that disagree; `missing` is the fault of an entry
    that is not there, and nothing was looked at behind it.
    """

    roots: list[bytes] = field(default_factory=list)
    leaves: dict[int, list[bytes]] = field(default_factory=dict)
    beside: Fault | None = None
    altered: tuple[str, int] | None = None
    missing: Fault | None = None


class _Missing(Exception):
    """A file that the tree needs is not there, or is cut off; the entry from which on."""


def look(stretch: Stretch) -> Looked:
    """What a stretch of the log holds, and the first thing of each kind in it that is not as sealed."""
    found = Looked()
    rows = None if stretch.ledger is None else _Beside(stretch.ledger, stretch)
    try:
        for start in range(stretch.start, stretch.end, TILE):
            entries, leaves = _tile(stretch, start, found)
            if rows is not None and found.beside is None:
                found.beside = rows.fault(start, entries)
            for mark in stretch.marks:
                if start < mark <= start + len(leaves):
                    found.leaves[mark] = leaves[: mark - start]
            if len(leaves) == TILE:
                found.roots.append(perfect(leaves))
    except _Missing as missing:
        (number,) = missing.args
        found.missing = Fault("entry_missing", number, f"Mục {number}: thiếu trong kho niêm phong.")
    else:
        if rows is not None and found.beside is None:
            found.beside = rows.left()
    return found


def _tile(stretch: Stretch, start: int, found: Looked) -> tuple[list[bytes], list[bytes]]:
    """The entries of a tile, and their hashes."""
    count = min(TILE, stretch.size - start)
    entries = _unbundled(_read(stretch.folder, "entries", start // TILE, count))[:count]
    if len(entries) < count:
        raise _Missing(start + len(entries) + 1)
    leaves = [sha256(b"\x00" + entry).digest() for entry in entries]
    stored = _read(stretch.folder, "0", start // TILE, count)
    if stored[: count * _HASH] != b"".join(leaves) and found.altered is None:
        places = range(0, count * _HASH, _HASH)
        is_same = [stored[place : place + _HASH] == leaf for place, leaf in zip(places, leaves, strict=True)]
        found.altered = tile_path("0", start // TILE, count), start + is_same.index(False) + 1
    return entries, leaves


class _Beside:
    """The rows of the ledger that belong to a stretch."""

    def __init__(self, ledger: RowsBetween, stretch: Stretch) -> None:
        after = stretch.start if stretch.start else BELOW_ALL
        # an entry numbered below 1 is one that somebody planted
        self._rows: Iterator[Row] = iter(ledger(after, stretch.end))

    def fault(self, start: int, entries: Sequence[bytes]) -> Fault | None:
        """The first row that is not the entry in its place."""
        for number, entry in enumerate(entries, start=start + 1):
            row = next(self._rows, None)
            if row is None or row[0] > number:
                return Fault("ledger_missing", number, f"Mục {number}: đã niêm phong, thiếu trong sổ cái.")
            if row[0] < number:
                return _inserted(row)
            if entry_bytes(row) != entry:
                return Fault("ledger_altered", number, f"Mục {number}: trong sổ cái không như khi niêm phong.")
        return None

    def left(self) -> Fault | None:
        """The first row behind the last entry of the stretch: another one of a number that was there."""
        row = next(self._rows, None)
        return None if row is None else _inserted(row)


def _inserted(row: Row) -> Fault:
    return Fault("ledger_inserted", row[0], f"Mục {row[0]}: có trong sổ cái, chưa từng được niêm phong.")


def _read(folder: Path, level: str, number: int, count: int) -> bytes:
    found = read_tile(folder, level, number, count)
    if found is None:
        raise _Missing(number * TILE + 1)
    return found


def _unbundled(bundle: bytes) -> list[bytes]:
    """The entries of a bundle, as far as they are whole."""
    entries, place = [], 0
    while place + 2 <= len(bundle):
        end = place + 2 + (bundle[place] << 8 | bundle[place + 1])
        if end > len(bundle):
            break
        entries.append(bundle[place + 2 : end])
        place = end
    return entries
