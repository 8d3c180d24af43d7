"""The unit of a made world's rate: at rate 1 as many rows show each kind of error as docs/benchmarks.md says."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from benchmarks.world import Recipe, make_world

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
REFERENCE = {
    tag: float(share)
    for tag, share in re.findall(r"^\| (\w+) \| ([\d.]+) % \| [\d.]+ % \|$", PAGE.read_text("utf-8"), re.M)
}


@pytest.fixture(scope="module")
def shares(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """Rows with each tag of a hundred rows, in a world of the reference's population and three times its rows."""
    folder = tmp_path_factory.mktemp("world")
    make_world(folder, Recipe(persons=60_000, seed=31, rows=18_000))
    tags = pl.read_csv(folder / "truth.csv", infer_schema=False)["tags"]
    return {tag: 100 * count / len(tags) for tag, count in tags.str.split(";").explode().value_counts().iter_rows()}


def test_the_reference_has_twenty_kinds() -> None:
    assert len(REFERENCE) == 20


@pytest.mark.parametrize("tag", REFERENCE)
def test_rate_1_shows_an_error_as_often_as_the_reference(tag: str, shares: dict[str, float]) -> None:
    assert shares[tag] == pytest.approx(REFERENCE[tag], rel=0.25, abs=0.15)
