"""Candidates: which blocks are read whole, which are narrowed, and what each search step found.

A block above the cap is narrowed by one more atom and the step is complete; a block that is still above the cap, or
has nothing to be narrowed by, is cut and its step is not complete.
"""

from __future__ import annotations

import hashlib

import polars as pl

from matching.schemas import SEARCH_STEPS, conform
from matching.steps import SearchRules

#: Grain: one key to look up. `status` is complete, or narrowed when the key stands for a block above the cap
LOOKUP = {"record_id": pl.Int64, "step": pl.String, "key_hash": pl.Int64, "status": pl.String}

_SEVERITY = ["complete", "narrowed", "cut"]


def choose_keys(asked: pl.DataFrame, sizes: pl.DataFrame, cap: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(LOOKUP keys to read, (record_id, step) of the blocks that were cut).

    `asked` is ASKED; `sizes` is (key_hash, records) of the register's blocks, absent keys being empty.
    """
    sized = asked.join(
        sizes.select("key_hash", "records").unique("key_hash"), on="key_hash", how="left", validate="m:1"
    ).with_columns(is_over=pl.col("records").fill_null(0) > cap)
    base = sized.filter(~pl.col("is_narrow"))
    plain = base.filter(~pl.col("is_over")).with_columns(status=pl.lit("complete"))
    over = base.filter("is_over").select("record_id", "step", base_hash="key_hash")
    narrow = sized.filter("is_narrow").join(over, on=["record_id", "step", "base_hash"], how="semi")
    narrowed = narrow.filter(~pl.col("is_over")).with_columns(status=pl.lit("narrowed"))
    unnarrowed = over.join(narrow, on=["record_id", "step", "base_hash"], how="anti")
    cut = pl.concat(
        [narrow.filter("is_over").select("record_id", "step"), unnarrowed.select("record_id", "step")]
    ).unique(maintain_order=True)
    return conform(pl.concat([plain, narrowed]), LOOKUP), cut


def search_steps(
    record_ids: pl.Series,
    *,
    asked: pl.DataFrame,
    lookup: pl.DataFrame,
    cut: pl.DataFrame,
    hits: pl.DataFrame,
    rules: SearchRules,
) -> pl.DataFrame:
    """SEARCH_STEPS: one row per record and step, also for steps that had nothing to search with.

    `hits` is (record_id_l, step, record_id_r), one row a pair and step.
    """
    grid = pl.DataFrame({"record_id": record_ids.cast(pl.Int64)}).join(
        pl.DataFrame({"step": rules.names, "step_no": range(len(rules.names))}), how="cross"
    )
    status = (
        pl.concat(
            [
                asked.select("record_id", "step", status=pl.lit("complete")),
                lookup.select("record_id", "step", "status"),
                cut.select("record_id", "step", status=pl.lit("cut")),
            ]
        )
        .group_by("record_id", "step")
        .agg(pl.col("status").cast(pl.Enum(_SEVERITY)).max().cast(pl.String))
    )
    found = hits.group_by(record_id="record_id_l", step="step").agg(candidate_ids=pl.col("record_id_r").unique().sort())
    return conform(
        grid.join(status, on=["record_id", "step"], how="left", validate="1:1")
        .join(found, on=["record_id", "step"], how="left", validate="1:1")
        .with_columns(
            status=pl.col("status").fill_null("not_applicable"),
            hits=pl.col("candidate_ids").list.len().fill_null(0),
            digest=pl.col("candidate_ids")
            .fill_null(pl.lit([], dtype=pl.List(pl.Int64)))
            .cast(pl.List(pl.String))
            .list.join(",")
            .map_elements(_digest, return_dtype=pl.String),
        )
        .sort("record_id", "step_no"),
        SEARCH_STEPS,
    )


def is_complete(steps: pl.DataFrame, rules: SearchRules) -> pl.DataFrame:
    """(record_id, is_complete): no demanded step was cut, and the step that must run has run."""
    demanded = [step.name for step in rules.steps if step.needed != "extra"]
    was_cut = ((pl.col("status") == "cut") & pl.col("step").is_in(demanded)).any()
    has_run = ((pl.col("step") == rules.must_run) & (pl.col("status") != "not_applicable")).any()
    return steps.group_by("record_id", maintain_order=True).agg(is_complete=has_run & ~was_cut)


def _digest(ids: str) -> str:
    return hashlib.sha256(ids.encode("ascii")).hexdigest()
