"""The tree over a log: its peaks, and the tiles above the hashes of its entries (RFC 6962, c2sp.org/tlog-tiles)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

#: hashes of a tile
TILE = 256


class Peaks:
    """The perfect subtrees that a tree is made of, from the left: (how many entries, hash)."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []

    def add_tile(self, root: bytes) -> None:
        """Adds a full tile."""
        self._add(self._peaks, TILE, root)

    @staticmethod
    def _add(peaks: list[tuple[int, bytes]], count: int, peak: bytes) -> None:
        while peaks and peaks[-1][0] == count:
            _, left = peaks.pop()
            count, peak = count * 2, _node(left, peak)
        peaks.append((count, peak))

    def root(self, leaves: Sequence[bytes]) -> bytes:
        """The root with some more leaves, which are not added."""
        peaks = list(self._peaks)
        for leaf in leaves:
            self._add(peaks, 1, leaf)
        if not peaks:
            return sha256(b"").digest()
        root = peaks[-1][1]
        for _, peak in peaks[-2::-1]:
            root = _node(peak, root)
        return root


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def perfect(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes."""
    while len(hashes) > 1:
        hashes = [
            sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=True)
        ]
    return hashes[0]


class UpperTiles:
    """The tiles of level 1 and up as the entries make them, held against those of a folder.

    `altered` is the path of the first one that is otherwise, or not there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        #: of each level: how many tiles are full, and the hashes of the one that is not
        self._levels: list[tuple[int, list[bytes]]] = []
        self.altered: str | None = None

    def add(self, root: bytes, level: int = 1) -> None:
        """Adds the root of a full tile of the level below."""
        if level > len(self._levels):
            self._levels.append((0, []))
        full, hashes = self._levels[level - 1]
        hashes.append(root)
        if len(hashes) == TILE:
            self._compare(level, full, hashes)
            self._levels[level - 1] = full + 1, []
            self.add(perfect(hashes), level + 1)

    def end(self) -> None:
        """No more is added: the tiles that are not full are held against theirs."""
        for level, (full, hashes) in enumerate(self._levels, start=1):
            if hashes:
                self._compare(level, full, hashes)

    def _compare(self, level: int, number: int, hashes: Sequence[bytes]) -> None:
        made = b"".join(hashes)
        stored = read_tile(self._folder, str(level), number, len(hashes)) or b""
        if stored[: len(made)] != made:
            self.altered = self.altered or tile_path(str(level), number, len(hashes))


def tile_path(level: str, number: int, count: int) -> str:
    """Where a tile of so many hashes, or a bundle of entries, lies in the folder of its log."""
    digits = str(number)
    digits = "0" * (-len(digits) % 3) + digits
    parts = [digits[place : place + 3] for place in range(0, len(digits), 3)]
    full = "/".join(["tile", level, *(f"x{part}" for part in parts[:-1]), parts[-1]])
    return full if count == TILE else f"{full}.p/{count}"


def read_tile(folder: Path, level: str, number: int, count: int) -> bytes | None:
    """A tile or bundle, the full one where the partial one is gone; None where neither is there."""
    for path in (tile_path(level, number, count), tile_path(level, number, TILE)):
        try:
            return (folder / path).read_bytes()
        except FileNotFoundError:
            continue
    return None
