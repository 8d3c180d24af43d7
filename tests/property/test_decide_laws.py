"""Laws of deciding that hold for any row, any candidates and any rulings before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.cases import ARRIVALS, Candidate, Case, Ruling, Thresholds
from matching.decide import decide, decide_all
from matching.model_files import load_model
from matching.schemas import EVENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

THRESHOLDS = Thresholds(upper=0.995, lower=0.01, missed=0.05)
#: comparisons that a ruling looks at
LOOKED_AT = ("given", "birth", "household", "parents", "personal_id", "old_id", "code")

odds = st.one_of(st.floats(-60, 60), st.sampled_from([-7.0, -6.6, 0.0, 7.6, 8.0, 30.0]))
MODEL = load_model()
levels = st.fixed_dictionaries({name: st.sampled_from(MODEL.comparison(name).level_names) for name in LOOKED_AT})
plain_levels = st.fixed_dictionaries({"given": st.just("same"), "birth": st.just("full")})
verdicts = st.sampled_from([None, None, None, "same", "not_same"])


def candidates_of(record_ids: st.SearchStrategy[int]) -> st.SearchStrategy[Candidate]:
    is_seldom = st.sampled_from([False, False, False, True])
    return st.builds(
        Candidate,
        record_id=record_ids,
        odds=odds,
        match_weight=st.just(0.0),
        likeliest_other=st.sampled_from(["stranger", "twin", "relative"]),
        levels=st.one_of(plain_levels, levels),
        is_deceased=is_seldom,
        has_active_code=is_seldom.map(lambda value: not value),
        is_disputed=is_seldom,
        verdict=verdicts,
        tied_to=st.frozensets(st.integers(1, 6), max_size=2),
    ).map(lambda found: found if found.record_id > 0 else as_row(found))


def as_row(found: Candidate) -> Candidate:
    """A row is nobody yet: it holds no code and is not dead, and officers call rows the same as persons only."""
    verdict = None if found.verdict == "same" else found.verdict
    return replace(found, is_deceased=False, has_active_code=True, is_disputed=False, verdict=verdict)


met = st.lists(
    candidates_of(st.one_of(st.integers(1, 6), st.integers(-6, -1))),
    max_size=6,
    unique_by=lambda found: found.record_id,
)
cases = st.builds(
    Case,
    row_id=st.just(100),
    event=st.sampled_from(EVENTS),
    is_complete=st.sampled_from([True, True, False]),
    is_unnamed=st.sampled_from([False, False, True]),
    lacks=st.sampled_from([(), (), ("sex",)]),
    prior=st.sampled_from([0.04, 0.5, 0.8, 0.99]),
    missed=st.sampled_from([0.005, 0.05]),
    candidates=met,
    number_is_anothers=st.booleans(),
    judged_new=st.sampled_from([False, False, True]),
    is_doubted=st.sampled_from([False, False, True]),
)


@st.composite
def earlier_rulings(draw: st.DrawFn) -> dict[int, Ruling]:
    """Rulings on rows 1 to 6, in that order; some rows are of no batch at hand."""
    found: dict[int, Ruling] = {}
    for row_id in range(1, 7):
        outcome = draw(st.sampled_from(["none", "review", "issued", "linked", "linked to a row"]))
        issued = [before for before, ruling in found.items() if ruling.outcome == "issued"]
        if outcome in ("review", "issued"):
            found[row_id] = Ruling(outcome)
        elif outcome == "linked":
            found[row_id] = Ruling("linked", person_id=draw(st.integers(1, 6)))
        elif outcome == "linked to a row" and issued:
            found[row_id] = Ruling("linked", same_as_row=draw(st.sampled_from(issued)))
    return found


def gist(ruling: Ruling) -> tuple[Any, ...]:
    return (
        ruling.outcome,
        ruling.reason,
        ruling.person_id,
        ruling.same_as_row,
        ruling.waits_for_row,
        ruling.doubted_rows,
    )


def _is_next(case: Case, candidate: Candidate, decided: Mapping[int, Ruling]) -> bool:
    """Whether a candidate is a row in review, of a case that an officer called new: it is decided after that."""
    ruling = decided.get(-candidate.record_id)
    return case.judged_new and candidate.record_id < 0 and (ruling is None or ruling.outcome in ("review", "returned"))


@given(cases, earlier_rulings())
def test_a_code_is_issued_only_when_it_is_earned(case: Case, decided: dict[int, Ruling]) -> None:
    ruling = decide(case, decided, THRESHOLDS)
    if ruling.outcome == "issued":
        assert case.event in ARRIVALS or case.judged_new
        assert case.is_complete
        assert case.judged_new or not case.is_unnamed
        assert not case.lacks
        assert not case.is_doubted
        assert all(posterior < THRESHOLDS.lower for posterior in ruling.posteriors)
        for candidate in case.candidates:
            assert candidate.verdict != "same"
            if candidate.verdict is None and not _is_next(case, candidate, decided):
                assert not candidate.has("code", "same")
                assert case.number_is_anothers or not candidate.has("personal_id", "same")


@given(cases, earlier_rulings())
def test_the_machine_links_only_to_the_likeliest_and_only_above_the_threshold(
    case: Case, decided: dict[int, Ruling]
) -> None:
    ruling = decide(case, decided, THRESHOLDS)
    if ruling.outcome != "linked":
        assert ruling.person_id is None
        assert ruling.same_as_row is None
        return
    assert (ruling.person_id is None) != (ruling.same_as_row is None)
    assert ruling.best is not None
    chosen = case.candidates[ruling.best]
    assert chosen.has_active_code
    assert not chosen.is_disputed
    if chosen.verdict == "same":
        assert ruling.person_id == chosen.record_id
        return
    assert ruling.posterior is not None
    assert ruling.posterior >= THRESHOLDS.upper
    assert ruling.posterior == max(ruling.posteriors) == ruling.posteriors[ruling.best]
    assert not case.is_unnamed
    assert not chosen.is_deceased or case.event == "death"
    assert not chosen.looks_like_a_twin
    assert not chosen.is_namesake_elsewhere


@given(cases, earlier_rulings())
def test_an_officers_word_is_never_overruled(case: Case, decided: dict[int, Ruling]) -> None:
    ruling = decide(case, decided, THRESHOLDS)
    same = {found.record_id for found in case.candidates if found.verdict == "same"}
    different = {found.record_id for found in case.candidates if found.verdict == "not_same"}
    assert ruling.person_id not in different
    if same:
        assert ruling.outcome == "review" or ruling.person_id in same


@given(cases, earlier_rulings())
def test_a_review_has_a_reason_and_nothing_else_has(case: Case, decided: dict[int, Ruling]) -> None:
    ruling = decide(case, decided, THRESHOLDS)
    assert (ruling.outcome == "review") == (ruling.reason is not None)
    assert (ruling.reason == "waits_for_row") == (ruling.waits_for_row is not None)


@given(cases, earlier_rulings())
def test_posteriors_of_persons_sum_to_at_most_one(case: Case, decided: dict[int, Ruling]) -> None:
    ruling = decide(case, decided, THRESHOLDS)
    assert len(ruling.posteriors) in (0, len(case.candidates))
    assert all(0 <= posterior <= 1 for posterior in ruling.posteriors)
    if not decided:
        # without rulings before, each candidate is a person of its own
        assert sum(ruling.posteriors) <= 1 + 1e-9


@given(cases, earlier_rulings(), st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(case: Case, decided: dict[int, Ruling], random: Any) -> None:
    mixed = list(case.candidates)
    random.shuffle(mixed)
    one, other = decide(case, decided, THRESHOLDS), decide(replace(case, candidates=mixed), decided, THRESHOLDS)
    assert gist(one) == gist(other)
    by_id = [
        {found.record_id: posterior for found, posterior in zip(candidates, ruling.posteriors, strict=False)}
        for candidates, ruling in ((case.candidates, one), (mixed, other))
    ]
    assert by_id[0] == pytest.approx(by_id[1])


@given(cases, earlier_rulings(), candidates_of(st.just(99)))
def test_a_rival_never_brings_about_a_link_to_somebody_else_or_a_code(
    case: Case, decided: dict[int, Ruling], rival: Candidate
) -> None:
    rival = replace(rival, verdict=None)
    before = decide(case, decided, THRESHOLDS)
    after = decide(replace(case, candidates=[*case.candidates, rival]), decided, THRESHOLDS)
    if before.outcome == "review":
        assert after.outcome != "issued"
        if after.outcome == "linked":
            assert after.person_id == rival.record_id
            # where an officer said new, rows that wait are set aside
            weighed = [found for found in case.candidates if found.record_id > 0 or not case.judged_new]
            assert all(rival.odds >= found.odds for found in weighed if found.verdict is None)
    if before.outcome == "linked" and after.outcome == "linked":
        assert gist(after)[2:4] in (gist(before)[2:4], (rival.record_id, None))


@given(cases, earlier_rulings(), st.integers(0, 5))
def test_a_row_that_says_less_is_issued_no_code_that_it_was_not_issued_before(
    case: Case, decided: dict[int, Ruling], which: int
) -> None:
    worse = [
        replace(case, is_complete=False),
        replace(case, lacks=("full_name",)),
        replace(case, is_unnamed=True),
        replace(case, is_doubted=True),
        replace(case, event="move_out", judged_new=False),
        replace(case, number_is_anothers=False),
    ][which]
    if decide(case, decided, THRESHOLDS).outcome != "issued":
        assert decide(worse, decided, THRESHOLDS).outcome != "issued"


@st.composite
def batches(draw: st.DrawFn) -> list[Case]:
    """Rows 1 to 5, each of which met some of those before it and some persons."""
    found = []
    for row_id in range(1, 6):
        ids = st.one_of(st.integers(1, 3), st.integers(-row_id, -1)) if row_id > 1 else st.integers(1, 3)
        candidates = draw(st.lists(candidates_of(ids), max_size=4, unique_by=lambda met: met.record_id))
        candidates = [replace(met, verdict=None) for met in candidates if met.record_id != -row_id]
        found.append(replace(draw(cases), row_id=row_id, is_doubted=False, candidates=candidates))
    return found


@given(batches())
def test_rows_that_are_surely_one_person_never_get_two_codes(batch: list[Case]) -> None:
    rulings = decide_all(batch, THRESHOLDS)
    assert list(rulings) == [case.row_id for case in batch]
    for case in batch:
        ruling = rulings[case.row_id]
        if ruling.same_as_row is not None:
            assert rulings[ruling.same_as_row].outcome == "issued"
        if ruling.outcome == "issued":
            nobody = (1 - case.prior) + case.prior * case.missed
            for candidate in case.candidates:
                if _is_next(case, candidate, rulings):
                    continue
                alone = case.prior * 2**candidate.odds
                assert alone / (nobody + alone) < THRESHOLDS.lower
        for doubted in ruling.doubted_rows:
            assert rulings[doubted].outcome != "issued"
