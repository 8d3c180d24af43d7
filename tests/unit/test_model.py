"""Model files: what they hold, and that a wrong one is refused with every fault named."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.model import MODELS, Level, Model
from matching.model_files import ModelError, load_model, parse_model, versions, write_model
from matching.posteriors import posteriors_of
from matching.schemas import EVENTS, levels_schema
from matching.score import score
from matching.train import TrainingError, TrainingPairs, train

BASE = load_model()


@pytest.mark.parametrize("version", versions())
def test_every_model_of_the_folder_is_sound_and_named_by_its_version(version: str) -> None:
    model = load_model(version)
    assert model.version == version == model.date.isoformat()
    assert set(model.priors) == set(EVENTS)


def test_a_written_model_is_read_as_the_same_model(tmp_path: Path) -> None:
    write_model(BASE, tmp_path / "model.toml")
    assert load_model(tmp_path / "model.toml") == BASE


def test_an_unknown_version_is_refused_with_those_at_hand() -> None:
    with pytest.raises(ModelError, match=f"1999-01-01: no such model; at hand are .*{BASE.version}"):
        load_model("1999-01-01")


def _drop(key: str) -> Callable[[dict[str, Any]], Any]:
    return lambda text: text.pop(key)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (_drop("version"), "version must be str"),
        (_drop("prior"), r"\[prior\] must have birth"),
        (lambda text: text["prior"].update(birth=1.5), r"\[prior\] must hold probabilities"),
        (lambda text: text["thresholds"].update(upper=0.001), "0 < lower < upper < 1"),
        (lambda text: text.update(comparisons=[]), "comparisons is no part of a model"),
        (lambda text: text["comparison"].pop(0), "the register is decided by given, which is not compared"),
        (_drop("comparison"), r"there is no \[\[comparison\]\]"),
        (lambda text: text["comparison"].pop(), "session no. 2: learns must name comparisons"),
        (lambda text: text["comparison"].append(text["comparison"][0]), "two comparisons have one name"),
        (lambda text: text["comparison"][4].update(kind="sex"), "sex: kind is 'sex', not one of given"),
        (lambda text: text["comparison"][4].update(columns=[]), "sex: columns must name, in this order: value"),
        (lambda text: text["comparison"][4].update(learns=["same", "friend"]), "sex: learns must list some of same"),
        (lambda text: text["comparison"][8].update(within="sexes"), "place: within must name a comparison"),
        (lambda text: text["comparison"][1]["whole"].update(name="names"), "middle: whole must name a share"),
        (lambda text: text["comparison"][0].update(columns=["a", "b", "c", "d", "e"]), "must read the same columns"),
        (lambda text: text["session"][0]["agreeing"].update(sex=["alike"]), "session no. 1: agreeing must name"),
        (lambda text: text["comparison"][4]["levels"].pop(), "sex: levels must be same, different"),
        (lambda text: text["comparison"][4]["levels"][0].update(same=0.5), "sex: the probabilities under same sum to"),
        (lambda text: text["comparison"][4]["levels"][0].update(twin=0), "sex: same: twin must be a probability"),
        (lambda text: text["comparison"][4]["levels"][0].update(share="age"), "sex.same: share must be one of"),
        (lambda text: text["comparison"][4]["levels"][0].update(odds=1.0), "sex: same: unknown key odds"),
    ],
)
def test_a_wrong_model_is_refused(spoil: Callable[[dict[str, Any]], Any], fault: str) -> None:
    text = tomllib.loads((MODELS / f"{BASE.version}.toml").read_text(encoding="utf-8"))
    spoil(text)
    with pytest.raises(ModelError, match=f"here.toml: .*{fault}"):
        parse_model(text, MODELS / "here.toml")


def drawn(rng: np.random.Generator, pairs: int, kind: str, missing: float) -> pl.DataFrame:
    """LEVELS of pairs of one class, each comparison drawn by the base model's chances or missing."""
    columns: dict[str, Any] = {}
    for comparison in BASE.comparisons:
        codes = [at for at, level in enumerate(comparison.levels, start=1) if not level.conditional]
        chances = np.array([getattr(comparison.levels[at - 1], kind) for at in codes])
        told = rng.choice(codes, pairs, p=chances / chances.sum())
        columns[f"level_{comparison.name}"] = np.where(rng.random(pairs) < missing, 0, told)
    ids = {"record_id_l": np.arange(pairs), "record_id_r": np.arange(pairs)}
    return pl.DataFrame({**ids, **columns, **{f"share_{name}": np.full(pairs, np.nan) for name in BASE.shares}}).select(
        pl.col(name).cast(kind_) for name, kind_ in levels_schema(BASE.names, BASE.shares).items()
    )


def simulated(seed: int) -> TrainingPairs:
    rng = np.random.default_rng(seed)
    blocked = drawn(rng, 20_000, "stranger", 0.2).with_columns(
        # A search brings strangers who agree in something, here in the birth date or in the name.
        pl.when(pl.col("record_id_l") < 6_000).then(1).otherwise(pl.col("level_birth")).alias("level_birth"),
        *(
            pl.when(pl.col("record_id_l").is_between(6_000, 12_000)).then(level).otherwise(pl.col(name)).alias(name)
            for name, level in (("level_given", 1), ("level_surname", 1), ("level_middle", 2))
        ),
    )
    return TrainingPairs(
        candidates=pl.concat([drawn(rng, 16_000, "same", 0.2), blocked], how="vertical_relaxed"),
        others={
            "stranger": drawn(rng, 100_000, "stranger", 0.2),
            "relative": drawn(rng, 20_000, "relative", 0.2),
            "twin": drawn(rng, 2_000, "twin", 0.2),
        },
    )


#: (class, how far off a chance may be, comparisons): what the samples can teach.
TAUGHT = (
    ("same", 0.03, ("given", "middle", "surname", "sex", "birth", "personal_id", "code", "place")),
    ("stranger", 0.01, ("given", "middle", "surname", "sex", "birth", "personal_id", "code")),
    ("relative", 0.02, ("given", "middle", "surname", "sex", "relation")),
    ("twin", 0.05, ("middle", "surname")),
)


@pytest.mark.slow
def test_training_finds_the_chances_that_the_pairs_were_drawn_with() -> None:
    guess = _flattened()
    learnt = train(simulated(3), guess, seed=1, version="2026-12-01", at=date(2026, 12, 1), trained_on="drawn")
    for kind, tolerance, names in TAUGHT:
        for name in names:
            models = (BASE, learnt, guess)
            true, found, first = ([getattr(level, kind) for level in _learnable(each, name)] for each in models)
            assert found == pytest.approx(true, abs=tolerance), (name, kind)
            assert first == true or np.abs(np.subtract(found, true)).sum() < np.abs(np.subtract(first, true)).sum() / 2


def _learnable(model: Model, name: str) -> list[Level]:
    return [level for level in model.comparison(name).levels if not level.conditional]


def _flattened() -> Model:
    """The base model with the chances among matches a tenth of the way to even: a poor first guess.

    Birth levels that training does not touch keep their chance.
    """
    text = tomllib.loads((MODELS / f"{BASE.version}.toml").read_text(encoding="utf-8"))
    for comparison in text["comparison"]:
        levels = [level for level in comparison["levels"] if not level.get("conditional")]
        levels = [level for level in levels if level["name"] not in ("same_year", "different_year", "clash", "far")]
        even = sum(level["same"] for level in levels) / len(levels)
        for level in levels:
            level["same"] = level["same"] * 0.9 + even * 0.1
    return parse_model(text, MODELS / "flattened.toml")


@pytest.mark.slow
def test_training_is_repeatable_and_leaves_the_global_generator_alone(tmp_path: Path) -> None:
    before = np.random.get_state(legacy=False)["state"]["key"].tolist()
    written = []
    for name in ("one.toml", "other.toml"):
        learnt = train(simulated(4), BASE, seed=1, version="2026-12-01", at=date(2026, 12, 1), trained_on="drawn")
        write_model(learnt, tmp_path / name)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    assert np.random.get_state(legacy=False)["state"]["key"].tolist() == before
    assert load_model(tmp_path / "one.toml").version == "2026-12-01"


def test_candidates_that_teach_nothing_are_refused() -> None:
    few = simulated(5)
    told: dict[str, Any] = {"version": "2026-12-01", "at": date(2026, 12, 1), "trained_on": "drawn"}
    with pytest.raises(TrainingError, match="candidate pairs agree in birth, household; EM needs 100"):
        train(TrainingPairs(few.candidates.head(50), few.others), BASE, seed=1, **told)


def test_weights_sum_to_the_match_weight() -> None:
    rng = np.random.default_rng(6)
    levels = pl.concat([drawn(rng, 50, kind, 0.1) for kind in ("same", "stranger", "twin", "relative")]).with_columns(
        record_id_l=pl.Series(-1 - rng.integers(0, 40, 200)), record_id_r=pl.int_range(1, 201)
    )
    scored = score(levels, BASE, 1_000_000)
    weights = scored.select(pl.sum_horizontal(f"weight_{name}" for name in BASE.names)).to_series()
    assert weights.to_list() == pytest.approx(scored["match_weight"].to_list())
    assert (scored["log_same"] - scored["log_stranger"]).to_list() == pytest.approx(scored["match_weight"].to_list())


@given(st.lists(st.floats(-200, 200), max_size=6), st.floats(0.01, 0.99), st.floats(0.001, 0.2))
def test_posteriors_sum_to_one_and_follow_the_odds(odds: list[float], prior: float, lost: float) -> None:
    found = posteriors_of(odds, prior, lost)
    assert sum(found.candidates) + found.new + found.missed == pytest.approx(1.0)
    assert found.missed * (1 - prior) == pytest.approx(found.new * prior * lost)
    ordered = sorted(zip(odds, found.candidates, strict=True))
    assert [share for _, share in ordered] == sorted(found.candidates)


def test_a_level_that_is_missing_says_nothing() -> None:
    nothing = drawn(np.random.default_rng(7), 1, "same", 1.0)
    scored = score(nothing, BASE, 1_000)
    assert scored["match_weight"].item() == 0.0
    assert scored["odds"].item() == pytest.approx(-np.log2(1_000 + sum(BASE.others.values())))
