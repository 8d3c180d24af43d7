"""Learning a model from pairs whose truth nobody knows.

m comes from EM over the candidate pairs of a search (recordlinkage's ECMClassifier), u from random pairs, and the
chances under "twin" and "relative" from pairs of one household of the register. Every estimate leans on the base model
as on a number of pairs seen before, so that no level is impossible and a small sample changes little.

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

from matching.levels import LEVELS_OF, code
from matching.model import Comparison, Level, Model
from matching.schemas import COMPARISONS

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
    """LEVELS of four samples of pairs.

    `candidates`: rows and what their search met. `random`: pairs of the register drawn by chance. `relatives` and
    `twins`: pairs of one household of the register, born on different days and on one day.
    """

    candidates: pl.DataFrame
    random: pl.DataFrame
    relatives: pl.DataFrame
    twins: pl.DataFrame


#: What pairs of one household cannot teach: what made them pairs, what a household shares, and numbers, which agree
#: there mostly where one person was entered twice.
_OF_HOUSEHOLD = ("household", "birth", "place", "head", "parents", "phone", "personal_id", "old_id", "code")
#: What a sample cannot teach. Among twins stand persons who were entered twice, with a slip in the name. That a
#: relation agrees says something in one household only, and heads are seldom told.
_GIVEN_BY_SAMPLE = {
    "same": ("relation", "head"),
    "stranger": ("household", "relation"),
    "twin": (*_OF_HOUSEHOLD, "relation", "given", "sex"),
    "relative": _OF_HOUSEHOLD,
}
#: Levels that keep the base's chance among matches: EM takes persons of one name and place for one person, whatever
#: their birth dates.
_HELD = {"birth": ("same_year", "different_year", "clash")}
#: Conditional levels that are another level under another state of the row: they are learnt as one.
_STANDS_FOR = {"flat": "same", "both_exact": "both", "birth_exact": "birth"}


@dataclass(frozen=True, slots=True)
class _Session:
    """One run of EM: over the pairs that agree in something, to learn the comparisons that this says nothing of.

    Over all candidates at once EM finds families instead of persons: members of a household agree in most fields.
    """

    agreeing: Mapping[str, tuple[str, ...]]
    learns: tuple[str, ...]


_SESSIONS = (
    _Session(
        # Twins of a household agree in all but the given name, and would teach that given names change.
        {"birth": ("full",), "household": ("missing", "slip", "different")},
        ("given", "middle", "surname", "sex"),
    ),
    _Session(
        {"given": ("same",), "middle": ("none", "same"), "surname": ("same",)},
        ("birth", "personal_id", "old_id", "code", "place", "household", "parents", "phone"),
    ),
)


def train(pairs: TrainingPairs, base: Model, *, seed: int, version: str, at: date, trained_on: str) -> Model:
    """The base model with the chances of its levels learnt from the pairs; priors and thresholds stay.

    Raises TrainingError if the candidates do not fall into matches and others.
    """
    candidates = _plain(pairs.candidates, base)
    same: dict[str, Array] = {}
    for session in _SESSIONS:
        same |= _matches(candidates, session, base, seed)
    found = {
        "same": same,
        "stranger": _counts(_plain(pairs.random, base)),
        "twin": _counts(_plain(pairs.twins, base)),
        "relative": _counts(_plain(pairs.relatives, base)),
    }
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
                code(comparison.name, level.name): code(comparison.name, _STANDS_FOR.get(level.name, "missing"))
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
        if comparison.name in _GIVEN_BY_SAMPLE[kind]:
            continue
        seen = counts[comparison.name][[code(comparison.name, level.name) for level in learnable]]
        held = np.array([kind == "same" and level.name in _HELD.get(comparison.name, ()) for level in learnable])
        chances = _leaning(seen, np.array([getattr(level, kind) for level in learnable]), held, _LEAN[kind])
        for level, chance in zip(learnable, chances.tolist(), strict=True):
            levels[level.name] = _with_chance(levels[level.name], kind, chance)
        for name, stands_for in _STANDS_FOR.items():
            if name in levels:
                levels[name] = _with_chance(levels[name], kind, getattr(levels[stands_for], kind))
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


def _counts(levels: pl.DataFrame) -> dict[str, Array]:
    """How many pairs show each level of each comparison, missing first."""
    return {
        name: np.bincount(levels.get_column(f"level_{name}").to_numpy(), minlength=len(LEVELS_OF[name])).astype(float)
        for name in COMPARISONS
    }


def _matches(candidates: pl.DataFrame, session: _Session, base: Model, seed: int) -> dict[str, Array]:
    """How many matches show each level of the comparisons that the session learns."""
    told = ", ".join(session.agreeing)
    agreeing = candidates.filter(
        pl.col(f"level_{name}").is_in([code(name, level) for level in levels])
        for name, levels in session.agreeing.items()
    )
    if agreeing.height < _LEAST_PAIRS:
        raise TrainingError(
            f"only {agreeing.height} candidate pairs agree in {told}; EM needs {_LEAST_PAIRS}: give more change files"
        )
    names = [
        name
        for name in COMPARISONS
        if name not in (*session.agreeing, *_GIVEN_BY_SAMPLE["same"])
        and agreeing.get_column(f"level_{name}").n_unique() > 1
    ]
    # Which of the two classes is the matches is not said by EM: the base model says it.
    best_apart, best_share, best_spread = -np.inf, 0.0, dict[str, Array]()
    for shares, spreads in _fits(agreeing.select(f"level_{name}" for name in names), seed):
        worth = [_outweighs(spread, base) for spread in spreads]
        side = int(worth[1] > worth[0])
        if worth[side] - worth[1 - side] > best_apart:
            best_apart, best_share, best_spread = worth[side] - worth[1 - side], shares[side], spreads[side]
    if best_apart < _LEAST_APART:
        raise TrainingError(f"EM found no class of matches among the pairs that agree in {told}; give another search")
    matches = best_share * agreeing.height
    unseen = {name: np.zeros(len(LEVELS_OF[name])) for name in session.learns}
    return {name: best_spread[name] * matches if name in best_spread else unseen[name] for name in session.learns}


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


def _fits(levels: pl.DataFrame, seed: int) -> list[tuple[Array, tuple[dict[str, Array], dict[str, Array]]]]:
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
                    sides[side][name] = np.zeros(len(LEVELS_OF[name]))
                    sides[side][name][kinds] = part / part.sum()
                at += len(kinds)
            fits.append((np.exp(kernel.class_log_prior_), sides))
    finally:
        np.random.set_state(state)
    return fits
