"""What legacy text and names with keys left in them become: every row of the tables beside this file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks.world_names import NAMES
from matching.encodings import ENCODINGS, decode
from matching.residue import repair
from matching.text import norm_name
from matching.valid_syllables import is_known, is_syllable

TABLES = Path(__file__).parent / "tables"
ADMIN = Path(__file__).parents[2] / "matching" / "data" / "admin"


def table(name: str) -> list[pytest.ParameterSet]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [pytest.param(row, id=f"{at}-{next(iter(row.values()))}") for at, row in enumerate(rows, start=2)]


def words_of(path: Path) -> set[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return {word for row in csv.DictReader(lines) for word in norm_name(row["name"]).split()}


@pytest.mark.parametrize("row", table("hard_names"))
def test_hard_names(row: dict[str, str]) -> None:
    read = decode(row["b"], row["encoding"]) if row["encoding"] in ENCODINGS else row["b"]
    assert (norm_name(row["a"]) == norm_name(repair(read)[0])) == (row["expected"] == "same")


@pytest.mark.parametrize("row", table("legacy"))
def test_legacy_text(row: dict[str, str]) -> None:
    assert decode(row["text"], row["encoding"]) == row["unicode"]


@pytest.mark.parametrize("row", table("residue"))
def test_keys_left_in_names(row: dict[str, str]) -> None:
    assert repair(row["name"]) == (row["repaired"], row["repaired"] != row["name"])


@pytest.mark.parametrize("row", table("syllables"))
def test_syllables(row: dict[str, str]) -> None:
    assert (is_syllable(row["word"]), is_known(row["word"])) == (row["syllable"] == "yes", row["known"] == "yes")


@pytest.mark.parametrize(
    "path",
    [
        *(ADMIN / f"{name}.csv" for name in ("provinces_34", "provinces_63", "wards_2025", "wards_legacy")),
        *(NAMES / f"{name}.csv" for name in ("freq_40k_gender_mit", "ethnic_minority_name_patterns", "minority_given")),
    ],
    ids=lambda path: path.stem,
)
def test_every_word_of_the_shipped_names_is_known(path: Path) -> None:
    numerals_and_beginnings = {"ii", "iii", "iv", "nt", "ch", "dr"}
    unknown = {word for word in words_of(path) if len(word) > 1 and not word[0].isdigit() and not is_known(word)}
    assert unknown - numerals_and_beginnings == set()
