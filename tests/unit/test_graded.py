"""Comparisons of any text or digits, under a model that declares its own levels, and keys of its own atoms."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from matching.block import asked, emitted
from matching.compare import ComparisonError, compare
from matching.frequencies import Frequencies, count_frequencies, values_of
from matching.model import Model
from matching.model_files import ModelError, load_model, parse_model, write_model
from matching.samples import meet
from matching.schemas import PAIRS
from matching.score import score
from matching.steps import RulesError, parse_rules, rules_of

MODEL_TEXT = """
version = "shops"
date = 2026-11-22
trained_on = "nothing"
search = "shops_search"

[prior]
row = 0.5

[thresholds]
upper = 0.9
lower = 0.1
missed = 0.05

[[comparison]]
name = "name"
label = "name"
kind = "text"
columns = ["name", "owner"]
levels = [
    { name = "same", label = "same", at_least = 1.0, same = 0.8, stranger = 0.01, share = "name" },
    { name = "swapped", label = "swapped", at_least = 1.0, swapped = true, same = 0.02, stranger = 0.001 },
    { name = "close", label = "close", at_least = 0.9, same = 0.1, stranger = 0.01, share = "name", spread = 0.5 },
    { name = "different", label = "different", same = 0.08, stranger = 0.979 },
]

[[comparison]]
name = "number"
label = "number"
kind = "digits"
columns = ["number"]
levels = [
    { name = "same", label = "same", at_most = 0, same = 0.9, stranger = 0.01 },
    { name = "one off", label = "one off", at_most = 1, same = 0.05, stranger = 0.02 },
    { name = "different", label = "different", same = 0.05, stranger = 0.97 },
]
"""
SEARCH_TEXT = """
version = "shops"
cap = 100
must_run = "names"

[atom.either]
columns = ["name", "owner"]

[atom.both]
columns = ["name", "owner"]
sorted = true

[atom.start]
columns = ["name"]
first = 3

[atom.end]
columns = ["number"]
last = 2

[[step]]
name = "names"
title = "names"
needed = "always"
keys = [["both"], ["start", "end"]]
"""


#: name, owner, number
Shop = tuple[str | None, str | None, str | None]


def model() -> Model:
    return parse_model(tomllib.loads(MODEL_TEXT), Path("shops.toml"))


def shops(first: int, *told: Shop) -> pl.DataFrame:
    frame = pl.DataFrame(told, schema={"name": pl.String, "owner": pl.String, "number": pl.String}, orient="row")
    return frame.with_columns(record_id=pl.int_range(first, first + pl.len()))


def looked(left: pl.DataFrame, right: pl.DataFrame, given: Model) -> pl.DataFrame:
    """LEVELS of the records, side by side."""
    pairs = pl.DataFrame({"record_id_l": left["record_id"], "record_id_r": right["record_id"]}, schema=dict(PAIRS))
    return compare(pairs, left, right, Frequencies(count_frequencies(right, given)), given)


@pytest.mark.parametrize(
    ("one", "other", "levels"),
    [
        (("martha", "lee", "123"), ("martha", "kim", "123"), ("same", "same")),
        (("martha", "lee", "123"), ("marhta", "kim", "132"), ("close", "one off")),
        (("martha", "lee", "123"), ("lee", "martha", "1234"), ("swapped", "one off")),
        (("martha", None, "123"), ("lee", "martha", "1234"), ("different", "one off")),
        (("martha", "lee", "123"), ("dixon", "lee", "321"), ("different", "different")),
        (("martha", "lee", None), (None, "lee", "321"), ("missing", "missing")),
    ],
)
def test_the_first_level_that_is_reached_counts(one: Shop, other: Shop, levels: tuple[str, str]) -> None:
    found = looked(shops(1, one), shops(1, other), model()).row(0, named=True)
    assert tuple(model().levels_of(found).values()) == levels


def test_a_value_weighs_by_how_common_it_is_where_its_level_has_a_share() -> None:
    names = ["martha", "marhta", *["dixon"] * 8]
    right = shops(1, *((name, "x", "1") for name in names))
    left = shops(1, *((name, "y", "2") for name in ("martha", "martha", *names[2:])))
    levels = looked(left, right, model())
    assert levels["share_name"].to_list() == [0.1, 0.1, *[0.8] * 8]
    assert levels["share_name_rare"].to_list()[:2] == [0.1, 0.1]
    scored = score(levels, model(), right.height)
    # log2(m/u): u is the share of the name; of a slip, the share of the rarer value over half of such slips
    assert scored["weight_name"].to_list()[:3] == pytest.approx([3.0, -1.0, 0.0])
    assert scored.columns[-2:] == ["odds", "likeliest_other"]
    assert scored["likeliest_other"].unique().to_list() == ["stranger"]
    assert "log_twin" not in scored.columns


def test_only_what_is_weighed_is_counted() -> None:
    right = shops(1, ("martha", "lee", "123"), ("dixon", None, "1"))
    assert set(count_frequencies(right, model())["part"]) == {"records", "name"}
    assert values_of(model(), right) == ["", "dixon", "martha"]


def test_a_frame_must_have_what_the_model_reads() -> None:
    with pytest.raises(ComparisonError, match="model shops reads owner, which the frame does not have"):
        looked(shops(1, ("a", "b", "1")).drop("owner"), shops(1, ("a", "b", "1")), model())


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda text: text["comparison"][0]["levels"][0].pop("at_least"), "name: same: at_least must be a similarity"),
        (lambda text: text["comparison"][0]["levels"][0].update(at_least=2.0), "at_least must be a similarity"),
        (lambda text: text["comparison"][0]["levels"][3].update(at_least=0.1), "different: the last level takes the"),
        (lambda text: text["comparison"][0].update(columns=["name"]), "name: a swapped level needs a second column"),
        (lambda text: text["comparison"][1]["levels"][0].update(at_most=True), "number: same: at_most must be a num"),
        (lambda text: text["comparison"][1]["levels"][0].update(at_least=1.0), "number: same: at_least is not for"),
        (lambda text: text["comparison"][1]["levels"][0].update(share="name"), "number.same: share must be one of"),
        (lambda text: text["comparison"][1]["levels"][0].update(twin=0.5), "number: same: twin is no class"),
        (lambda text: text["comparison"][1]["levels"][1].update(name="same"), "number: each level needs a name of its"),
        (lambda text: text["prior"].clear(), r"\[prior\] must have an event"),
        (lambda text: text.pop("search"), "search must be str"),
    ],
)
def test_faults_of_a_model_are_named(spoil: Callable[[dict[str, Any]], Any], fault: str) -> None:
    text = tomllib.loads(MODEL_TEXT)
    spoil(text)
    with pytest.raises(ModelError, match=f"shops.toml: .*{fault}"):
        parse_model(text, Path("shops.toml"))


def test_a_model_is_written_as_it_was_read_and_finds_its_search_beside_it(tmp_path: Path) -> None:
    write_model(model(), tmp_path / "shops.toml")
    found = load_model(tmp_path / "shops.toml")
    assert found == model()
    with pytest.raises(RulesError, match=r"model shops names these search steps; there is no .*shops_search.toml"):
        rules_of(found)
    (tmp_path / "shops_search.toml").write_text(SEARCH_TEXT, encoding="utf-8")
    assert rules_of(found) == parse_rules(SEARCH_TEXT)


def test_atoms_of_a_files_own_make_keys() -> None:
    rules = parse_rules(SEARCH_TEXT)
    left = shops(1, ("martha", "lee", "123"), ("marble", None, "923"), ("dixon", "kim", "1"))
    right = shops(11, ("lee", "martha", "9"), ("marvin", "x", "23"), ("dixon", None, "2"))
    assert meet(left, right, rules).rows() == [(1, 11), (1, 12), (2, 12)]
    assert asked(left, rules)["key_hash"].sort().equals(emitted(left, rules)["key_hash"].sort())
    either = parse_rules(SEARCH_TEXT.replace('["both"]', '["either"]'))
    assert meet(left, right, either).rows() == [(1, 11), (1, 12), (2, 12), (3, 13)]
    assert either.digest != rules.digest
    assert parse_rules(SEARCH_TEXT.replace("first = 3", "first = 4")).digest != rules.digest


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('[atom.code]\ncolumns = ["name"]', "atom code: has the name of another atom"),
        ("[atom.other]\nsorted = true", "atom other: columns is not a list of columns"),
        ('[atom.other]\ncolumns = ["name"]\nmiddle = 2', "atom other: middle is no part of an atom"),
        ('[atom.other]\ncolumns = ["name"]\nfirst = -1', "atom other: first is not a number of characters"),
        ('[atom.other]\ncolumns = ["name"]\nsorted = 1', "atom other: sorted must be true or false"),
        ("[atom]\nother = 1", "atom other: is no table"),
    ],
)
def test_faults_of_atoms_are_named(line: str, fault: str) -> None:
    text = SEARCH_TEXT.replace("[atom.end]", f"{line}\n\n[atom.end]") if "[atom]" not in line else _bare(line)
    with pytest.raises(RulesError, match=fault):
        parse_rules(text)


def _bare(line: str) -> str:
    """The search with no atom but that of the line."""
    head, steps = SEARCH_TEXT[: SEARCH_TEXT.index("[atom")], SEARCH_TEXT[SEARCH_TEXT.index("[[step]]") :]
    return f"{head}{line}\n\n{steps}"
