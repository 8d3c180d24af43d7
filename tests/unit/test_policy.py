"""A policy of an office that says what the program does not understand is refused, and named by its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework.audit.sealing import seal_rules
from casework.deciding.code_scheme import code_policy
from casework.deliveries.brake import brake_rules
from casework.office.accounts import account_rules
from casework.office.desk import desk_rules
from casework.policy import PolicyError
from casework.types import Home
from tests.policies import LIMITS, SCHEMES, with_policy

READ = {
    "brake": brake_rules,
    "codes": code_policy,
    "accounts": account_rules,
    "desk": desk_rules,
    "seal": seal_rules,
}
SOUND = {
    "brake": LIMITS,
    "codes": SCHEMES,
    "accounts": """
version = "test"
fewest_characters = 12
failures = 5
failure_minutes = 15
idle_minutes = 30
session_hours = 10
""",
    "desk": """
version = "test"
due_days = 3
lease_minutes = 10
""",
    "seal": """
version = "test"
seal_every_seconds = 60
stop_after_minutes = 15
witness_key = ""
""",
}


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
        ("accounts", 'version = "test"', "", "rules/accounts.toml: version is missing"),
        ("accounts", '"test"', "1", "version is 1, not a text"),
        ("desk", "due_days", "days", "rules/desk.toml: days is no setting; due_days is missing"),
        ("desk", "3", "true", "due_days is True, not a number from 1"),
        ("seal", "60", "0", "rules/seal.toml: seal_every_seconds is 0, not a number from 1"),
        ("seal", "15", '"15"', "stop_after_minutes is '15', not a number from 1"),
        ("seal", '""', '"none"', "rules/seal.toml: witness_key: 'none' is no verifier key"),
    ],
)
def test_a_policy_that_says_something_else_is_refused(
    tmp_path: Path, name: str, was: str, becomes: str, said: str
) -> None:
    home = with_policy(Home(tmp_path), name, SOUND[name].replace(was, becomes))
    with pytest.raises(PolicyError) as refused:
        READ[name](home)
    assert said in str(refused.value)
