"""What names, dates, numbers, places and words of relation become: every row of the tables beside this file."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from matching.dates import PartialDate, parse_birth, parse_event_date
from matching.normalise import relation_of
from matching.numbers import clean_phone, type_number
from matching.places import readings
from matching.row_numbers import NUMBER_COLUMNS, Facts, type_row
from matching.text import fold, is_unnamed, norm_name, sound

TABLES = Path(__file__).parent / "tables"
AT = date(2026, 11, 1)


def table(name: str) -> list[pytest.ParameterSet]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [pytest.param(row, id=f"{at}-{next(iter(row.values()))}") for at, row in enumerate(rows, start=2)]


def cases(name: str) -> list[pytest.ParameterSet]:
    rows = tomllib.loads((TABLES / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(row, id=row["why"]) for row in rows]


@pytest.mark.parametrize("row", table("names"))
def test_two_spellings_of_a_name(row: dict[str, str]) -> None:
    assert (norm_name(row["a"]) == norm_name(row["b"])) == (row["expected"] == "same")


@pytest.mark.parametrize("row", table("forms"))
def test_forms_of_a_name(row: dict[str, str]) -> None:
    assert (norm_name(row["name"]), fold(row["name"]), sound(row["name"])) == (row["norm"], row["fold"], row["sound"])


@pytest.mark.parametrize("row", table("sounds"))
def test_confusable_sounds(row: dict[str, str]) -> None:
    assert (sound(row["a"]) == sound(row["b"])) == (row["expected"] == "same")


@pytest.mark.parametrize("row", table("unnamed"))
def test_children_not_yet_named(row: dict[str, str]) -> None:
    assert is_unnamed(row["name"]) == (row["unnamed"] == "yes")


@pytest.mark.parametrize("row", table("births"))
def test_birth_dates(row: dict[str, str]) -> None:
    precision = int(row["precision"]) if row["precision"] else None
    parsed = parse_birth(row["text"], precision, row["order"], AT)
    assert parsed == PartialDate(row["value"] or None, row["fault"] or None, row["flag"] or None)


@pytest.mark.parametrize("row", table("events"))
def test_event_dates(row: dict[str, str]) -> None:
    parsed = parse_event_date(row["text"], row["order"], AT)
    assert parsed == PartialDate(row["value"] or None, row["fault"] or None)


@pytest.mark.parametrize("row", table("numbers"))
def test_numbers_by_structure(row: dict[str, str]) -> None:
    typed = type_number(row["number"], AT)
    assert typed == (row["kind"] or None, row["value"] or None, row["verdict"])


@pytest.mark.parametrize("row", table("phones"))
def test_telephone_numbers(row: dict[str, str]) -> None:
    assert clean_phone(row["text"]) == (row["phone"] or None)


@pytest.mark.parametrize("case", cases("row_numbers"))
def test_numbers_of_a_row(case: dict[str, Any]) -> None:
    typed = type_row(case["given"], Facts(case.get("sex"), case.get("year"), AT))._asdict()
    flags = typed.pop("flags")
    assert typed == {**dict.fromkeys(NUMBER_COLUMNS), **case["typed"]}
    assert sorted(flags) == case.get("flags", [])


@pytest.mark.parametrize("row", table("places"))
def test_readings_of_a_place(row: dict[str, str]) -> None:
    assert readings(row["code"] or None, row["list"] or None, row["name"] or None) == row["communes"].split()


@pytest.mark.parametrize("row", table("relations"))
def test_words_of_relation(row: dict[str, str]) -> None:
    assert relation_of(row["text"]) == row["relation"]
