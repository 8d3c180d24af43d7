"""What thresholds the posteriors of decided rows imply: the least expected harm within a budget of review.

Nobody says who is who. If the posteriors are honest, a link at posterior p is false with 1 - p, and a code that is
issued beside a candidate of posterior p is the person's second with p. Whether they are, benchmarks.calibration tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from matching.cases import ARRIVALS, Thresholds

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: Reasons of rows in doubt between the thresholds that could be linked if less were asked; those of _LIKE_ANOTHER could
#: not, for a rule objects to the link at any posterior, but a code could be issued if more were dared.
_DOUBTED = ("weak", "ambiguous")
_LIKE_ANOTHER = ("twin", "identity_conflict")


@dataclass(frozen=True)
class Outcome:
    """What two thresholds make of decided rows: how many are reviewed, and how much harm is to be expected.

    `false_links` and `duplicate_issues` are expected numbers of rows.
    """

    upper: float
    lower: float
    linked: int
    issued: int
    review: int
    false_links: float
    duplicate_issues: float

    @property
    def harm(self) -> float:
        """Rows that are expected to be decided wrongly."""
        return self.false_links + self.duplicate_issues


def as_decided(rows: pl.DataFrame, thresholds: Thresholds) -> Outcome:
    """What the thresholds in force made of the rows: `outcome` and `posterior`, null where nobody was met."""
    posterior = pl.col("posterior").fill_null(0.0)
    linked, issued = (rows.filter(pl.col("outcome") == outcome) for outcome in ("linked", "issued"))
    return Outcome(
        thresholds.upper,
        thresholds.lower,
        linked.height,
        issued.height,
        rows.filter(pl.col("outcome") == "review").height,
        float(linked.select((1 - posterior).sum()).item()),
        float(issued.select(posterior.sum()).item()),
    )


def implied(rows: pl.DataFrame, thresholds: Thresholds, budget: float) -> Outcome | None:
    """The thresholds with the least expected harm that send at most that share of the rows to review.

    `rows` are rows that were linked, issued or reviewed under `thresholds`: outcome, reason, event, and the posterior
    of the best candidate, null where nobody was met. What a rule sent to review stays there whatever the thresholds.
    None where that alone is more than the budget, or so much is in doubt.
    """
    p, may_link, may_issue = _movable(rows, thresholds)
    open_rows = int(budget * rows.height) - (rows.height - len(p))
    order = np.argsort(p, kind="stable")
    p, may_link, may_issue = p[order], may_link[order], may_issue[order]
    links = [*np.cumsum(np.where(may_link, 1 - p, 0.0)[::-1])[::-1], 0.0]
    issuable = p[may_issue]
    issues = np.concatenate(([0.0], np.cumsum(issuable)))
    below = np.concatenate(([0], np.cumsum(may_issue)))
    stuck = np.concatenate(([0], np.cumsum(~may_issue))) + (
        np.sum(~may_link) - np.concatenate(([0], np.cumsum(~may_link)))
    )
    best: tuple[float, int, int] | None = None
    # A threshold stands between two posteriors, never among rows of one.
    for at in (at for at in range(len(p) + 1) if at in (0, len(p)) or p[at] > p[at - 1]):
        room = open_rows - int(stuck[at])
        if room < 0:
            continue
        codes = max(int(below[at]) - room, 0)
        codes = int(np.searchsorted(issuable[: below[at]], issuable[codes - 1], side="right")) if codes else 0
        harm = float(links[at] + issues[codes])
        if best is None or harm < best[0]:
            best = harm, at, codes
    if best is None:
        return None
    _, at, codes = best
    linked = int(may_link[at:].sum())
    upper = float(p[at]) if at < len(p) else 1.0
    lower = float(issuable[codes]) if codes < below[at] else upper
    return Outcome(upper, lower, linked, codes, rows.height - linked - codes, float(links[at]), float(issues[codes]))


def _movable(rows: pl.DataFrame, thresholds: Thresholds) -> tuple[Array, Mask, Mask]:
    """Of the rows that thresholds could decide otherwise: posteriors, and whether they could be linked and issued."""
    posterior, outcome, reason = pl.col("posterior"), pl.col("outcome"), pl.col("reason")
    in_doubt = (outcome == "review") & (posterior >= thresholds.lower) & (posterior < thresholds.upper)
    told = rows.with_columns(
        pl.col("posterior").fill_null(0.0),
        may_link=(outcome != "review") | (in_doubt & reason.is_in(_DOUBTED)),
        may_issue=(outcome == "issued")
        | (
            pl.col("event").is_in(ARRIVALS)
            & ((outcome == "linked") | (in_doubt & reason.is_in(_DOUBTED + _LIKE_ANOTHER)))
        ),
    ).filter(pl.col("may_link").fill_null(False) | pl.col("may_issue").fill_null(False))
    may_link, may_issue = (told.get_column(name).fill_null(False).to_numpy() for name in ("may_link", "may_issue"))
    return told.get_column("posterior").to_numpy(), may_link, may_issue
