"""Thresholds out of posteriors alone: the least expected harm within a budget, found again by trying every pair."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest

from matching.budget import as_decided, implied
from matching.cases import Thresholds

STANDING = Thresholds(upper=0.995, lower=0.01, missed=0.05)


def decided(*rows: tuple[float | None, str, str]) -> pl.DataFrame:
    """Rows by posterior, event and reason ("" for none), decided as the standing thresholds would have them."""
    lines = []
    for posterior, event, reason in rows:
        p = posterior or 0.0
        outcome = "review" if reason else "linked" if p >= STANDING.upper else "issued"
        lines.append((posterior, outcome, reason or None, event))
    return pl.DataFrame(lines, schema=["posterior", "outcome", "reason", "event"], orient="row")


def drawn(seed: int) -> pl.DataFrame:
    """Rows of every kind, their posteriors near 0, near 1 or between."""
    rng = np.random.default_rng(seed)
    p = 1 / (1 + np.exp2(-rng.normal(0, 9, 60)))
    events = rng.choice(["birth", "addition", "death"], 60)
    reasons = rng.choice(["weak", "ambiguous", "twin", "in_batch", "unknown_person"], 60)
    rows = [
        (float(each), str(event), "" if each >= STANDING.upper else str(reason))
        if each >= STANDING.lower or event == "death"
        else (float(each), str(event), "")
        for each, event, reason in zip(p, events, reasons, strict=True)
    ]
    return decided(*rows)


def tried(rows: pl.DataFrame, budget: float) -> float | None:
    """The least harm of all pairs of thresholds that stand between posteriors, by the rules as they are told."""
    levels = [0.0, *sorted(set(rows["posterior"].to_list())), 1.1]
    best = None
    for lower, upper in product(levels, levels):
        if lower > upper:
            continue
        harm, review = 0.0, 0
        for p, outcome, reason, event in rows.iter_rows():
            in_doubt = outcome != "review" or STANDING.lower <= p < STANDING.upper
            linkable = outcome != "review" or (in_doubt and reason in ("weak", "ambiguous"))
            issuable = event != "death" and (
                outcome != "review" or (in_doubt and reason in ("weak", "ambiguous", "twin", "identity_conflict"))
            )
            if p >= upper and linkable:
                harm += 1 - p
            elif p < lower and issuable:
                harm += p
            else:
                review += 1
        if review <= budget * len(rows) and (best is None or harm < best):
            best = harm
    return best


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("budget", [0.1, 0.3, 0.5, 0.8])
def test_no_other_pair_of_thresholds_does_less_harm(seed: int, budget: float) -> None:
    rows = drawn(seed)
    found, least = implied(rows, STANDING, budget), tried(rows, budget)
    if found is None or least is None:
        assert (found, least) == (None, None)
        return
    assert found.harm == pytest.approx(least)
    assert found.review <= budget * rows.height
    assert found.linked + found.issued + found.review == rows.height
    assert found.lower <= found.upper


def test_harm_is_what_the_posteriors_expect() -> None:
    rows = decided(
        (0.996, "death", ""), (0.999, "birth", ""), (0.004, "birth", ""), (None, "birth", ""), (0.5, "birth", "weak")
    )
    found = as_decided(rows, STANDING)
    assert (found.linked, found.issued, found.review) == (2, 2, 1)
    assert found.false_links == pytest.approx(0.005)
    assert found.duplicate_issues == pytest.approx(0.004)


def test_a_smaller_budget_decides_the_surer_of_two_doubts() -> None:
    rows = decided((0.9, "death", "weak"), (0.6, "death", "weak"))
    found = implied(rows, STANDING, 0.5)
    assert found is not None
    assert (found.upper, found.linked, found.review) == (0.9, 1, 1)


def test_what_a_rule_reviews_no_threshold_decides() -> None:
    rows = decided((0.9999, "birth", "code_conflict"), (0.999, "birth", ""))
    assert implied(rows, STANDING, 0.4) is None
    found = implied(rows, STANDING, 0.5)
    assert found is not None
    assert (found.linked, found.review) == (1, 1)


def test_rows_of_one_posterior_go_together() -> None:
    rows = decided(*[(0.002, "birth", "")] * 4, (0.5, "birth", "weak"))
    found = implied(rows, STANDING, 0.4)
    assert found is not None
    assert (found.issued, found.review) == (4, 1)
