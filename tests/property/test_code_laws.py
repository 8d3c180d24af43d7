"""Laws of the numbers that are drawn: each counter value has one number of its own, and the key decides which."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.codes import CAPACITY, permute
from registry.errors import RegistryError
from registry.home import Key

KEYS = st.binary(min_size=32, max_size=32).map(lambda secret: Key("k", secret))
PROVINCES = st.sampled_from(["01", "04", "79", "96"])
VALUES = st.integers(0, CAPACITY - 1)


@given(KEYS, PROVINCES, st.sets(VALUES, min_size=2, max_size=200))
def test_no_two_values_have_one_number(key: Key, province: str, values: set[int]) -> None:
    numbers = {permute(value, key, province) for value in values}
    assert len(numbers) == len(values)
    assert all(0 <= number < CAPACITY for number in numbers)


@given(KEYS, PROVINCES, st.integers(0, CAPACITY - 200))
def test_neighbouring_values_tell_no_order(key: Key, province: str, first: int) -> None:
    numbers = [permute(first + step, key, province) for step in range(200)]
    assert len(set(numbers)) == len(numbers)
    rises = sum(later > earlier for earlier, later in pairwise(numbers))
    assert 50 < rises < 150
    assert len({number // 10_000_000 for number in numbers}) == 10


@given(KEYS, KEYS, st.lists(VALUES, min_size=20, max_size=20, unique=True))
def test_another_key_or_province_gives_other_numbers(key: Key, other: Key, values: list[int]) -> None:
    mine = [permute(value, key, "01") for value in values]
    assert mine != [permute(value, key, "79") for value in values]
    assert (mine == [permute(value, other, "01") for value in values]) == (key == other)


@given(KEYS, st.integers(CAPACITY, CAPACITY * 2))
def test_a_province_that_has_drawn_all_is_refused(key: Key, value: int) -> None:
    with pytest.raises(RegistryError, match="province 01: all"):
        permute(value, key, "01")
