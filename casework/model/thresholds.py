"""What thresholds the decided rows imply, without truth: the least harm that a budget of review can buy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from casework.errors import UsageError
from casework.model.models import model_of
from casework.types import Home
from matching.budget import Outcome, as_decided, implied
from matching.cases import Thresholds
from registry import plans
from registry.posteriors import first_posteriors


@dataclass(frozen=True)
class Choice:
    """A budget of review, as a share of the rows, and the best it buys; None where it is too small."""

    budget: float
    best: Outcome | None


@dataclass(frozen=True)
class ThresholdReport:
    """Of rows that a model version decided and did not send back: what its own thresholds made of them, and others."""

    model: str
    rows: int
    standing: Choice
    choices: Sequence[Choice]


def threshold_report(home: Home, batch: int | None, budgets: Sequence[float]) -> ThresholdReport:
    """What each budget implies for the rows of a batch, or for all rows that the model of the latest row decided."""
    with home.ledger.reading() as session:
        if batch is not None and not plans.exists(session, batch):
            raise UsageError(f"batch {batch}: there is none. `motma run --json` names the batches of a run.")
        found = first_posteriors(session, batch).filter(pl.col("outcome") != "returned")
    if found.is_empty():
        raise UsageError("no row was decided yet, so nothing tells how sure the program is: `motma run` decides some")
    version = found.get_column("model_version").max()
    rows = found.filter(pl.col("model_version") == version)
    thresholds = Thresholds(**model_of(str(version)).thresholds)
    standing = as_decided(rows, thresholds)
    return ThresholdReport(
        str(version),
        rows.height,
        Choice(standing.review / rows.height, standing),
        [Choice(budget, implied(rows, thresholds, budget)) for budget in budgets],
    )
