"""Whether a best candidate is the row's person, and how many of each posterior are."""

from __future__ import annotations

import polars as pl
import pytest

from benchmarks.calibration import bins, judged
from registry.posteriors import POSTERIORS


def found(**told: object) -> dict[str, object]:
    return {**dict.fromkeys(POSTERIORS), "file": "a.csv", "outcome": "review", "posterior": 0.5, **told}


def test_who_a_best_candidate_is() -> None:
    truth = pl.DataFrame(
        [
            ("a", "1", "existing", "7", "0100000001;0100000002"),
            ("a", "2", "existing", "7", "0100000001;0100000002"),
            ("a", "3", "existing", "8", "0100000003"),
            ("a", "4", "new", "7", None),
            ("a", "5", "new", "7", None),
            ("a", "6", "invalid", None, None),
        ],
        schema=["file", "row", "kind", "person", "codes"],
        orient="row",
    )
    rows = [
        found(row=1, posterior=0.91, code="0100000002"),
        found(row=2, posterior=0.92, other_file="a.csv", other_row=1),
        found(row=3, posterior=0.93, code="0100000001"),
        found(row=4, posterior=0.94, other_file="a.csv", other_row=1, outcome="issued", issued_code="0100000009"),
        found(row=5, posterior=0.95, code="0100000009"),
        found(row=6, posterior=0.96, code="0100000001"),
    ]
    told = judged(pl.DataFrame(rows, schema=POSTERIORS), truth)
    assert dict(told.iter_rows()) == {0.91: True, 0.92: True, 0.93: False, 0.94: False, 0.95: True}


def test_bins_count_rows_of_like_odds() -> None:
    rows = pl.DataFrame(
        {"posterior": [0.0, 0.6, 0.7, 1.0, 1.0], "is_true": [False, True, False, True, True]},
    )
    counted = bins(rows)
    assert counted["bits"].to_list() == [-15, 1, 15]
    assert counted["rows"].to_list() == [1, 2, 2]
    assert counted["share"].to_list() == [0, 0.5, 1]
    assert counted["claimed"].to_list() == pytest.approx([0, 0.65, 1])
    # Wilson's interval of 1 in 2
    assert (counted["low"][1], counted["high"][1]) == pytest.approx((0.0945, 0.9055), abs=1e-4)
