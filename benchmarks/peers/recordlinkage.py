"""recordlinkage on the tables of benchmarks.peers.people: a weight for each pair of a row and whom it may be.

    python -m benchmarks.peers.recordlinkage PEOPLE OUT.parquet

writes SCORES. Pairs from blocks on dates, names, numbers and households; each field agrees, is near, clashes or is
missing; weights by the library's naive Bayes (Fellegi-Sunter), learnt without truth from the pairs whose numbers tell:
a personal id that both give teaches all other fields, the code teaches the personal id.

Its ECM classifier was tried on the same pairs, with several sets of fields: its two classes become families and the
rest, or rows with and without numbers, and hundreds of rows of 6,000 were linked wrongly.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import recordlinkage as rl

from benchmarks.peers.decide import SCORES
from benchmarks.peers.people import REGISTER, ROWS

#: Pairs below this weight (log2 of the odds) decide nothing, whatever the thresholds.
FLOOR = -20.0

BLOCKS: tuple[tuple[str, ...], ...] = (
    ("personal_id",),
    ("old_id",),
    ("code",),
    ("day",),
    ("name_fold",),
    ("joined",),
    ("sound", "birth_year"),
    ("household_code",),
    ("given_fold", "birth_year", "birth_place_commune"),
    ("given_fold", "birth_year", "residence_commune"),
    ("mother_fold", "birth_year"),
)
#: What is compared, and where two texts are near: the similarity, and from which value on. Numbers and dates are near
#: by one edit, as a share of the longer text.
FIELDS = (
    *("given_fold", "given", "rest_fold", "joined", "birth", "birth_year", "sex", "personal_id", "old_id", "code"),
    *("household_code", "residence_commune", "birth_place_commune", "mother_fold", "father_fold", "phone"),
)
NEAR = {
    "given_fold": ("jarowinkler", 0.85),
    "rest_fold": ("jarowinkler", 0.88),
    "joined": ("jarowinkler", 0.92),
    "mother_fold": ("jarowinkler", 0.92),
    "father_fold": ("jarowinkler", 0.92),
    "birth": ("levenshtein", 0.87),
    "personal_id": ("levenshtein", 0.91),
    "old_id": ("levenshtein", 0.88),
    "code": ("levenshtein", 0.89),
}
MISSING, AGREE, NEARLY, CLASH = range(4)


def pairs(left: pd.DataFrame, right: pd.DataFrame | None = None) -> pd.MultiIndex:
    """Who is compared: pairs of two tables, or of the rows of one."""
    index = rl.Index()
    for columns in BLOCKS:
        index.block(list(columns))
    tables = (left,) if right is None else (left, right)
    return index.index(*tables)


def levels(found: pd.MultiIndex, left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """For each pair the level of each field."""
    compare = rl.Compare()
    for field in FIELDS:
        compare.exact(field, field, AGREE, CLASH, MISSING, label=field)
    for field, (method, limit) in NEAR.items():
        compare.string(field, field, method, limit, label=f"near {field}")
    seen = compare.compute(found, left, right).astype(np.int8)
    for field in NEAR:
        seen.loc[(seen[field] == CLASH) & (seen[f"near {field}"] == 1), field] = NEARLY
    return seen[list(FIELDS)]


def learnt(seen: pd.DataFrame, fields: list[str], tells: str) -> rl.NaiveBayesClassifier:
    """Naive Bayes of these fields, from the pairs whose number `tells` agrees or clashes.

    Each side also gets one made pair of each level in all fields, so that the classifier knows every level.
    """
    labelled = seen[seen[tells].isin([AGREE, CLASH])].reset_index(drop=True)
    made = pd.DataFrame(dict.fromkeys(seen.columns, range(4)), dtype=np.int8)
    taught = pd.concat([made.assign(**{tells: AGREE}), made.assign(**{tells: CLASH}), labelled], ignore_index=True)
    classifier = rl.NaiveBayesClassifier()
    classifier.fit(taught[fields], taught.index[taught[tells] == AGREE])
    return classifier


def weights(classifier: rl.NaiveBayesClassifier, seen: pd.DataFrame, fields: list[str]) -> np.ndarray[Any, Any]:
    """log2 of the odds of each pair."""
    logs = classifier.kernel.predict_log_proba(seen[fields])
    odds: np.ndarray[Any, Any] = (logs[:, 1] - logs[:, 0]) / np.log(2)
    return odds


def scores(people: Path) -> pl.DataFrame:
    """SCORES: rows with the register, and later rows with earlier ones."""
    register = pd.read_parquet(people / REGISTER).set_index("record_id")
    rows = pd.read_parquet(people / ROWS).set_index("record_id")
    outside = levels(pairs(rows, register), rows, register)
    inside = levels(pairs(rows), rows, rows)
    others = [field for field in FIELDS if field != "personal_id"]
    taught = [(learnt(outside, others, "personal_id"), others)]
    taught += [(learnt(outside, ["personal_id"], "code"), ["personal_id"])]
    parts = []
    for seen in (outside, inside):
        ids = [seen.index.get_level_values(level).to_numpy() for level in (0, 1)]
        weight = sum(weights(classifier, seen, fields) for classifier, fields in taught)
        parts.append(
            pl.DataFrame(
                {"record_id": np.minimum(*ids), "other_id": np.maximum(*ids), "weight": weight},
                schema_overrides=SCORES,
            )
        )
    return pl.concat(parts).filter(pl.col("weight") > FLOOR).sort("record_id", "other_id")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after the scores were written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("people", type=Path, help="folder written by benchmarks.peers.people")
    parser.add_argument("out", type=Path, help="SCORES, as Parquet")
    given = parser.parse_args(arguments)
    warnings.filterwarnings("ignore", category=FutureWarning, module="recordlinkage")
    scores(given.people).write_parquet(given.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
