"""A policy of an office that says what the program does not understand is refused, and named by its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework.brake import brake_rules
from casework.code_scheme import code_policy
from casework.policy import PolicyError
from casework.types import Home
from tests.policies import LIMITS, SCHEMES, with_policy

READ = {"brake": brake_rules, "codes": code_policy}
SOUND = {"brake": LIMITS, "codes": SCHEMES}


@pytest.mark.parametrize(
    ("name", "was", "becomes", "said"),
    [
        ("brake", 'version = "test"', "", "version is missing"),
        ("brake", "fewest_rows = 2", "fewest_rows = 0", "fewest_rows is 0, not a number of rows"),
        ("brake", '"one_name"', '"any_name"', "limit no. 1: 'any_name' is not one of"),
        ("brake", "share = 0.5", "share = 50", "limit no. 1: share is 50, not a share"),
        ("brake", "title", "name", "limit no. 1: name is no part of a limit"),
        ("brake", "[[limit]]", "[[sign]]", "there is no [[limit]]"),
        ("codes", 'version = "test"', "", "version is missing"),
        ("codes", "0.1", "2", "warn_below is 2, not a share"),
        ("codes", '"personal_number"', '"anything"', "scheme no. 2: 'anything' is not one of"),
        ("codes", "2026-09-01", '"soon"', "scheme no. 2: from is 'soon', not a day"),
        ("codes", "2026-09-01", "2010-01-01", "the days of the schemes do not follow each other"),
        ("codes", "warn_below", "warn_above", "warn_above is no setting"),
        ("codes", "[[scheme]]", "[[plan]]", "there is no"),
        ("codes", "version", "= version", "cannot be read"),
    ],
)
def test_a_policy_that_says_something_else_is_refused(
    tmp_path: Path, name: str, was: str, becomes: str, said: str
) -> None:
    home = with_policy(Home(tmp_path), name, SOUND[name].replace(was, becomes))
    with pytest.raises(PolicyError) as refused:
        READ[name](home)
    assert said in str(refused.value)
