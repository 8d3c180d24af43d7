"""The Merkle tree of RFC 6962, laid out in the tiles of C2SP tlog-tiles: hashes and proofs. Pure: nothing is read or
written here.

A hash is 32 bytes. A tile of level L holds up to 256 hashes, each of a perfect subtree of 256**L entries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple, TypeAlias

WIDTH = 256
_HEIGHT = 8
EMPTY_ROOT = sha256(b"").digest()

#: the hashes of a tile, by its level and number
ReadTile: TypeAlias = Callable[[int, int], Sequence[bytes]]


class Tile(NamedTuple):
    """Some hashes of one level that stand side by side; full with 256 of them."""

    level: int
    number: int
    hashes: Sequence[bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two hashes."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """The root over 2**k hashes."""
    while len(hashes) > 1:
        hashes = [
            sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=True)
        ]
    return hashes[0]


def width(level: int, number: int, size: int) -> int:
    """How many hashes a tile has in a tree of `size` entries."""
    return int(min(WIDTH, max(0, (size >> _HEIGHT * level) - number * WIDTH)))


class Edge:
    """The right edge of a growing tree: of each level, the hashes that fill no tile yet."""

    def __init__(self, size: int = 0, read: ReadTile | None = None) -> None:
        """The edge of a tree of `size` entries whose tiles `read` gives."""
        self.size = size
        self._levels: list[list[bytes]] = []
        level = 0
        while read is not None and size >> _HEIGHT * level:
            count = size >> _HEIGHT * level
            is_open = count % WIDTH
            self._levels.append(list(read(level, count // WIDTH)[:is_open]) if is_open else [])
            level += 1

    def copy(self) -> Edge:
        """The same edge, that grows by itself."""
        other = Edge()
        other.size, other._levels = self.size, [list(hashes) for hashes in self._levels]
        return other

    def add(self, leaves: Sequence[bytes]) -> list[Tile]:
        """The tiles that some more leaf hashes fill."""
        full: list[Tile] = []
        level, hashes = 0, leaves
        while hashes:
            if level == len(self._levels):
                self._levels.append([])
            number = (self.size >> _HEIGHT * level) // WIDTH
            waiting = [*self._levels[level], *hashes]
            whole = len(waiting) - len(waiting) % WIDTH
            tiles = [
                Tile(level, number + place // WIDTH, waiting[place : place + WIDTH]) for place in range(0, whole, WIDTH)
            ]
            self._levels[level] = waiting[whole:]
            full += tiles
            level, hashes = level + 1, [perfect_root(tile.hashes) for tile in tiles]
        self.size += len(leaves)
        return full

    def partial(self) -> list[Tile]:
        """The tiles that are not full."""
        return [
            Tile(level, (self.size >> _HEIGHT * level) // WIDTH, tuple(hashes))
            for level, hashes in enumerate(self._levels)
            if hashes
        ]

    def root(self) -> bytes:
        """The root hash of the tree."""
        root: bytes | None = None
        for hashes in self._levels:
            end = len(hashes)
            while end:
                # the last perfect subtree is as large as the lowest bit of what stands there
                start = end & (end - 1)
                peak = perfect_root(hashes[start:end])
                root = peak if root is None else node_hash(peak, root)
                end = start
        return EMPTY_ROOT if root is None else root


def _split(count: int) -> int:
    """The largest power of two below a count."""
    return 1 << ((count - 1).bit_length() - 1)


def range_hash(read: ReadTile, start: int, end: int) -> bytes:
    """The hash over the entries [start, end); `start` is a multiple of the power of two at or above their number."""
    count = end - start
    if count & (count - 1):
        middle = start + _split(count)
        return node_hash(range_hash(read, start, middle), range_hash(read, middle, end))
    level = (count.bit_length() - 1) // _HEIGHT
    first, several = start >> _HEIGHT * level, count >> _HEIGHT * level
    place = first % WIDTH
    return perfect_root(read(level, first // WIDTH)[place : place + several])


def inclusion_proof(read: ReadTile, index: int, size: int) -> list[bytes]:
    """The hashes that lead from entry `index` (from 0) to the root over `size` entries, lowest first."""
    if not 0 <= index < size:
        raise ValueError(f"no entry {index} in a tree of {size}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(range_hash(read, middle, end))
            end = middle
        else:
            proof.append(range_hash(read, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(read: ReadTile, old: int, new: int) -> list[bytes]:
    """The hashes by which the tree of `new` entries is seen to begin with the tree of its first `old`."""
    if not 0 < old <= new:
        raise ValueError(f"no proof leads from {old} to {new} entries")
    proof: list[bytes] = []
    start, end, is_whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(range_hash(read, middle, end))
            end = middle
        else:
            proof.append(range_hash(read, start, middle))
            start, is_whole = middle, False
    if not is_whole:
        proof.append(range_hash(read, start, end))
    return proof[::-1]


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree of `new` entries begins with the tree of `old` (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old > new or not proof:
        return False
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = hashes[0]
    for other in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node_hash(other, first), node_hash(other, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, other)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
