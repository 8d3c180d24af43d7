"""The policy of codes: what is read, what is refused, and which day counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from casework.code_scheme import PERMUTATION, PERSONAL, code_policy, own_number
from casework.policy import PolicyError
from casework.types import Home

TWO = """
version = "test"
warn_below = 0.1
[[scheme]]
from = 2016-01-01
scheme = "province_permutation"
source = "test"
[[scheme]]
from = 2026-09-01
scheme = "personal_number"
source = "test"
"""


def home_with(folder: Path, text: str) -> Home:
    """A home with a policy of its own."""
    (folder / "rules").mkdir()
    (folder / "rules" / "codes.toml").write_text(text, encoding="utf-8")
    return Home(folder)


@pytest.mark.parametrize("at", ["2015-06-01T00:00:00.000000Z", "2026-11-22T00:00:00.000000Z", "2031-01-01T00:00:00Z"])
def test_the_default_issues_ten_digits(tmp_path: Path, at: str) -> None:
    assert code_policy(Home(tmp_path)).scheme_at(at) == PERMUTATION


@pytest.mark.parametrize(
    ("at", "scheme"),
    [
        ("2026-08-31T16:59:59.999999Z", PERMUTATION),
        ("2026-08-31T17:00:00.000000Z", PERSONAL),
        ("2026-09-01T00:00:00.000000Z", PERSONAL),
    ],
)
def test_the_day_in_vietnam_counts(tmp_path: Path, at: str, scheme: str) -> None:
    assert code_policy(home_with(tmp_path, TWO)).scheme_at(at) == scheme


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('version = "test"', "", "version is missing"),
        ("0.1", "2", "warn_below is 2, not a share"),
        ('"personal_number"', '"anything"', "scheme no. 2: 'anything' is not one of"),
        ("2026-09-01", '"soon"', "scheme no. 2: from is 'soon', not a day"),
        ("2026-09-01", "2010-01-01", "the days of the schemes do not follow each other"),
        ("warn_below", "warn_above", "warn_above is no setting"),
        ("[[scheme]]", "[[plan]]", "there is no"),
        ("version", "= version", "cannot be read"),
    ],
)
def test_a_policy_that_says_something_else_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    with pytest.raises(PolicyError) as refused:
        code_policy(home_with(tmp_path, TWO.replace(was, becomes)))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("flags", "is_sure"),
    [
        ([], True),
        (["number_moved", "phone_unreadable"], True),
        (["household_code_zeros_proposed"], True),
        (["personal_id_of_another"], False),
        (["personal_id_disagrees"], False),
        (["personal_id_zeros_proposed"], False),
        (["bhxh_code_letters_proposed"], False),
    ],
)
def test_only_a_sure_number_becomes_a_code(flags: list[str], is_sure: bool) -> None:
    meaning: dict[str, Any] = {"personal_id": "001188000777", "flags": flags}
    assert own_number(meaning) == ("001188000777" if is_sure else None)
