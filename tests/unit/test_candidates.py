"""Which blocks are read whole, narrowed or cut, what each step found, and when a search is complete."""

from __future__ import annotations

import hashlib

import polars as pl
import pytest

from matching.block import ASKED
from matching.candidates import LOOKUP, choose_keys, is_complete, search_steps
from matching.schemas import SEARCH_STEPS
from matching.steps import SearchRules, Step

CAP = 10
RULES = SearchRules(
    "test",
    CAP,
    "name_birth",
    (
        Step("code", "", "given", (("code",),), None),
        Step("name_birth", "", "always", (("name", "birth"),), "province"),
        Step("sound_birth", "", "always", (("sound", "birth"),), None),
        Step("name_place", "", "extra", (("name", "place"),), None),
    ),
)
HITS = {"record_id_l": pl.Int64, "step": pl.String, "record_id_r": pl.Int64}


def questions(*keys: tuple[int, str, int, int]) -> pl.DataFrame:
    """ASKED out of (record, step, key, key before narrowing)."""
    rows = [(record, step, key, base, key != base) for record, step, key, base in keys]
    return pl.DataFrame(rows, schema=ASKED, orient="row")


def sizes(**records: int) -> pl.DataFrame:
    rows = [(int(key.removeprefix("k")), count) for key, count in records.items()]
    return pl.DataFrame(rows, schema={"key_hash": pl.Int64, "records": pl.Int64}, orient="row")


def chosen(asked: pl.DataFrame, blocks: pl.DataFrame) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """((key, status) to read, (record, step) cut)."""
    lookup, cut = choose_keys(asked, blocks, CAP)
    assert dict(lookup.schema) == LOOKUP
    return set(lookup.select("key_hash", "status").iter_rows()), set(cut.iter_rows())


def hits(*found: tuple[int, str, int]) -> pl.DataFrame:
    return pl.DataFrame(list(found), schema=HITS, orient="row")


def steps_of(
    record_ids: list[int], asked: pl.DataFrame, blocks: pl.DataFrame, found: pl.DataFrame | None = None
) -> pl.DataFrame:
    lookup, cut = choose_keys(asked, blocks, CAP)
    return search_steps(
        pl.Series(record_ids, dtype=pl.Int64),
        asked=asked,
        lookup=lookup,
        cut=cut,
        hits=hits() if found is None else found,
        rules=RULES,
    )


@pytest.mark.parametrize(
    ("blocks", "read", "is_cut"),
    [
        pytest.param({}, {(1, "complete")}, False, id="an empty block"),
        pytest.param({"k1": CAP}, {(1, "complete")}, False, id="a block at the cap is read whole"),
        pytest.param({"k1": CAP + 1, "k11": CAP}, {(11, "narrowed"), (12, "narrowed")}, False, id="above: narrowed"),
        pytest.param({"k1": CAP + 1}, {(11, "narrowed"), (12, "narrowed")}, False, id="narrowed to nothing"),
        pytest.param({"k1": 99, "k11": CAP + 1, "k12": 1}, {(12, "narrowed")}, True, id="a narrowed block is above"),
        pytest.param({"k1": 99, "k11": 98, "k12": 97}, set(), True, id="both narrowed blocks are above"),
        pytest.param({"k1": 3, "k11": 99}, {(1, "complete")}, False, id="what is not narrowed is not cut"),
    ],
)
def test_a_block_above_the_cap_is_narrowed_and_one_still_above_is_cut(
    blocks: dict[str, int], read: set[tuple[int, str]], is_cut: bool
) -> None:
    asked = questions((-1, "name_birth", 1, 1), (-1, "name_birth", 11, 1), (-1, "name_birth", 12, 1))
    assert chosen(asked, sizes(**blocks)) == (read, {(-1, "name_birth")} if is_cut else set())


def test_a_block_that_nothing_narrows_is_cut() -> None:
    assert chosen(questions((-1, "sound_birth", 1, 1)), sizes(k1=CAP + 1)) == (set(), {(-1, "sound_birth")})


def test_a_row_without_the_narrowing_value_is_cut_where_another_is_narrowed() -> None:
    asked = questions((-1, "name_birth", 1, 1), (-2, "name_birth", 1, 1), (-2, "name_birth", 11, 1))
    assert chosen(asked, sizes(k1=CAP + 1)) == ({(11, "narrowed")}, {(-1, "name_birth")})


def test_only_the_key_above_the_cap_is_narrowed() -> None:
    asked = questions(
        (-1, "name_birth", 1, 1), (-1, "name_birth", 11, 1), (-1, "name_birth", 2, 2), (-1, "name_birth", 12, 2)
    )
    assert chosen(asked, sizes(k1=CAP + 1, k2=1)) == ({(11, "narrowed"), (2, "complete")}, set())


def test_one_block_is_cut_for_everyone_who_asks_for_it() -> None:
    asked = questions((-1, "sound_birth", 1, 1), (-2, "sound_birth", 1, 1), (-3, "sound_birth", 2, 2))
    assert chosen(asked, sizes(k1=99)) == ({(2, "complete")}, {(-1, "sound_birth"), (-2, "sound_birth")})


def test_every_step_is_listed_for_every_record_in_order() -> None:
    asked = questions(
        (-2, "name_birth", 1, 1), (-2, "name_birth", 11, 1), (-2, "sound_birth", 3, 3), (-1, "code", 4, 4)
    )
    steps = steps_of([-1, -2, -3], asked, sizes(k1=99, k3=99))
    assert dict(steps.schema) == dict(SEARCH_STEPS)
    assert steps.select("record_id", "step", "status").rows() == [
        (-3, "code", "not_applicable"),
        (-3, "name_birth", "not_applicable"),
        (-3, "sound_birth", "not_applicable"),
        (-3, "name_place", "not_applicable"),
        (-2, "code", "not_applicable"),
        (-2, "name_birth", "narrowed"),
        (-2, "sound_birth", "cut"),
        (-2, "name_place", "not_applicable"),
        (-1, "code", "complete"),
        (-1, "name_birth", "not_applicable"),
        (-1, "sound_birth", "not_applicable"),
        (-1, "name_place", "not_applicable"),
    ]


def test_a_step_is_as_incomplete_as_its_worst_key() -> None:
    asked = questions((-1, "sound_birth", 1, 1), (-1, "sound_birth", 2, 2), (-1, "sound_birth", 3, 3))
    assert steps_of([-1], asked, sizes(k2=99))["status"].to_list()[2] == "cut"


def test_hits_are_counted_once_and_named_by_a_digest_of_their_sorted_ids() -> None:
    asked = questions((-1, "code", 1, 1), (-1, "name_birth", 2, 2))
    found = [(-1, "code", 12), (-1, "code", 7), (-1, "code", -3), (-1, "code", 7)]
    first, second = (steps_of([-1], asked, sizes(), hits(*order)) for order in (found, found[::-1]))
    assert first.equals(second)
    assert first["hits"].to_list() == [3, 0, 0, 0]
    nothing = hashlib.sha256(b"").hexdigest()
    assert first["digest"].to_list() == [hashlib.sha256(b"-3,7,12").hexdigest(), nothing, nothing, nothing]


def test_the_hits_of_one_row_are_not_those_of_another() -> None:
    asked = questions((-1, "code", 1, 1), (-2, "code", 1, 1))
    steps = steps_of([-1, -2], asked, sizes(), hits((-2, "code", 5)))
    assert dict(steps.filter(pl.col("step") == "code").select("record_id", "hits").iter_rows()) == {-1: 0, -2: 1}


@pytest.mark.parametrize(
    ("statuses", "complete"),
    [
        pytest.param({"name_birth": "complete"}, True, id="what must run has run, nothing else applied"),
        pytest.param({"name_birth": "narrowed"}, True, id="what must run was narrowed"),
        pytest.param({"name_birth": "cut"}, False, id="what must run was cut"),
        pytest.param({}, False, id="nothing applied"),
        pytest.param({"code": "complete", "sound_birth": "complete"}, False, id="all but what must run has run"),
        pytest.param({"name_birth": "complete", "sound_birth": "cut"}, False, id="a step always needed was cut"),
        pytest.param({"name_birth": "complete", "code": "cut"}, False, id="a step needed when given was cut"),
        pytest.param({"name_birth": "complete", "name_place": "cut"}, True, id="an extra step was cut"),
    ],
)
def test_when_a_search_is_complete(statuses: dict[str, str], complete: bool) -> None:
    rows = [(-1, step.name, statuses.get(step.name, "not_applicable"), 0, "") for step in RULES.steps]
    steps = pl.DataFrame(rows, schema=dict(SEARCH_STEPS), orient="row")
    assert is_complete(steps, RULES).rows() == [(-1, complete)]


def test_one_row_cut_leaves_the_others_complete() -> None:
    asked = questions((-1, "name_birth", 1, 1), (-2, "name_birth", 2, 2), (-3, "code", 3, 3))
    steps = steps_of([-3, -2, -1], asked, sizes(k1=99))
    assert dict(is_complete(steps, RULES).iter_rows()) == {-1: False, -2: True, -3: False}


def test_nobody_searches_and_nothing_is_found() -> None:
    steps = steps_of([], questions(), sizes())
    assert steps.is_empty()
    assert is_complete(steps, RULES).is_empty()
