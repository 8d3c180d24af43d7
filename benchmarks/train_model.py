"""Learns a dated model file from made worlds, without looking at their truth.

    python -m benchmarks.train_model WORLD… --version 2026-11-22 --at 2026-11-01 --seed 1 --out FILE

The same worlds, seed and base model give the same file to the byte.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.world_pairs import WorldPairs, read_world
from matching.compare import compare
from matching.frequencies import Frequencies, count_frequencies
from matching.levels import code
from matching.model import load_model, write_model
from matching.schemas import PAIRS, conform
from matching.train import TrainingPairs, train

#: Random pairs drawn from the register of each world.
RANDOM_PAIRS = 200_000


def samples(world: WorldPairs, seed: int) -> TrainingPairs:
    """LEVELS of the four samples that one world gives."""
    frequencies = Frequencies(count_frequencies(world.register))
    register = world.register

    def levels(pairs: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
        return compare(conform(pairs, PAIRS), left, register, frequencies)

    rng = np.random.default_rng(seed)
    drawn = rng.integers(1, register.height + 1, (2, RANDOM_PAIRS))
    random = pl.DataFrame({"record_id_l": drawn[0], "record_id_r": drawn[1]}).filter(
        pl.col("record_id_l") != pl.col("record_id_r")
    )
    members = register.filter(pl.col("birth_precision") == 0).select("record_id", "household_code", "birth")
    together = (
        members.join(members, on="household_code", suffix="_r", validate="m:m")
        .filter(pl.col("record_id") < pl.col("record_id_r"))
        .select(record_id_l="record_id", record_id_r="record_id_r", of_one_day=pl.col("birth") == pl.col("birth_r"))
        .sort("record_id_l", "record_id_r")
    )
    twins = levels(together.filter("of_one_day"), register)
    # One name on one day in one household is one person with two codes, not twins.
    twins = twins.filter(~pl.col("level_given").is_in([code("given", name) for name in ("same", "flat", "reordered")]))
    return TrainingPairs(
        candidates=levels(world.pairs, world.rows),
        random=levels(random, register),
        relatives=levels(together.filter(~pl.col("of_one_day")), register),
        twins=twins,
    )


def main(args: Sequence[str] | None = None) -> int:
    """Exit code 0 once the file is written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("worlds", nargs="+", type=Path, metavar="WORLD", help="a folder of benchmarks.world")
    parser.add_argument("--version", required=True, help="the version, which is the day on which the model is made")
    parser.add_argument(
        "--at", required=True, type=date.fromisoformat, help="the day on which the change files came in"
    )
    parser.add_argument("--seed", required=True, type=int, help="the seed of the draws and of EM's starts")
    parser.add_argument("--base", default=None, help="the model to lean on: a version or a file (default: the newest)")
    parser.add_argument("--out", required=True, type=Path, help="the file to write")
    options = parser.parse_args(args)
    found = [
        samples(read_world(world, options.at), options.seed + number) for number, world in enumerate(options.worlds)
    ]
    pairs = TrainingPairs(
        *(pl.concat([getattr(part, name) for part in found]) for name in ("candidates", "random", "relatives", "twins"))
    )
    told = ", ".join(world.name for world in options.worlds)
    sizes = f"{pairs.candidates.height} candidate pairs, {pairs.random.height} random, {pairs.relatives.height} of one"
    trained_on = f"made worlds {told}: {sizes} household, {pairs.twins.height} of twins; seed {options.seed}"
    model = train(
        pairs,
        load_model(options.base),
        seed=options.seed,
        version=options.version,
        at=date.fromisoformat(options.version),
        trained_on=trained_on,
    )
    write_model(model, options.out)
    print(trained_on, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
