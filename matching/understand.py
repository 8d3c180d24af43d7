"""RECEIVED to UNDERSTOOD: the sender's own text becomes typed values, and every fault of a row is named at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from matching.dates import YEAR_AS_DAY, birth_columns, event_columns
from matching.normalise import relation_of
from matching.numbers import clean_household_code, clean_phone, household_of_file
from matching.places import pad_commune
from matching.residue import repair_column
from matching.row_numbers import NUMBER_COLUMNS, number_columns
from matching.schemas import FAULT, RECORD, UNDERSTOOD, conform
from matching.text import bears_the_mothers_name, clean, clean_column, fold, is_unnamed, norm_name, over_unique

_PLACES = ("birth_place", "residence")
#: Latin letters end at ɏ and have one more block, of Vietnamese; а and у of Cyrillic look like them, and find nobody.
_FOREIGN_LETTER = re.compile("[^\\W\\d_\u0000-\u024f\u02b0-\u036f\u1e00-\u1eff]")
_NAMES = ("full_name", "head_name", "father_name", "mother_name")


@dataclass(frozen=True)
class Conventions:
    """How one sender writes: folded words of sex, event and birth precision, the order of dates, the commune list.

    `encoding` is what the sender's text is known to be written in (decode_columns); None is to look at the values.
    """

    sex_words: Mapping[str, str]
    event_words: Mapping[str, str]
    precision_words: Mapping[str, int]
    date_order: str
    commune_list: str | None
    encoding: str | None = None


def _worded(values: pl.Series, words: Mapping[str, str]) -> pl.Series:
    """What the sender's words stand for; a word that is not in the profile is null."""
    known = {fold(word): meaning for word, meaning in words.items()}
    return over_unique(values, lambda word: known.get(fold(word.removesuffix(".0"))))


def _name_fault(name: str) -> str | None:
    """The fault of a name that is none: no letter in it, or more digits than letters."""
    letters = sum(char.isalpha() for char in name)
    if letters == 0 or letters < sum(char.isdigit() for char in name):
        return "name_not_a_name"
    return "name_foreign_letters" if _FOREIGN_LETTER.search(name) else None


def _head_names(rows: pl.DataFrame, counted: pl.Series) -> pl.Series:
    """The head's name of each row: as received, its own if it is the head, else the one head's of its household.

    `counted` holds the household code, or the number by which the file itself counts its households.
    """
    rows = rows.with_columns(household_code=counted)
    heads = (
        rows.with_columns(over_unique(rows.get_column("full_name"), norm_name).alias("spelling"))
        .filter((pl.col("relation_to_head") == "head") & pl.col("household_code").is_not_null())
        .group_by("household_code", maintain_order=True)
        .agg(
            pl.when(pl.col("spelling").drop_nulls().n_unique() == 1)
            .then(pl.col("full_name").drop_nulls().first())
            .alias("heads")
        )
    )
    own = pl.when(pl.col("relation_to_head") == "head").then("full_name")
    return (
        rows.join(heads, on="household_code", how="left", maintain_order="left", validate="m:1")
        .select(pl.coalesce("head_name", own, "heads"))
        .to_series()
    )


def _faults(received: pl.DataFrame, codes: Mapping[str, pl.Series]) -> pl.Series:
    """The faults of each row: (column, code, received value), in the order of the columns."""
    frame = pl.DataFrame({column: received.get_column(column) for column in codes})
    frame = frame.with_columns(found.alias(f"{column}:code") for column, found in codes.items())
    structs = [
        pl.when(pl.col(f"{column}:code").is_not_null()).then(
            pl.struct(pl.lit(column).alias("column"), pl.col(f"{column}:code").alias("code"), value=pl.col(column))
        )
        for column in codes
    ]
    own = frame.select(pl.concat_list(structs).list.drop_nulls().alias("faults")).to_series()
    return _after_the_readers(own, received.get_column("cell_faults"))


def _after_the_readers(own: pl.Series, told: pl.Series) -> pl.Series:
    """The faults of each row, the reader's first; what it says of a column takes the place of anything else there."""
    if told.null_count() == len(told):
        return own
    merged = [
        found
        if readers is None
        else [*readers, *(f for f in found if f["column"] not in {r["column"] for r in readers})]
        for readers, found in zip(told.to_list(), own.to_list(), strict=True)
    ]
    return pl.Series(own.name, merged, dtype=pl.List(FAULT))


def understand(received: pl.DataFrame, conventions: Conventions, at: date) -> pl.DataFrame:
    """UNDERSTOOD: one row for each row of RECEIVED, in its order; nothing is dropped and nothing guessed.

    `at` is the day on which the file came in. A row with faults keeps what could be understood of it.
    """
    names = {name: repair_column(received.get_column(name)) for name in _NAMES}
    texts = {name: clean_column(received.get_column(name)) for name in (*RECORD, "event", "event_date")}
    texts |= {name: clean_column(found.get_column("text")) for name, found in names.items()}
    precision = over_unique(
        received.get_column("birth_precision"),
        lambda word: conventions.precision_words.get(clean(word).removesuffix(".0")),
        pl.Int64,
    )
    births = birth_columns(received.get_column("birth_date"), precision, conventions.date_order, at)
    events = event_columns(received.get_column("event_date"), conventions.date_order, at)
    typed = {
        **texts,
        "birth_date": births["value"],
        "event_date": events["value"],
        "sex": _worded(texts["sex"], conventions.sex_words),
        "event": _worded(texts["event"], conventions.event_words),
        "relation_to_head": over_unique(texts["relation_to_head"], relation_of),
        "household_code": over_unique(texts["household_code"], clean_household_code),
        "phone": over_unique(texts["phone"], clean_phone),
        **{f"{place}_code": over_unique(texts[f"{place}_code"], pad_commune) for place in _PLACES},
    }
    rows = pl.DataFrame(typed).with_columns(
        pl.when(pl.col(f"{place}_code").is_not_null())
        .then(pl.coalesce(f"{place}_list", pl.lit(conventions.commune_list, dtype=pl.String)))
        .alias(f"{place}_list")
        for place in _PLACES
    )
    numbers = number_columns(rows, at)
    own, mother = (over_unique(texts[name], fold) for name in ("full_name", "mother_name"))
    unnamed = over_unique(texts["full_name"], is_unnamed, pl.Boolean)
    was_repaired = pl.any_horizontal(pl.lit(found.get_column("was_repaired")) for found in names.values())
    no_household = pl.lit(typed["household_code"].is_null())
    noticed = (
        numbers.with_columns(received.get_column("reader_flags").fill_null([]))
        .select(
            pl.concat_list(
                "reader_flags",
                "flags",
                _flag("unnamed", pl.lit(unnamed)),
                _flag("mothers_name", pl.lit(bears_the_mothers_name(own, mother))),
                _flag(YEAR_AS_DAY, pl.lit(births["flag"].is_not_null())),
                _flag("typing_residue_repaired", was_repaired),
                _flag("household_code_placeholder", pl.lit(texts["household_code"].is_not_null()) & no_household),
            )
        )
        .to_series()
    )
    shape = {"shape_fault": received.get_column("shape_fault")}
    told = clean_column(received.get_column("birth_precision"))
    unknown_precision = pl.when(pl.lit(told.is_not_null() & precision.is_null())).then(pl.lit("precision_unknown"))
    dates = {
        "birth_date": births["fault"],
        "birth_precision": pl.select(unknown_precision).to_series(),
        "event_date": events["fault"],
    }
    faults = {**shape, **_fault_codes(texts, rows, dates)}
    rows = rows.with_columns(
        received.get_column("row"),
        *numbers.select(NUMBER_COLUMNS).get_columns(),
        _head_names(rows, over_unique(texts["household_code"], household_of_file)).alias("head_name"),
        noticed.alias("flags"),
        _faults(received, faults).alias("faults"),
    )
    return conform(rows, UNDERSTOOD)


def _flag(name: str, is_set: pl.Expr) -> pl.Expr:
    """A list of the flag where it is set, an empty one elsewhere."""
    return pl.when(is_set).then(pl.lit([name])).otherwise(pl.lit([], pl.List(pl.String)))


def _fault_codes(
    texts: Mapping[str, pl.Series], rows: pl.DataFrame, dates: Mapping[str, pl.Series]
) -> dict[str, pl.Series]:
    """The fault code of each column that can make a row impossible to process; null where there is none.

    `dates` are those of the columns of dates.
    """
    name, event, sex = texts["full_name"], texts["event"], texts["sex"]
    unknown_event = rows.get_column("event").is_null()
    return {
        "event": pl.select(
            pl.when(event.is_null()).then(pl.lit("event_missing")).when(unknown_event).then(pl.lit("event_unknown"))
        ).to_series(),
        "full_name": pl.select(
            pl.when(name.is_null()).then(pl.lit("name_missing")).otherwise(over_unique(name, _name_fault))
        ).to_series(),
        "birth_date": dates["birth_date"],
        "birth_precision": dates["birth_precision"],
        "sex": pl.select(
            pl.when(sex.is_not_null() & rows.get_column("sex").is_null()).then(pl.lit("sex_unknown"))
        ).to_series(),
        "event_date": dates["event_date"],
    }
