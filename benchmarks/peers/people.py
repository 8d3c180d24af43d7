"""What a peer reads: the register and the sound rows of a made world, cleaned by our reader, one table each.

    python -m benchmarks.peers.people WORLD OUT --at 2026-11-01

writes OUT/register.parquet and OUT/rows.parquet (both PEOPLE) and OUT/told.parquet. Everybody sees the same cells,
normalised the same way: names in one spelling with and without marks, dates, typed numbers with their lost zeros,
communes of both lists as sets of today's. What our program makes of two records together stays out.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from casework.deciding.rows import for_comparison, normalise_understood
from casework.deliveries.intake import understood_sheet
from matching.normalise import normalise
from matching.places import province_of
from matching.schemas import RECORD, conform
from matching.text import over_unique
from pipelines.inbox import read_inbox

REGISTER, ROWS, TOLD = "register.parquet", "rows.parquet", "told.parquet"

_SAME = ("sex", "personal_id", "old_id", "household_code", "phone")
_LISTS = ("birth_place", "residence")

#: Grain: one person of the register (record_id from 1) or one row of the inbox (from -1 down, in the order received).
#: `given` is the last syllable of a name, `rest` what stands before; blank for a newborn without a name. `joined` is
#: the name without spaces. `birth` is yyyymmdd with zeros for what is unknown, `day` the same where all is known.
#: A commune is the first of its set.
PEOPLE: Mapping[str, Any] = {
    "record_id": pl.Int64,
    **dict.fromkeys(("name", "given", "rest", "name_fold", "given_fold", "rest_fold"), pl.String),
    **dict.fromkeys(("surname_fold", "joined", "sound", "birth", "day", "birth_year"), pl.String),
    **dict.fromkeys((*_SAME, "code"), pl.String),
    **dict.fromkeys(_LISTS, pl.List(pl.String)),
    **{f"{name}_{part}": pl.String for name in _LISTS for part in ("exact", "commune", "province")},
    **dict.fromkeys(("father", "mother", "father_fold", "mother_fold"), pl.String),
}


def read_register(world: Path) -> pl.DataFrame:
    """NORMALISED of a world's extract; record_id counts its lines from 1."""
    extract = pl.read_parquet(world / "register.parquet").cast(pl.String)
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in RECORD if name not in extract.columns]
    return normalise(extract.with_columns(absent).with_columns(record_id=pl.int_range(1, pl.len() + 1)))


def read_rows(world: Path, at: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """NORMALISED of the world's sound rows as they are compared, in the order received, and what is told of them.

    That is record_id, file (without its ending), row and event.
    """
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
    return for_comparison(records, sound), told


def plain(records: pl.DataFrame) -> pl.DataFrame:
    """PEOPLE of NORMALISED records."""
    named = pl.when(~pl.col("is_unnamed"))
    norm, fold = pl.col("name_norm"), pl.col("name_fold")
    birth = pl.col("birth").cast(pl.String).str.zfill(8)
    frame = records.select(
        "record_id",
        *_SAME,
        *_LISTS,
        *(f"{name}_exact" for name in _LISTS),
        *(pl.col(name).list.sort().list.first().alias(f"{name}_commune") for name in _LISTS),
        *(pl.col(f"{parent}_norm").alias(parent) for parent in ("father", "mother")),
        *(f"{parent}_fold" for parent in ("father", "mother")),
        name=named.then(norm),
        given=named.then(norm.str.extract(r"(\S+)$")),
        rest=named.then(norm.str.extract(r"^(.*) \S+$")),
        name_fold=named.then(fold),
        given_fold=named.then(fold.str.extract(r"(\S+)$")),
        rest_fold=named.then(fold.str.extract(r"^(.*) \S+$")),
        surname_fold=named.then(fold.str.extract(r"^(\S+)")),
        joined=named.then(fold.str.replace_all(" ", "")),
        sound=named.then(pl.col("name_sound")),
        birth=birth,
        day=pl.when(pl.col("birth_precision") == 0).then(birth),
        birth_year=birth.str.slice(0, 4),
        code=pl.col("codes").list.first(),
    )
    provinces = [over_unique(frame[f"{name}_commune"], province_of).alias(f"{name}_province") for name in _LISTS]
    return conform(frame.with_columns(provinces), PEOPLE)


def write_people(world: Path, out: Path, at: date) -> None:
    """The three tables of a world, whose files came in on the day `at`, in the folder `out`, made if absent."""
    out.mkdir(parents=True, exist_ok=True)
    plain(read_register(world)).write_parquet(out / REGISTER)
    rows, told = read_rows(world, at)
    plain(rows).write_parquet(out / ROWS)
    told.write_parquet(out / TOLD)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after the tables were written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("world", type=Path, help="folder made by benchmarks.world")
    parser.add_argument("out", type=Path)
    parser.add_argument("--at", required=True, type=date.fromisoformat, help="the day on which the files came in")
    given = parser.parse_args(arguments)
    write_people(given.world, given.out, given.at)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
