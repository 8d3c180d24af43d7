"""What a peer's scores decide: thresholds, rows that share a code, and the choice made with the truth in hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from benchmarks.compare_quality import SUMS, pooled, table
from benchmarks.peers.decide import (
    SCORES,
    Best,
    ThresholdError,
    Thresholds,
    best_of,
    choose,
    decided,
    leaders,
    lower_for,
)
from tests.truths import truth

CODES = pl.DataFrame({"record_id": [1, 2, 3], "bhxh_code": ["0100000001", "0100000002", "0100000003"]})


def told(*events: str) -> pl.DataFrame:
    """Rows of one file with these events; as in life, numbers of rows that were returned are left out."""
    size = len(events)
    return pl.DataFrame(
        {"record_id": [-2 * n for n in range(1, size + 1)], "file": "commune_01", "row": range(1, size + 1),
         "event": events}
    )  # fmt: skip


def best(scores: Sequence[tuple[int, int, float]], *events: str, issue_all: bool = True) -> Best:
    return best_of(pl.DataFrame(list(scores), schema=SCORES, orient="row"), told(*events), issue_all=issue_all)


def outcomes(found: Best, upper: float, lower: float) -> list[tuple[str, str | None]]:
    rows = told(*["addition"] * len(found.person))
    return decided(found, rows, CODES, Thresholds(upper, lower)).select("outcome", "bhxh_code").rows()


def test_best_candidates_are_the_heaviest_and_of_rows_the_earlier() -> None:
    found = best([(-2, 1, 3.0), (-2, 2, 5.0), (-4, -2, 7.0), (-6, -4, 1.0), (-6, -2, 2.0)], *["addition"] * 3)
    assert found.person.tolist() == [2, 0, 0]
    assert found.person_weight.tolist() == [5.0, -np.inf, -np.inf]
    assert found.earlier.tolist() == [-1, 0, 0]
    assert found.earlier_weight.tolist() == [-np.inf, 7.0, 2.0]


def test_three_outcomes_by_two_thresholds() -> None:
    found = best([(-2, 1, 10.0), (-4, 2, 5.0), (-6, 3, 4.9)], *["addition"] * 4)
    assert outcomes(found, 10.0, 5.0) == [
        ("linked", "0100000001"),
        ("review", None),
        ("issued", "new 2"),
        ("issued", "new 3"),
    ]


def test_a_row_that_is_surely_an_earlier_one_shares_its_outcome() -> None:
    scores = [(-2, 1, 12.0), (-4, -2, 11.0), (-6, 2, 6.0), (-8, -6, 11.0), (-12, -10, 11.0), (-14, -12, 11.0)]
    found = best(scores, *["addition"] * 7)
    assert leaders(found, 10.0).tolist() == [0, 0, 2, 2, 4, 4, 4]
    assert outcomes(found, 10.0, 5.0) == [
        ("linked", "0100000001"),
        ("linked", "0100000001"),
        ("review", None),
        ("review", None),
        ("issued", "new 4"),
        ("linked", "new 4"),
        ("linked", "new 4"),
    ]


def test_a_row_in_doubt_about_an_earlier_one_waits() -> None:
    assert outcomes(best([(-4, -2, 6.0)], *["addition"] * 2), 10.0, 5.0) == [("issued", "new 0"), ("review", None)]


def test_a_row_sure_of_a_registered_person_needs_no_other_row() -> None:
    found = best([(-2, 1, 6.0), (-4, 2, 10.0), (-4, -2, 30.0)], *["addition"] * 2)
    assert outcomes(found, 10.0, 5.0)[1] == ("linked", "0100000002")


def test_no_code_for_an_event_that_gives_none() -> None:
    events = ("birth", "move_in", "addition", "death", "move_out", "correction")
    found = best([], *events, issue_all=False)
    outcome = decided(found, told(*events), CODES, Thresholds(10.0, 5.0))["outcome"]
    assert outcome.to_list() == ["issued"] * 3 + ["review"] * 3


@pytest.mark.parametrize(("reviewed", "lower"), [(0, 9.0), (1, 8.0), (2, 7.0), (3, 7.0)])
def test_lower_threshold_sends_the_asked_number_to_review(reviewed: int, lower: float) -> None:
    found = best([(-2, 1, 9.0), (-4, 1, 8.0), (-6, 2, 7.0), (-8, 3, 7.0)], *["addition"] * 5)
    assert lower_for(found, 9.0, reviewed, np.ones(5, dtype=bool)) == lower


@pytest.mark.parametrize(
    ("events", "reviewed"),
    [(["addition"] * 3, 3), (["addition", "addition", "death"], 0)],
    ids=["the third met nobody", "the death is in review anyway"],
)
def test_no_lower_threshold_where_none_fits(events: list[str], reviewed: int) -> None:
    found = best([(-2, 1, 8.0), (-4, 2, 7.0)], *events, issue_all=False)
    assert lower_for(found, 9.0, reviewed, np.ones(3, dtype=bool)) is None


TRUTH = truth(
    ("existing", "1", "0100000001"),
    ("existing", "2", "0100000002"),
    ("new", "8", ""),
    ("existing", "3", "0100000003"),
    ("new", "9", ""),
)
#: The third row, of somebody new, resembles person 3 more than the fourth row does, which is person 3.
RESEMBLING = [(-2, 1, 20.0), (-4, 2, 15.0), (-6, 3, 12.0), (-8, 3, 9.0), (-10, 1, 2.0)]


@pytest.mark.parametrize(
    ("share", "wrong"),
    [(0.2, {"false_link": 1}), (0.4, {})],
    ids=["a link too many costs least", "room for both"],
)
def test_chosen_thresholds_give_the_fewest_wrong_decisions(share: float, wrong: dict[str, int]) -> None:
    rows = told(*["addition"] * 5)
    scores = pl.DataFrame(RESEMBLING, schema=SCORES, orient="row")
    thresholds, judged = choose(best_of(scores, rows, issue_all=True), rows, CODES, TRUTH, share)
    counts = dict(judged["verdict"].value_counts().iter_rows())
    assert counts["review"] == 5 * share
    assert {name: number for name, number in counts.items() if name in ("false_link", "duplicate_issue")} == wrong
    assert thresholds.lower < thresholds.upper


def test_share_that_no_thresholds_give_is_refused() -> None:
    rows = told(*["addition"] * 5)
    with pytest.raises(ThresholdError, match="5 valid rows"):
        choose(best([], *["addition"] * 5), rows, CODES, TRUTH, 1.0)


def test_worlds_are_pooled_by_decider_and_rule() -> None:
    one = {"world": "a", "decider": "motma", "rule": "as it is", **dict.fromkeys(SUMS, 2), "seconds": 1.5, "peak_mb": 7}
    two = {**one, "world": "b", "rows": 3, "seconds": 2.0, "peak_mb": 5}
    (both,) = pooled([one, two])
    assert both == {**one, "world": "all", **dict.fromkeys(SUMS, 4), "rows": 5, "seconds": 3.5, "peak_mb": 7}
    assert table([both])[2] == "| all | motma, as it is | 5 | 100.00% | 4 | 4 | 4 | 4 | 4 | 80.000% | 4 | 3.5 | 7 |"
