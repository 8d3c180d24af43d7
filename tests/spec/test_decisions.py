"""What becomes of a row: every case of tables/decisions.toml, and what batches do to one another's rows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from matching.cases import Candidate, Case, Ruling, Thresholds
from matching.decide import decide, decide_all

TABLE = tomllib.loads((Path(__file__).parent / "tables" / "decisions.toml").read_text(encoding="utf-8"))["case"]
THRESHOLDS = Thresholds(upper=0.995, lower=0.02, missed=0.05)
#: log2 odds behind the table's words, for an even prior
ODDS = {"surely": 20.0, "mostly": 12.0, "well": 9.0, "likely": 4.0, "perhaps": 0.0, "hardly": -10.0}
#: What the machine itself may say; household_conflict and stale come of applying a plan.
REASONS = {
    "ambiguous",
    "weak",
    "identity_conflict",
    "code_conflict",
    "twin",
    "in_batch",
    "waits_for_row",
    "one_person_two_codes",
    "one_code_two_persons",
    "unknown_person",
    "correction",
    "search_incomplete",
}


def number_of(who: str) -> int:
    """The record_id of "person 7" or "row 3"."""
    kind, number = who.split()
    return {"person": 1, "row": -1}[kind] * int(number)


def candidate(told: Mapping[str, Any]) -> Candidate:
    return Candidate(
        record_id=number_of(told["who"]),
        odds=ODDS[told["is"]],
        match_weight=ODDS[told["is"]],
        likeliest_other=told.get("other", "stranger"),
        levels={"given": "same", "birth": "full", **told.get("levels", {})},
        is_deceased=told.get("deceased", False),
        has_active_code=told.get("has_code", True),
        is_disputed=told.get("disputed", False),
        verdict=told.get("judged"),
        tied_to=frozenset(told.get("tied_to", [])),
        years_apart=told.get("years_apart"),
    )


def case_of(told: Mapping[str, Any], row_id: int = 100) -> Case:
    return Case(
        row_id=row_id,
        event=told.get("event", "addition"),
        is_complete=told.get("search", "complete") == "complete",
        is_unnamed=told.get("unnamed", False),
        lacks=tuple(told.get("lacks", ())),
        prior=0.5,
        missed=0.02,
        candidates=[candidate(entry) for entry in told.get("candidates", [])],
        number_is_anothers=told.get("number_is_anothers", False),
        judged_new=told.get("judged_new", False),
        is_doubted=told.get("doubted", False),
        brings_a_child=told.get("brings_a_child", False),
    )


def target(who: str | None) -> dict[str, Any]:
    """Where a link goes, as a ruling says it."""
    number = 0 if who is None else number_of(who)
    return {"person_id": number if number > 0 else None, "same_as_row": -number if number < 0 else None}


def earlier(told: Sequence[Mapping[str, Any]]) -> dict[int, Ruling]:
    return {entry["row"]: Ruling(entry["outcome"], entry.get("reason"), **target(entry.get("to"))) for entry in told}


def said(ruling: Ruling) -> dict[str, Any]:
    """A ruling in the words of the table."""
    found = {"outcome": ruling.outcome, "reason": ruling.reason, "waits_for": ruling.waits_for_row}
    if ruling.person_id is not None:
        found["to"] = f"person {ruling.person_id}"
    if ruling.same_as_row is not None:
        found["to"] = f"row {ruling.same_as_row}"
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize("told", [pytest.param(told, id=told["why"]) for told in TABLE])
def test_what_becomes_of_a_row(told: dict[str, Any]) -> None:
    assert said(decide(case_of(told), earlier(told.get("earlier", [])), THRESHOLDS)) == told["expect"]


def test_the_table_shows_every_outcome_and_every_reason() -> None:
    assert {told["expect"]["outcome"] for told in TABLE} == {"linked", "issued", "review"}
    assert {told["expect"].get("reason") for told in TABLE} - {None} == REASONS


def test_a_table_says_only_what_is_read() -> None:
    known = {
        "why",
        "event",
        "search",
        "unnamed",
        "lacks",
        "candidates",
        "number_is_anothers",
        "judged_new",
        "brings_a_child",
    }
    parts = {"who", "is", "other", "levels", "deceased", "has_code", "disputed", "judged", "tied_to", "years_apart"}
    for told in TABLE:
        assert set(told) <= known | {"doubted", "earlier", "expect"}, told["why"]
        assert all(set(entry) <= parts for entry in told.get("candidates", [])), told["why"]


def test_a_ruling_names_its_best_candidate_and_the_posterior_of_each() -> None:
    found = [
        {"who": "row 3", "is": "surely"},
        {"who": "person 8", "is": "hardly"},
        {"who": "person 7", "is": "likely"},
        {"who": "person 9", "is": "surely", "judged": "not_same"},
    ]
    linked = {3: Ruling("linked", person_id=7)}
    ruling = decide(case_of({"candidates": found}), linked, THRESHOLDS)
    assert (ruling.person_id, ruling.best) == (7, 2), "the person himself, not the row that stands for him"
    assert ruling.posterior == ruling.posteriors[0] == ruling.posteriors[2] > 0.9999
    assert 0 < ruling.posteriors[1] < 0.0001
    assert ruling.posteriors[3] == 0


def test_no_code_is_issued_for_a_row_of_which_a_later_one_may_be_the_link_to_somebody() -> None:
    cases = [
        case_of({}, 1),
        case_of({"candidates": [{"who": "row 1", "is": "surely"}, {"who": "person 7", "is": "surely"}]}, 2),
        case_of({"candidates": [{"who": "row 1", "is": "hardly"}]}, 3),
    ]
    rulings = decide_all(cases, THRESHOLDS)
    assert [said(rulings[row_id]) for row_id in (1, 2, 3)] == [
        {"outcome": "review", "reason": "in_batch"},
        {"outcome": "review", "reason": "ambiguous"},
        {"outcome": "issued"},
    ]


def test_three_rows_of_one_new_person_get_one_code() -> None:
    cases = [
        case_of({}, 1),
        case_of({"candidates": [{"who": "row 1", "is": "surely"}]}, 2),
        case_of({"candidates": [{"who": "row 1", "is": "surely"}, {"who": "row 2", "is": "surely"}]}, 3),
    ]
    rulings = decide_all(cases, THRESHOLDS)
    assert [said(rulings[row_id]) for row_id in (1, 2, 3)] == [
        {"outcome": "issued"},
        {"outcome": "linked", "to": "row 1"},
        {"outcome": "linked", "to": "row 1"},
    ]


def test_rows_behind_a_row_in_review_wait_for_it() -> None:
    cases = [
        case_of({"search": "cut"}, 1),
        case_of({"candidates": [{"who": "row 1", "is": "surely"}]}, 2),
        case_of({"candidates": [{"who": "row 2", "is": "surely"}]}, 3),
    ]
    rulings = decide_all(cases, THRESHOLDS)
    assert [said(rulings[row_id]) for row_id in (1, 2, 3)] == [
        {"outcome": "review", "reason": "search_incomplete"},
        {"outcome": "review", "reason": "waits_for_row", "waits_for": 1},
        {"outcome": "review", "reason": "waits_for_row", "waits_for": 2},
    ]
