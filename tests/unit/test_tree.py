"""The tree beside RFC 6962, its known roots, and a tree that others wrote."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial

import pytest
from pymerkle import InmemoryTree

from registry.tlog.tree import (
    EMPTY_ROOT,
    WIDTH,
    Edge,
    Tile,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    node_hash,
    width,
)

#: the entries and roots by which implementations of RFC 6962 are checked
KNOWN_ENTRIES = [
    bytes.fromhex(entry)
    for entry in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
KNOWN_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
#: where tiles fill up, and a size of three levels
SIZES = (1, 2, 3, 5, 8, 100, 255, 256, 257, 300, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 70_000)


class Kept:
    """The tiles of a tree, kept in a dictionary, and a tree of others over the same entries."""

    def __init__(self) -> None:
        self.edge = Edge()
        self.tiles: dict[tuple[int, int], Sequence[bytes]] = {}
        self.others = InmemoryTree(algorithm="sha256")

    def grow(self, entries: Sequence[bytes]) -> list[Tile]:
        """The tiles that the entries filled."""
        full = self.edge.add([leaf_hash(entry) for entry in entries])
        for tile in (*full, *self.edge.partial()):
            self.tiles[tile.level, tile.number] = tile.hashes
        self.others.append_entries(entries)
        return full

    def read(self, size: int, level: int, number: int) -> Sequence[bytes]:
        """A tile of the tree as it was at a size."""
        return self.tiles[level, number][: width(level, number, size)]

    def root(self, size: int) -> bytes:
        """The root at a size, by the tiles alone."""
        return Edge(size, partial(self.read, size)).root()


def made(size: int) -> list[bytes]:
    """Entries that are all different."""
    return [b"entry %d" % number for number in range(size)]


@pytest.fixture(scope="module")
def tree() -> Kept:
    """A tree of three levels that grew by pieces of all lengths."""
    kept, entries, rng = Kept(), made(SIZES[-1]), random.Random(6962)
    while kept.edge.size < len(entries):
        start = kept.edge.size
        kept.grow(entries[start : start + rng.choice((1, 7, 255, 256, 257, 3000, 30_000))])
    return kept


def test_the_known_roots_are_found() -> None:
    kept = Kept()
    found = [kept.edge.root().hex()]
    for entry in KNOWN_ENTRIES:
        kept.grow([entry])
        found.append(kept.edge.root().hex())
    assert tuple(found) == KNOWN_ROOTS
    assert EMPTY_ROOT.hex() == KNOWN_ROOTS[0]


def test_the_proofs_of_the_rfc_are_found() -> None:
    # the tree of RFC 6962, 2.1.3, by the letters of its figure
    kept = Kept()
    kept.grow(made(7))
    a, b, c, d, e, f, j = (leaf_hash(entry) for entry in made(7))
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, m = node_hash(g, h), node_hash(i, j)
    read = partial(kept.read, 7)
    assert inclusion_proof(read, 0, 7) == [b, h, m]
    assert inclusion_proof(read, 3, 7) == [c, g, m]
    assert inclusion_proof(read, 4, 7) == [f, j, k]
    assert inclusion_proof(read, 6, 7) == [i, k]
    assert consistency_proof(read, 3, 7) == [c, d, g, m]
    assert consistency_proof(read, 4, 7) == [m]
    assert consistency_proof(read, 6, 7) == [i, j, k]


@pytest.mark.parametrize("size", SIZES)
def test_the_tiles_give_the_root_that_others_find(tree: Kept, size: int) -> None:
    assert tree.root(size) == tree.others.get_root(size)


def test_a_tile_is_full_once() -> None:
    kept = Kept()
    full = [tile for start in range(0, 700, 100) for tile in kept.grow(made(700)[start : start + 100])]
    assert [(tile.level, tile.number, len(tile.hashes)) for tile in full] == [(0, 0, WIDTH), (0, 1, WIDTH)]
    assert [(tile.level, tile.number, len(tile.hashes)) for tile in kept.edge.partial()] == [(0, 2, 188), (1, 0, 2)]


def test_what_a_tree_of_70000_is_made_of(tree: Kept) -> None:
    # the example of c2sp.org/tlog-tiles
    wide = {place: width(*place, 70_000) for place in tree.tiles}
    assert sum(w == WIDTH for (level, _), w in wide.items() if level == 0) == 273
    assert wide[0, 273] == 112
    assert (wide[1, 0], wide[1, 1], wide[2, 0]) == (WIDTH, 17, 1)
    assert len(tree.tiles) == 273 + 1 + 2 + 1


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_is_proved_as_others_prove_it(tree: Kept, size: int) -> None:
    read, rng = partial(tree.read, size), random.Random(size)
    for index in sorted({0, size - 1, *(rng.randrange(size) for _ in range(8))}):
        proof = inclusion_proof(read, index, size)
        assert proof == [bytes.fromhex(h) for h in tree.others.prove_inclusion(index + 1, size).serialize()["path"][1:]]


@pytest.mark.parametrize("new", SIZES)
def test_consistency_is_proved_and_nothing_else(tree: Kept, new: int) -> None:
    read, root, rng = partial(tree.read, new), tree.root(new), random.Random(new)
    for old in sorted({1, new, *(size for size in SIZES if size <= new), *(rng.randint(1, new) for _ in range(8))}):
        proof = consistency_proof(read, old, new)
        old_root = tree.root(old)
        assert is_consistent(old, new, old_root, root, proof)
        assert not is_consistent(old, new, leaf_hash(b"another"), root, proof)
        assert not is_consistent(old, new, old_root, leaf_hash(b"another"), proof)
        assert not is_consistent(old, new, old_root, root, [*proof, old_root])
        if old < new:
            assert not is_consistent(old, new, old_root, root, proof[:-1])
            assert not is_consistent(new, old, root, old_root, proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_of_what_is_not_there(tree: Kept, index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no entry"):
        inclusion_proof(partial(tree.read, size), index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5)])
def test_no_proof_between_trees_that_do_not_follow(tree: Kept, old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no proof leads"):
        consistency_proof(partial(tree.read, new), old, new)


def test_an_empty_tree_begins_every_tree(tree: Kept) -> None:
    assert is_consistent(0, 5, EMPTY_ROOT, tree.root(5), [])
    assert not is_consistent(0, 5, tree.root(5), tree.root(5), [])
