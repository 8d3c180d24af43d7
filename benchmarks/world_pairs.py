"""The candidate pairs of a made world, without a ledger: what training and measuring the core start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from casework.intake import understood_sheet
from casework.rows import for_comparison, normalise_understood
from matching.block import asked, emitted
from matching.candidates import choose_keys
from matching.normalise import normalise
from matching.schemas import PAIRS, RECORD, conform
from matching.steps import search_rules
from pipelines.inbox import read_inbox


@dataclass(frozen=True)
class WorldPairs:
    """A world as the core sees it. `register` and `rows` are NORMALISED, the rows as they are compared.

    `told` has one line a row: record_id, file, row, event. `pairs` are the PAIRS that the search steps give.
    """

    register: pl.DataFrame
    rows: pl.DataFrame
    told: pl.DataFrame
    pairs: pl.DataFrame


def read_register(world: Path) -> pl.DataFrame:
    """NORMALISED of a world's extract; record_id counts its lines from 1."""
    extract = pl.read_parquet(world / "register.parquet").cast(pl.String)
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in RECORD if name not in extract.columns]
    return normalise(extract.with_columns(absent).with_columns(record_id=pl.int_range(1, pl.len() + 1)))


def read_world(world: Path, at: date) -> WorldPairs:
    """The world's sound rows and whom they meet. `at` is the day on which its files came in."""
    register = read_register(world)
    inbox = read_inbox([world / "inbox"], None)
    understood = pl.concat(
        [
            understood_sheet(sheet, at).with_columns(file=pl.lit(Path(file.file_name).stem))
            for file in inbox.files
            for sheet in file.sheets
        ]
    ).with_columns(row_id=pl.int_range(1, pl.len() + 1))
    sound = understood.filter(pl.col("faults").list.len() == 0)
    records = normalise_understood(sound)
    told = sound.select((-pl.col("row_id")).alias("record_id"), "file", "row", "event")
    return WorldPairs(register, for_comparison(records, sound), told, _pairs(records, register))


def _pairs(rows: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """PAIRS of rows and the records of the register that they meet under a search step."""
    rules = search_rules()
    questions, answers = asked(rows, rules), emitted(register, rules).unique(["key_hash", "record_id"])
    sizes = answers.group_by("key_hash").agg(pl.len().alias("records"))
    lookup, _ = choose_keys(questions, sizes, rules.cap)
    met = lookup.select("key_hash", record_id_l="record_id").join(
        answers.select("key_hash", record_id_r="record_id"), on="key_hash", validate="m:m"
    )
    return conform(met.unique(["record_id_l", "record_id_r"]).sort("record_id_l", "record_id_r"), PAIRS)
