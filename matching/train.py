"""Learning a model from pairs whose truth nobody knows.

m comes from EM over the candidate pairs of a search (recordlinkage's ECMClassifier), u from random pairs, and the
chances under "twin" and "relative" from pairs of one household of the register. What a sample cannot teach a
comparison, as pairs of one household say nothing of the household, the model leaves out of the comparison's `learns`.
Every estimate leans on the base model as on a number of pairs seen before, so that no level is impossible and a small
sample changes little.

This is the only module that knows recordlinkage and pandas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from matching.model import Comparison, Level, Model, Session

Array = npt.NDArray[np.float64]

#: How many pairs the base model counts for, by class. A same pair of the base is worth as much as a found one.
_LEAN = {"same": 1000.0, "stranger": 500.0, "twin": 300.0, "relative": 500.0}
#: EM starts from chance; of so many starts the best is kept.
_STARTS = 5
_ITERATIONS = 200
#: Bits by which the matches must outweigh the rest on average; otherwise EM has found some other division.
_LEAST_APART = 5.0
_LEAST_PAIRS = 100


class TrainingError(ValueError):
    """The pairs do not teach anything. The message says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class TrainingPairs:
    """LEVELS of samples of pairs: `candidates`, which are rows and what their search met, and by class `others`.

    stranger: pairs of the register drawn by chance. relative and twin: pairs of one household of the register, born on
    different days and on one day, without those who were entered twice. A class without a sample learns nothing.
    """

    candidates: pl.DataFrame
    others: Mapping[str, pl.DataFrame]


def train(pairs: TrainingPairs, base: Model, *, seed: int, version: str, at: date, trained_on: str) -> Model:
    """The base model with the chances of its levels learnt from the pairs; priors and thresholds stay.

    Raises TrainingError if the candidates do not fall into matches and others.
    """
    candidates = _plain(pairs.candidates, base)
    same: dict[str, Array] = {}
    for session in base.sessions:
        same |= _matches(candidates, session, base, seed)
    found = {"same": same, **{kind: _counts(_plain(levels, base), base) for kind, levels in pairs.others.items()}}
    return replace(
        base,
        version=version,
        date=at,
        trained_on=trained_on,
        comparisons=tuple(_learnt(comparison, found) for comparison in base.comparisons),
    )


def _plain(levels: pl.DataFrame, base: Model) -> pl.DataFrame:
    """The levels with each conditional one as the level that it stands for, or as missing."""
    return levels.with_columns(
        pl.col(f"level_{comparison.name}").replace(
            {
                comparison.code(level.name): comparison.code(level.stands_for) if level.stands_for else 0
                for level in comparison.levels
                if level.conditional
            }
        )
        for comparison in base.comparisons
    )


def _learnt(comparison: Comparison, found: Mapping[str, Mapping[str, Array]]) -> Comparison:
    """The comparison with the chances of its levels learnt."""
    levels = {level.name: level for level in comparison.levels}
    learnable = [level for level in comparison.levels if not level.conditional]
    for kind, counts in found.items():
        if kind not in comparison.learns or comparison.name not in counts:
            continue
        seen = counts[comparison.name][[comparison.code(level.name) for level in learnable]]
        held = np.array([kind == "same" and level.held for level in learnable])
        chances = _leaning(seen, np.array([getattr(level, kind) for level in learnable]), held, _LEAN[kind])
        for level, chance in zip(learnable, chances.tolist(), strict=True):
            levels[level.name] = _with_chance(levels[level.name], kind, chance)
        for level in comparison.levels:
            if level.stands_for:
                levels[level.name] = _with_chance(levels[level.name], kind, getattr(levels[level.stands_for], kind))
    return replace(comparison, levels=tuple(levels.values()))


def _leaning(counts: Array, before: Array, held: npt.NDArray[np.bool_], lean: float) -> Array:
    """The posterior mean under a Dirichlet prior of that weight, but no rarer than the sample or the base can tell.

    The levels that are held keep what they had before; the others share the rest.
    """
    counts = np.where(held, 0.0, counts)
    free = 1 - before[held].sum()
    chance = (counts + lean * before) / (counts.sum() + lean)
    chance = np.maximum(chance, np.minimum(before, 1 / (counts.sum() + lean)))
    chance = np.where(held, before, chance / chance[~held].sum() * free)
    # Ten digits are written; the commonest level takes up what the rounding leaves.
    chance = np.maximum(np.round(chance, 10), 1e-10)
    chance[chance.argmax()] += 1 - chance.sum()
    return np.asarray(np.round(chance, 10), dtype=np.float64)


def _with_chance(level: Level, kind: str, chance: float) -> Level:
    changes: dict[str, Any] = {kind: chance}
    return replace(level, **changes)


def _counts(levels: pl.DataFrame, base: Model) -> dict[str, Array]:
    """How many pairs show each level of each comparison, missing first."""
    return {
        comparison.name: np.bincount(
            levels.get_column(f"level_{comparison.name}").to_numpy(), minlength=len(comparison.level_names)
        ).astype(float)
        for comparison in base.comparisons
    }


def _matches(candidates: pl.DataFrame, session: Session, base: Model, seed: int) -> dict[str, Array]:
    """How many matches show each level of the comparisons that the session learns."""
    told = ", ".join(session.agreeing) or "anything"
    agreeing = candidates.filter(
        pl.col(f"level_{name}").is_in([base.comparison(name).code(level) for level in levels])
        for name, levels in session.agreeing.items()
    )
    if agreeing.height < _LEAST_PAIRS:
        raise TrainingError(
            f"only {agreeing.height} candidate pairs agree in {told}; EM needs {_LEAST_PAIRS}: give more change files"
        )
    names = [
        comparison.name
        for comparison in base.comparisons
        if comparison.name not in session.agreeing
        and "same" in comparison.learns
        and agreeing.get_column(f"level_{comparison.name}").n_unique() > 1
    ]
    # Which of the two classes is the matches is not said by EM: the base model says it.
    best_apart, best_share, best_spread = -np.inf, 0.0, dict[str, Array]()
    for shares, spreads in _fits(agreeing.select(f"level_{name}" for name in names), base, seed):
        worth = [_outweighs(spread, base) for spread in spreads]
        side = int(worth[1] > worth[0])
        if worth[side] - worth[1 - side] > best_apart:
            best_apart, best_share, best_spread = worth[side] - worth[1 - side], shares[side], spreads[side]
    if best_apart < _LEAST_APART:
        raise TrainingError(f"EM found no class of matches among the pairs that agree in {told}; give another search")
    matches = best_share * agreeing.height
    return {name: best_spread[name] * matches for name in session.learns if name in best_spread}


def _outweighs(spread: Mapping[str, Array], base: Model) -> float:
    """The match weight that pairs of this spread have on average under the base model."""
    total = 0.0
    for name, chances in spread.items():
        weights = np.array([0.0, *(np.log2(level.same / level.stranger) for level in base.comparison(name).levels)])
        total += float(chances @ weights)
    return total


def _never_certain(predict: Callable[[Any], Array]) -> Callable[[Any], Array]:
    """The E step, kept off 0 and 1: there recordlinkage multiplies by the logarithm of nothing."""

    def predict_proba(observed: Any) -> Array:
        return np.clip(predict(observed), 1e-9, 1.0)

    return predict_proba


def _fits(
    levels: pl.DataFrame, base: Model, seed: int
) -> list[tuple[Array, tuple[dict[str, Array], dict[str, Array]]]]:
    """(share of each of the two classes, their spreads by comparison) of several starts of EM.

    recordlinkage draws its start from numpy's global generator, so that is seeded here and put back afterwards.
    """
    import pandas as pd
    from recordlinkage import ECMClassifier

    frame = pd.DataFrame({name.removeprefix("level_"): levels.get_column(name).to_numpy() for name in levels.columns})
    state = np.random.get_state()
    fits = []
    try:
        for start in range(_STARTS):
            np.random.seed(seed + start)
            classifier = ECMClassifier(init="random", max_iter=_ITERATIONS, atol=1e-6)
            kernel = classifier.kernel
            kernel.predict_proba = _never_certain(kernel.predict_proba)
            classifier.fit(frame)
            chances = np.exp(kernel.feature_log_prob_)
            sides: tuple[dict[str, Array], dict[str, Array]] = ({}, {})
            at = 0
            for name, kinds in zip(frame.columns, kernel.labels_, strict=True):
                for side in (0, 1):
                    part = chances[side, at : at + len(kinds)]
                    sides[side][name] = np.zeros(len(base.comparison(name).level_names))
                    sides[side][name][kinds] = part / part.sum()
                at += len(kinds)
            fits.append((np.exp(kernel.class_log_prior_), sides))
    finally:
        np.random.set_state(state)
    return fits
