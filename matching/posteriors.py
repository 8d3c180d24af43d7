"""SCORED to RANKED: the probability that each candidate is the row's person, and that none of them is.

A row's person is one of the candidates, or not in the register, or in it but missed by the search.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from matching.model import Model
from matching.schemas import RANKED, ROW_POSTERIORS, conform


class Posteriors(NamedTuple):
    """`pairs` is RANKED, `rows` is ROW_POSTERIORS."""

    pairs: pl.DataFrame
    rows: pl.DataFrame


def posteriors(scored: pl.DataFrame, rows: pl.DataFrame, model: Model) -> Posteriors:
    """The posterior of each candidate and of each row's other endings.

    `rows` has one line a row that searched: record_id, event, missed (see score.missed). A pair whose row is not among
    them is refused.
    """
    prior = pl.col("event").replace_strict(dict(model.priors), return_dtype=pl.Float64)
    endings = rows.select(
        pl.col("record_id").cast(pl.Int64),
        prior.log(2).alias("log_known"),
        (1 - prior).log(2).alias("log_new"),
        (prior * pl.col("missed")).log(2).alias("log_missed"),
    )
    pairs = scored.join(
        endings, left_on="record_id_l", right_on="record_id", how="left", maintain_order="left", validate="m:1"
    ).with_columns((pl.col("odds") + pl.col("log_known")).alias("log_is"))
    if pairs.get_column("log_known").null_count():
        raise ValueError("posteriors: a candidate pair has no row; give one line of `rows` for every record_id_l")
    top = pairs.group_by("record_id_l").agg(pl.col("log_is").max().alias("top"))
    endings = endings.join(top, left_on="record_id", right_on="record_id_l", how="left", validate="1:1").with_columns(
        pl.max_horizontal("top", "log_new", "log_missed").alias("top")
    )
    pairs = pairs.join(
        endings.select("record_id", "top"),
        left_on="record_id_l",
        right_on="record_id",
        maintain_order="left",
        validate="m:1",
    ).with_columns(_power(pl.col("log_is") - pl.col("top")).alias("part"))
    per_row = pairs.group_by("record_id_l").agg(
        pl.col("part").sum().alias("of_candidates"), pl.len().alias("candidates")
    )
    endings = (
        endings.join(
            per_row, left_on="record_id", right_on="record_id_l", how="left", maintain_order="left", validate="1:1"
        )
        .with_columns(
            _power(pl.col("log_new") - pl.col("top")).alias("new"),
            _power(pl.col("log_missed") - pl.col("top")).alias("lost"),
            pl.col("of_candidates", "candidates").fill_null(0),
        )
        .with_columns((pl.col("of_candidates") + pl.col("new") + pl.col("lost")).alias("whole"))
    )
    ranked = (
        pairs.join(endings.select("record_id", "whole"), left_on="record_id_l", right_on="record_id", validate="m:1")
        .with_columns((pl.col("part") / pl.col("whole")).alias("posterior"))
        .sort("record_id_l", "odds", "record_id_r", descending=[False, True, False])
        .with_columns(pl.int_range(1, pl.len() + 1).over("record_id_l").alias("rank"))
    )
    best = ranked.group_by("record_id_l").agg(
        pl.col("posterior").first().alias("posterior_best"),
        pl.col("posterior").get(1, null_on_oob=True).alias("posterior_second"),
    )
    by_row = endings.join(
        best, left_on="record_id", right_on="record_id_l", how="left", maintain_order="left"
    ).with_columns(
        (pl.col("new") / pl.col("whole")).alias("posterior_new"),
        (pl.col("lost") / pl.col("whole")).alias("posterior_missed"),
        pl.col("posterior_best", "posterior_second").fill_null(0.0),
    )
    return Posteriors(conform(ranked, RANKED), conform(by_row, ROW_POSTERIORS))


def _power(exponent: pl.Expr) -> pl.Expr:
    return (exponent * float(np.log(2))).exp()
