"""Who a candidate is taken to be: every case of tables/scoring.toml, under the newest model.

The register is of ten million persons, with the shares of names that published counts give.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from matching.compare import compare
from matching.explain import explain, sentence
from matching.frequencies import Frequencies
from matching.model_files import load_model
from matching.normalise import normalise
from matching.posteriors import posteriors_of
from matching.schemas import FREQUENCIES, PAIRS, RECORD
from matching.score import missed, score

TABLE = tomllib.loads((Path(__file__).parent / "tables" / "scoring.toml").read_text(encoding="utf-8"))
MODEL = load_model()
POPULATION = 10_000_000
#: Records of ten million that carry a value.
SHARES = {
    "surname": {"nguyễn": 0.315, "trần": 0.109, "chảo": 0.0004, "ênuôl": 0.0003},
    "middle": {"thị": 0.18, "văn": 0.14, "thị thu": 0.01, "thu": 0.004, "gia": 0.008, "mắn": 0.00005, "h": 0.003},
    "given": {
        "hà": 0.011, "hạ": 0.0009, "hùng": 0.011, "hải": 0.008, "bảo": 0.006, "bình": 0.006, "on": 0.00002,
        "bia": 0.00002, "mai": 0.006,
    },
    "given_fold": {"ha": 0.013, "hung": 0.02},
    "surname_fold": {"nguyen": 0.316},
    "middle_fold": {"thi thu": 0.01},
    "middle_given": {"văn|hùng": 0.0025, "mắn|on": 0.00001},
    "surname_middle": {"chảo|mắn": 0.00004},
    "name": {"nguyễn văn hùng": 0.00007, "nguyễn thị thu hà": 0.00003, "nguyễn thị hà": 0.00009, "chảo mắn on": 2e-6},
    "name_fold": {"nguyen thi thu ha": 0.00004},
    "birth_place": {"10441": 0.0003, "26740": 0.0003},
    "residence": {"10441": 0.0003, "26740": 0.0003, "00070": 0.0004},
    "year": {"1980": 0.017, "1986": 0.017, "2012": 0.015, "2014": 0.015, "2015": 0.015, "2019": 0.015, "2026": 0.01},
}  # fmt: skip


def frequencies() -> Frequencies:
    rows = [("records", "", "", -1, POPULATION)]
    for part, shares in SHARES.items():
        rows += [(part, value, "", -1, round(share * POPULATION)) for value, share in shares.items()]
    return Frequencies(pl.DataFrame(rows, schema=dict(FREQUENCIES), orient="row"))


def record(record_id: int, side: str, case: dict[str, Any]) -> pl.DataFrame:
    told = {**dict.fromkeys(RECORD), **TABLE[side], **case.get(side, {})}
    values = {name: value or None for name, value in told.items()}
    frame = pl.DataFrame([{**values, "record_id": record_id}], schema={**RECORD, "record_id": pl.Int64})
    return normalise(frame.with_columns(is_moving=pl.lit(side == "row" and case.get("event") == "move_in")))


def scored_case(case: dict[str, Any]) -> tuple[pl.DataFrame, pl.DataFrame]:
    row, person = record(-1, "row", case), record(1, "person", case)
    pairs = pl.DataFrame({"record_id_l": [-1], "record_id_r": [1]}, schema=dict(PAIRS))
    scored = score(compare(pairs, row, person, frequencies(), MODEL), MODEL, POPULATION)
    return scored, missed(row, MODEL).with_columns(event=pl.lit(case["event"]))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in TABLE["case"]])
def test_who_a_candidate_is_taken_to_be(case: dict[str, Any]) -> None:
    scored, rows = scored_case(case)
    (row,) = rows.iter_rows(named=True)
    (posterior,) = posteriors_of(scored["odds"].to_list(), MODEL.priors[row["event"]], row["missed"]).candidates
    upper, lower = MODEL.thresholds["upper"], MODEL.thresholds["lower"]
    is_verdict = {
        "same": posterior >= upper,
        "doubt": lower <= posterior < upper,
        "other": posterior < lower,
        "not_same": posterior < upper,
    }
    reasons = explain(scored.row(0, named=True), MODEL)
    assert is_verdict[case["verdict"]], (posterior, scored["likeliest_other"].item(), reasons)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in TABLE["search"]])
def test_how_well_a_row_can_be_searched(case: dict[str, Any]) -> None:
    blank = dict.fromkeys(TABLE["row"])
    (row,) = missed(record(-1, "row", {"row": blank | case["row"]}), MODEL).iter_rows(named=True)
    assert row["missed"] == MODEL.missed[case["quality"]]


def test_a_pair_is_explained_in_one_sentence() -> None:
    case = {
        "event": "addition",
        "row": {"household_code": "0100005955", "personal_id": "001186123456"},
        "person": {"household_code": "0100005955", "personal_id": "001186654321"},
    }
    scored, _ = scored_case(case)
    told = sentence(scored.row(0, named=True), MODEL)
    assert told.startswith("Cùng hộ, trùng ngày sinh, trùng họ tên")
    assert told.endswith("; khác số định danh.")


@pytest.mark.parametrize(("middle", "bits"), [("Thị", 2.5), ("Gia", 6.8)])
def test_an_agreeing_middle_name_is_worth_as_much_as_it_is_rare(middle: str, bits: float) -> None:
    case = {
        "event": "addition",
        "row": {"full_name": f"Nguyễn {middle} Mai"},
        "person": {"full_name": f"Nguyễn {middle} Hà"},
    }
    scored, _ = scored_case(case)
    assert scored["level_given"].item() == MODEL.comparison("given").level_names.index("different")
    assert scored["weight_middle"].item() == pytest.approx(bits, abs=0.3)
