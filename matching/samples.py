"""Samples of pairs that a model is learnt from: whom the rows of a search meet, and pairs of the register."""

from __future__ import annotations

import numpy as np
import polars as pl

from matching.block import asked, emitted
from matching.candidates import choose_keys
from matching.compare import compare
from matching.frequencies import Frequencies, count_frequencies
from matching.model import Model
from matching.schemas import PAIRS, conform
from matching.steps import SearchRules, rules_of
from matching.train import TrainingPairs

#: Random pairs that are drawn from the register.
RANDOM_PAIRS = 200_000
#: Levels of the given name at which two of one household and day are one person with two codes, not twins.
_ONE_PERSON = ("same", "flat", "reordered")


def meet(rows: pl.DataFrame, register: pl.DataFrame, rules: SearchRules) -> pl.DataFrame:
    """PAIRS of rows and the records of a register, all in memory, that they meet under a search step; sorted."""
    questions, answers = asked(rows, rules), emitted(register, rules).unique(["key_hash", "record_id"])
    sizes = answers.group_by("key_hash").agg(pl.len().alias("records"))
    lookup, _ = choose_keys(questions, sizes, rules.cap)
    met = lookup.select("key_hash", record_id_l="record_id").join(
        answers.select("key_hash", record_id_r="record_id"), on="key_hash", validate="m:m"
    )
    return conform(met.unique(["record_id_l", "record_id_r"]).sort("record_id_l", "record_id_r"), PAIRS)


def samples(
    rows: pl.DataFrame, compared: pl.DataFrame, register: pl.DataFrame, model: Model, seed: int
) -> TrainingPairs:
    """The samples that rows and a register give; for the standing models all are NORMALISED.

    `compared` are the rows as they are to be compared. record_id counts the records of the register from 1. `seed` is
    that of the draws.
    """
    frequencies = Frequencies(count_frequencies(register, model))

    def levels(pairs: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
        return compare(pairs, left, register, frequencies, model)

    candidates = levels(meet(rows, register, rules_of(model)), compared)
    others = {"stranger": levels(random_pairs(register, seed), register)}
    if model.others:
        together = _households(register)
        others["relative"] = levels(together.filter(~pl.col("of_one_day")), register)
        twins = levels(together.filter("of_one_day"), register)
        for given in (comparison for comparison in model.comparisons if comparison.kind == "given"):
            one_person = [given.code(level) for level in _ONE_PERSON]
            twins = twins.filter(~pl.col(f"level_{given.name}").is_in(one_person))
        others["twin"] = twins
    return TrainingPairs(candidates, others)


def random_pairs(register: pl.DataFrame, seed: int) -> pl.DataFrame:
    """PAIRS of the register, whose records count from 1, drawn by chance."""
    drawn = np.random.default_rng(seed).integers(1, register.height + 1, (2, RANDOM_PAIRS))
    pairs = pl.DataFrame({"record_id_l": drawn[0], "record_id_r": drawn[1]}, schema=dict(PAIRS))
    return pairs.filter(pl.col("record_id_l") != pl.col("record_id_r"))


def _households(register: pl.DataFrame) -> pl.DataFrame:
    """Pairs of one household of a NORMALISED register whose whole birth dates are known, and whether they are equal."""
    members = register.filter(pl.col("birth_precision") == 0).select("record_id", "household_code", "birth")
    return (
        members.join(members, on="household_code", suffix="_r", validate="m:m")
        .filter(pl.col("record_id") < pl.col("record_id_r"))
        .select(record_id_l="record_id", record_id_r="record_id_r", of_one_day=pl.col("birth") == pl.col("birth_r"))
        .sort("record_id_l", "record_id_r")
    )
