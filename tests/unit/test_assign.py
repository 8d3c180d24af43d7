"""What a household's rows may claim of the register: each person once, whatever the order of the rows."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.assign import Claim, prices
from matching.cases import Candidate, Case, Thresholds
from matching.decide import decide_all

THRESHOLDS = Thresholds(upper=0.995, lower=0.01, missed=0.05)
HOME = {1: "h", 2: "h", 3: "h"}


def case(row: int, household: str | None, **odds: float) -> Case:
    """A row whose candidates are persons p7, p8 … and rows r1, r2 …, with their log2 odds."""
    candidates = [
        Candidate((1 if who[0] == "p" else -1) * int(who[1:]), odd, odd, "relative", {"given": "same", "birth": "full"})
        for who, odd in odds.items()
    ]
    return Case(row, "addition", True, False, (), 0.5, 0.02, candidates, household=household)


def outcomes(*cases: Case) -> dict[int, tuple[str, int | None]]:
    """row → outcome and person; the same in every order of the rows."""
    found = [
        {row: (ruling.outcome, ruling.person_id) for row, ruling in decide_all(order, THRESHOLDS).items()}
        for order in permutations(cases)
    ]
    assert all(one == found[0] for one in found)
    return found[0]


def test_what_a_brother_surely_takes_is_not_ambiguous_any_more() -> None:
    brothers = case(1, "h", p7=30.0, p8=12.0), case(2, "h", p7=19.0, p8=20.0)
    assert outcomes(*brothers) == {1: ("linked", 7), 2: ("linked", 8)}
    apart = case(1, "h", p7=30.0, p8=12.0), case(2, "another", p7=19.0, p8=20.0)
    assert outcomes(*apart)[2] == ("review", None)


def test_the_best_assignment_is_not_the_greedy_one() -> None:
    # the first row fits p7 best, but then nobody is left for the second
    assert outcomes(case(1, "h", p7=21.0, p8=20.0), case(2, "h", p7=20.0)) == {1: ("linked", 8), 2: ("linked", 7)}


def test_two_who_fit_alike_stay_in_doubt() -> None:
    found = outcomes(case(1, "h", p7=20.0, p8=20.0), case(2, "h", p7=20.0, p8=20.0))
    assert {outcome for outcome, _ in found.values()} == {"review"}


def test_one_person_twice_in_a_household_pays_nothing() -> None:
    twice = case(1, "h", p7=30.0, p8=12.0), case(2, "h", p7=19.0, p8=20.0, r1=15.0)
    assert outcomes(*twice)[2] == ("review", None)
    assert not prices(HOME, [Claim(1, 7, 30.0), Claim(2, 7, 19.0)], {(1, 2): 15.0, (2, 1): 15.0})


def test_a_price_earns_no_code() -> None:
    # without the brother the row would be in doubt; that he takes the only person there is makes it nobody's code
    found = outcomes(case(1, "h", p7=30.0), case(2, "h", p7=2.0))
    assert found == {1: ("linked", 7), 2: ("review", None)}
    # nor where the price sets somebody who hardly fits before that person
    found = outcomes(case(1, "h", p7=30.0), case(2, "h", p7=3.0, p8=-6.8))
    assert found == {1: ("linked", 7), 2: ("review", None)}


ODDS = st.dictionaries(st.tuples(st.integers(1, 3), st.integers(7, 9)), st.integers(-5, 40), max_size=9)


@given(ODDS)
def test_a_price_is_what_the_others_lose(told: dict[tuple[int, int], int]) -> None:
    """Against every assignment there is, tried one by one."""
    claims = [Claim(row, person, float(odds)) for (row, person), odds in told.items()]
    met = {(row, other): -1000.0 for row in HOME for other in HOME}
    found = prices(HOME, claims, met)

    def best(rows: set[int], persons: set[int]) -> float:
        if not rows:
            return 0.0
        row, *rest = sorted(rows)
        worth = [best(set(rest), persons)]
        worth += [told.get((row, p), 0) + best(set(rest), persons - {p}) for p in persons]
        return max(worth)

    for claim in claims:
        others = HOME.keys() - {claim.row}
        price = best(others, {7, 8, 9}) - best(others, {7, 8, 9} - {claim.person})
        if claim.odds > 0:
            assert found.get((claim.row, claim.person), 0.0) == pytest.approx(price)


def test_odds_without_a_meeting_cap_the_price() -> None:
    (price,) = {prices(HOME, [Claim(1, 7, 30.0), Claim(2, 7, 19.0)], {})[2, 7]}
    assert math.isclose(price, 10.0)
    assert np.isfinite(price)
