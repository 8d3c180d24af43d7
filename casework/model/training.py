"""Learning a model from registers and the change files that came to them, without anybody saying who is who."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from casework.deciding.rows import for_comparison, normalise_understood
from casework.deliveries.intake import ReceivedFile, understood_sheet
from casework.errors import UsageError, writing
from casework.model.models import model_of
from casework.register.load import Extract
from casework.types import Progress, silent
from matching.model_files import write_model
from matching.normalise import normalise
from matching.samples import samples
from matching.schemas import NORMALISED, RECORD
from matching.train import TrainingError, TrainingPairs, train

_SAMPLES = {"same": "candidate pairs", "stranger": "random", "relative": "of one household", "twin": "of twins"}


@dataclass(frozen=True)
class Lesson:
    """A register and rows that came to it, both NORMALISED; `compared` are the rows as they are to be compared, which
    is not quite as they search. `name` tells of them."""

    name: str
    register: pl.DataFrame
    rows: pl.DataFrame
    compared: pl.DataFrame


@dataclass(frozen=True)
class Learnt:
    """A model that was learnt, where it was written, and the sizes of its samples by class; `same` are candidates."""

    version: str
    file: Path
    pairs: dict[str, int]


def read_lesson(extract: Extract, files: Iterable[ReceivedFile], at: date) -> Lesson:
    """The lesson of an extract and change files that came in on the day `at`: the rows without any fault."""
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in RECORD if name not in extract.rows.columns]
    register = normalise(extract.rows.with_columns(absent).with_columns(record_id=pl.int_range(1, pl.len() + 1)))
    sheets = [understood_sheet(sheet, at) for file in files for sheet in file.sheets]
    if not sheets:
        raise UsageError(f"{extract.file_name}: training needs the change files that came to it; name them by --inbox")
    understood = pl.concat(sheets).with_columns(row_id=pl.int_range(1, pl.len() + 1))
    sound = understood.filter(pl.col("faults").list.len() == 0)
    rows = normalise_understood(sound)
    return Lesson(f"{extract.file_name} {extract.digest[:12]}", register, rows, for_comparison(rows, sound))


def learn(
    lessons: Sequence[Lesson], base: str | None, out: Path, *, seed: int, version: date, progress: Progress = silent
) -> Learnt:
    """Writes the model that the lessons teach, leaning on the base. The same lessons, base and seed give the same
    bytes. UsageError for a base that cannot be read, and where nothing is to be learnt."""
    model = model_of(base)
    if absent := [column for column in model.columns if column not in NORMALISED]:
        raise UsageError(f"model {model.version} reads {', '.join(absent)}, which no register has; name another --base")
    found = []
    for number, lesson in enumerate(lessons):
        found.append(samples(lesson.rows, lesson.compared, lesson.register, model, seed + number))
        progress("train", number + 1, len(lessons))
    pairs = TrainingPairs(
        pl.concat([each.candidates for each in found]),
        {kind: pl.concat([each.others[kind] for each in found]) for kind in found[0].others},
    )
    sizes = {"same": pairs.candidates.height, **{kind: levels.height for kind, levels in pairs.others.items()}}
    counted = ", ".join(f"{size} {_SAMPLES[kind]}" for kind, size in sizes.items())
    told = f"registers {', '.join(lesson.name for lesson in lessons)}: {counted}; seed {seed}; base {model.version}"
    try:
        taught = train(pairs, model, seed=seed, version=version.isoformat(), at=version, trained_on=told)
    except TrainingError as error:
        raise UsageError(f"nothing can be learnt from these files: {error}") from error
    with writing(out):
        write_model(taught, out)
    return Learnt(version.isoformat(), out, sizes)
