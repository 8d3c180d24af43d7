"""What a peer's scores make of each row: link above an upper threshold, issue below a lower one, review between.

The two thresholds are chosen with the truth in hand, so that a given share of the valid rows goes to review with the
fewest wrong decisions. No office could do that; it favours the peer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, inf

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.verdicts import HARMS, judge

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Grain: one pair of a row (record_id from -1 down) and a person of the register (from 1) or another row.
#: `weight` is log2 of the odds that they are one person.
SCORES: Mapping[str, type[pl.DataType]] = {"record_id": pl.Int64, "other_id": pl.Int64, "weight": pl.Float64}

#: Events for which a code may be issued at all.
ISSUING = ("birth", "move_in", "addition")
#: Upper thresholds that are tried at once, and how often the finest stretch between two is looked at more closely.
GRID, ROUNDS = 40, 3


class ThresholdError(ValueError):
    """No pair of thresholds sends the asked share to review: the message says how many it can."""


@dataclass(frozen=True)
class Best:
    """For each row, in the order received, its best person of the register and its best earlier row.

    `person` is that person's record_id (0 for nobody), `earlier` the place of that row (-1 for none); a weight is minus
    infinity where there is nobody. `may_issue` tells where a code may be issued at all.
    """

    person: Places
    person_weight: Numbers
    earlier: Places
    earlier_weight: Numbers
    may_issue: Flags


@dataclass(frozen=True)
class Thresholds:
    """Weights: a row is linked from `upper` on and reviewed from `lower` on."""

    upper: float
    lower: float


def best_of(scores: pl.DataFrame, told: pl.DataFrame, *, issue_all: bool) -> Best:
    """The best candidates of each row of `told` (record_id, event …), which stand in the order received.

    Of two rows the earlier is a candidate of the later. With `issue_all` any row may get a code; else only births,
    moves in and additions, as the regulation has it.
    """
    rows = told.select("record_id", place=pl.int_range(pl.len(), dtype=pl.Int64))
    top = scores.sort("weight", "other_id", descending=True).unique(
        ["record_id", (pl.col("other_id") > 0).alias("is_person")], keep="first", maintain_order=True
    )
    person = rows.join(top.filter(pl.col("other_id") > 0), on="record_id", how="left", validate="1:1")
    other = rows.rename({"record_id": "other_id", "place": "earlier"})
    earlier = rows.join(top.join(other, on="other_id", validate="m:1"), on="record_id", how="left", validate="1:1")
    return Best(
        person=person["other_id"].fill_null(0).to_numpy(),
        person_weight=person["weight"].fill_null(-inf).to_numpy(),
        earlier=earlier["earlier"].fill_null(-1).to_numpy(),
        earlier_weight=earlier["weight"].fill_null(-inf).to_numpy(),
        may_issue=told["event"].is_in(list(ISSUING)).to_numpy() | issue_all,
    )


def leaders(best: Best, upper: float) -> Places:
    """For each row the place of the row whose outcome it shares: its own, unless an earlier row is surely the same.

    A row that is sure of a person of the register needs no other row.
    """
    own = np.arange(len(best.person))
    leader = np.where((best.person_weight < upper) & (best.earlier_weight >= upper), best.earlier, own)
    while not np.array_equal(leader, leader[leader]):
        leader = leader[leader]
    return leader


def lower_for(best: Best, upper: float, reviewed: int, counted: Flags) -> float | None:
    """The highest lower threshold that sends at least `reviewed` of the `counted` rows to review; None if none does.

    None too where more of them are in review whatever the threshold. A row that met nobody is never in doubt.
    """
    leader = leaders(best, upper)
    open_rows = counted & (best.person_weight[leader] < upper)
    always = int((open_rows & ~best.may_issue[leader]).sum())
    weights = np.maximum(best.person_weight, best.earlier_weight)[leader][open_rows & best.may_issue[leader]]
    if always > reviewed or always + len(weights) < reviewed:
        return None
    if always == reviewed:
        return upper
    lower = float(-np.sort(-weights)[reviewed - always - 1])
    return lower if lower > -inf else None


def decided(best: Best, told: pl.DataFrame, codes: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """Decisions as benchmarks.verdicts reads them. `codes` has record_id and bhxh_code of the register."""
    leader = leaders(best, thresholds.upper)
    weight = np.maximum(best.person_weight, best.earlier_weight)[leader]
    linked = best.person_weight[leader] >= thresholds.upper
    issued = ~linked & (weight < thresholds.lower) & best.may_issue[leader]
    own = leader == np.arange(len(leader))
    frame = told.select("file", "row").with_columns(
        record_id=pl.Series(np.where(linked, best.person[leader], 0)),
        issued=pl.Series(np.where(issued, leader, -1)),
        outcome=pl.Series(np.select([linked, issued & own, issued], ["linked", "issued", "linked"], "review")),
        decided_at=pl.int_range(pl.len()).cast(pl.String).str.zfill(9),
    )
    new = pl.when(pl.col("issued") >= 0).then(pl.format("new {}", "issued"))
    return frame.join(codes, on="record_id", how="left", validate="m:1", maintain_order="left").select(
        "file", "row", "outcome", "decided_at", reason=pl.lit(None, dtype=pl.String),
        bhxh_code=pl.coalesce("bhxh_code", new),
    )  # fmt: skip


def choose(
    best: Best, told: pl.DataFrame, codes: pl.DataFrame, truth: pl.DataFrame, share: float
) -> tuple[Thresholds, pl.DataFrame]:
    """The thresholds with the fewest wrong decisions, that share of the valid rows in review; and the verdicts.

    `truth` is a world's truth.csv. Verdicts are those of `judge`; rows that the reader returned are not in `told`.
    """
    kinds = told.join(
        truth.select(pl.col("file").str.replace(r"\.[^.]+$", ""), pl.col("row").cast(pl.Int64), "kind"),
        on=["file", "row"],
        how="left",
        validate="1:1",
        maintain_order="left",
    )["kind"]
    counted = (kinds != "invalid").to_numpy()
    reviewed = ceil(share * int((truth["kind"] != "invalid").sum()))
    register_codes = codes.filter(pl.col("record_id").is_in(np.unique(best.person)))["bhxh_code"].to_list()
    tried: dict[float, tuple[int, Thresholds, pl.DataFrame]] = {}

    def attempt(upper: float) -> None:
        lower = lower_for(best, upper, reviewed, counted)
        if lower is not None and upper not in tried:
            thresholds = Thresholds(upper, lower)
            judged = judge(truth, decided(best, told, codes, thresholds), register_codes)
            tried[upper] = (int(judged["verdict"].is_in(HARMS).sum()), thresholds, judged)

    weights = np.unique(np.concatenate((best.person_weight, best.earlier_weight)))
    weights = weights[np.isfinite(weights)]
    low, high = 0, len(weights) - 1
    for _ in range(ROUNDS if len(weights) else 0):
        places = np.unique(np.linspace(low, high, GRID).astype(int))
        for place in places:
            attempt(float(weights[place]))
        if not tried:
            break
        middle = np.searchsorted(weights, min(tried, key=lambda upper: tried[upper][0]))
        near = int(np.searchsorted(places, middle))
        low, high = int(places[max(0, near - 1)]), int(places[min(len(places) - 1, near + 1)])
    if not tried:
        raise ThresholdError(f"no thresholds send {reviewed} valid rows to review: ask for another share")
    _, thresholds, judged = min(tried.values(), key=lambda found: found[0])
    return thresholds, judged
