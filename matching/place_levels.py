"""The level of birth place and residence together: communes that agree, each in its role or crosswise.

A place is a set of communes of the 2025 list. Two sets agree where they share a commune; the same statement
("list:code") agrees more strongly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from matching.levels import code
from matching.places import PROVINCES_34, province_of

Codes = npt.NDArray[np.uint8]
Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_PROVINCE_BITS = {province: np.uint64(1 << at) for at, province in enumerate(sorted(PROVINCES_34))}


class Place(NamedTuple):
    """Places of records: ids of their sets of communes and of their exact statements, -1 for none; a bit a province."""

    sets: Ids
    exact: Ids
    provinces: npt.NDArray[np.uint64]

    def at(self, rows: Ids) -> Place:
        """The places of these records."""
        return Place(self.sets[rows], self.exact[rows], self.provinces[rows])


class Overlaps(NamedTuple):
    """Which of the distinct sets of communes, by id, have one in common: sorted keys left * size + right."""

    size: int
    keys: Ids

    def shared(self, left: Place, right: Place) -> Mask:
        """Where two places share a commune."""
        told = (left.sets >= 0) & (right.sets >= 0)
        met: Mask = told & np.isin(left.sets * self.size + right.sets, self.keys, kind="sort")
        return met


class Places(NamedTuple):
    """Both places of the records of one frame."""

    birth_place: Place
    residence: Place


def places_of(
    left: pl.DataFrame, right: pl.DataFrame, roles: Sequence[tuple[str, str]]
) -> tuple[Places, Places, Overlaps]:
    """The places of two frames, in ids that are comparable between them.

    `roles` names the columns of birth place and residence: sets of communes, and the statement ("list:code").
    """
    columns = [(frame, *role) for frame in (left, right) for role in roles]
    sets = pl.concat([frame.get_column(role).list.join(" ") for frame, role, _ in columns]).replace("", None)
    exact = pl.concat([frame.get_column(told) for frame, _, told in columns])
    distinct = sets.drop_nulls().unique().sort()
    ids = sets.cast(pl.Enum(distinct)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    exact_ids = exact.rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    provinces, overlaps = _tables(distinct)
    cuts = np.cumsum([frame.height for frame, _, _ in columns])[:-1]
    found = [
        Place(of_sets, of_exact, provinces[of_sets])
        for of_sets, of_exact in zip(np.split(ids, cuts), np.split(exact_ids, cuts), strict=True)
    ]
    return Places(*found[:2]), Places(*found[2:]), overlaps


def _tables(distinct: pl.Series) -> tuple[npt.NDArray[np.uint64], Overlaps]:
    """The provinces of each set, as bits, with none for the last; and the overlaps of the sets."""
    members = pl.DataFrame({"commune": distinct.str.split(" ")}).with_row_index("at").explode("commune")
    bits = [_PROVINCE_BITS.get(province_of(commune) or "", np.uint64(0)) for commune in members["commune"].to_list()]
    provinces = np.zeros(len(distinct) + 1, dtype=np.uint64)
    np.bitwise_or.at(provinces, members["at"].to_numpy(), np.array(bits, dtype=np.uint64))
    pairs = members.join(members, on="commune", validate="m:m")
    left, right = (pairs[name].to_numpy().astype(np.int64) for name in ("at", "at_right"))
    return provinces, Overlaps(len(distinct), np.unique(left * len(distinct) + right))


def place(left: Places, right: Places, overlaps: Overlaps, same_household: Mask, is_new_home: Mask) -> Codes:
    """The joint level of birth place and residence. Within one household agreement is implied, and says little.

    `is_new_home`: one side tells only where the person moves to, which was not his residence before.
    """
    birth = overlaps.shared(left.birth_place, right.birth_place)
    residence = overlaps.shared(left.residence, right.residence)
    cross = overlaps.shared(left.birth_place, right.residence) | overlaps.shared(left.residence, right.birth_place)
    exact_birth = (left.birth_place.exact >= 0) & (left.birth_place.exact == right.birth_place.exact)
    exact_residence = (left.residence.exact >= 0) & (left.residence.exact == right.residence.exact)
    provinces_l = left.birth_place.provinces | left.residence.provinces
    provinces_r = right.birth_place.provinces | right.residence.provinces
    rules: list[tuple[Mask, str]] = [
        ((birth | residence | cross) & same_household, "implied"),
        (exact_birth & exact_residence, "both_exact"),
        (birth & residence, "both"),
        (exact_birth, "birth_exact"),
        (birth, "birth"),
        (residence, "residence"),
        (cross, "crosswise"),
        (is_new_home & (provinces_l > 0) & (provinces_r > 0), "moved"),
        ((provinces_l & provinces_r) > 0, "province"),
        ((provinces_l > 0) & (provinces_r > 0), "elsewhere"),
    ]
    return np.select(
        [mask for mask, _ in rules], [np.uint8(code("place", name)) for _, name in rules], default=0
    ).astype(np.uint8)
