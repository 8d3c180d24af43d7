"""The policy of codes: which day counts, and which number becomes a code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from casework.deciding.code_scheme import PERMUTATION, PERSONAL, code_policy, own_number
from casework.types import Home
from tests.policies import SCHEMES, with_policy


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
    assert code_policy(with_policy(Home(tmp_path), "codes", SCHEMES)).scheme_at(at) == scheme


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
