"""Communes of both lists: where the made persons live, were registered and move to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

ADMIN = Path(__file__).resolve().parents[1] / "matching" / "data" / "admin"
Array = NDArray[Any]


@dataclass(frozen=True)
class Places:
    """The communes of the 2019 list in code order, each with its names and the communes of the 2025 list it went to.

    `provinces` are codes of the old list as text, `numbers` the same as numbers.
    """

    codes: Array
    names: Array
    provinces: Array
    numbers: Array
    targets: Array
    target_names: Array
    target_provinces: Array
    target_start: Array
    target_count: Array

    def code_2025(self, commune: Array, draw: Array) -> Array:
        """Index into `targets` for each commune; `draw` in [0, 1) decides where a commune was split."""
        step = np.floor(draw * self.target_count[commune]).astype(np.int32)
        found: Array = step + self.target_start[commune]
        return found


@dataclass(frozen=True)
class Area:
    """The part of one province that sends files: its communes (indices into Places) and their share of its people."""

    province: str
    communes: Array
    shares: Array


@dataclass(frozen=True)
class Ground:
    """A population and where it lives: `people` has one row a person (see make_people)."""

    places: Places
    areas: list[Area]
    people: pl.DataFrame


def read_places() -> Places:
    """Both official lists and the conversion between them, communes without a conversion left out."""
    legacy = pl.read_csv(ADMIN / "wards_legacy.csv", infer_schema_length=0)
    pairs = (
        pl.read_csv(ADMIN / "ward_conversion_2025.csv", infer_schema_length=0)
        .drop_nulls("old_ward_code")
        .select("old_ward_code", "new_ward_code", "new_ward_name", "new_province_code")
        .unique()
        .sort("old_ward_code", "new_ward_code")
    )
    known = legacy.join(pairs, left_on="code", right_on="old_ward_code", how="semi").sort("code")
    pairs = pairs.join(known, left_on="old_ward_code", right_on="code", how="semi")
    pairs = pairs.sort("old_ward_code", "new_ward_code")
    count = pairs.group_by("old_ward_code").len().sort("old_ward_code")["len"].to_numpy().astype(np.int64)
    return Places(
        codes=known["code"].to_numpy().astype(object),
        names=known["name"].to_numpy().astype(object),
        provinces=known["province_code"].to_numpy().astype(object),
        numbers=known["province_code"].cast(pl.Int64).to_numpy(),
        targets=pairs["new_ward_code"].to_numpy().astype(object),
        target_names=pairs["new_ward_name"].to_numpy().astype(object),
        target_provinces=pairs["new_province_code"].to_numpy().astype(object),
        target_start=np.concatenate(([0], np.cumsum(count)[:-1])).astype(np.int32),
        target_count=count,
    )


def draw_areas(rng: np.random.Generator, places: Places, provinces: Sequence[str], persons: int) -> list[Area]:
    """One area for each province; a commune of an area has some thousands of persons, never fewer than two communes."""
    areas = []
    for province in provinces:
        here = np.flatnonzero(places.provinces == province)
        number = min(len(here), max(2, persons // len(provinces) // 9000))
        communes = np.sort(rng.choice(here, number, replace=False))
        areas.append(Area(province, communes, rng.dirichlet(np.full(number, 3.0))))
    return areas


def draw_provinces(rng: np.random.Generator, places: Places, number: int) -> list[str]:
    """So many different province codes of the 63, sorted."""
    every = np.unique(places.provinces.astype(str))
    return sorted(str(code) for code in rng.choice(every, number, replace=False))
