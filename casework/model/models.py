"""What a model says, ready to be shown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from casework.errors import UsageError
from matching.model import Comparison, Level, Model
from matching.model_files import ModelError, load_model
from matching.steps import RulesError, rules_of


@dataclass(frozen=True)
class LevelView:
    """One level: m, u, twin and relative are chances, `weight` is log2(m/u).

    `by_value` tells that u is the share of the very value where that is known, `by_size` that it is never rarer than so
    many strangers in the whole register, so that the weight of a pair may differ.
    """

    name: str
    label: str
    m: float
    u: float
    weight: float
    twin: float | None
    relative: float | None
    by_value: bool
    by_size: bool
    conditional: bool


@dataclass(frozen=True)
class ComparisonView:
    """One comparison with its kind, the columns that it reads and its levels."""

    name: str
    label: str
    kind: str
    columns: Sequence[str]
    levels: Sequence[LevelView]


@dataclass(frozen=True)
class ModelView:
    """A whole model. `keys` are the keys of its search steps, by step."""

    version: str
    date: str
    trained_on: str
    search: str
    keys: Mapping[str, Sequence[str]]
    priors: Mapping[str, float]
    others: Mapping[str, float]
    missed: Mapping[str, float]
    thresholds: Mapping[str, float]
    comparisons: Sequence[ComparisonView]


def model_of(source: str | None) -> Model:
    """The model of a version or file, the newest where none is named; UsageError with every fault of it."""
    try:
        return load_model(source)
    except ModelError as error:
        raise UsageError(str(error)) from error


def view_model(source: str | None) -> ModelView:
    """What the model of a version or file says; UsageError where it cannot be read."""
    model = model_of(source)
    try:
        rules = rules_of(model)
    except RulesError as error:
        raise UsageError(str(error)) from error
    return ModelView(
        version=model.version,
        date=model.date.isoformat(),
        trained_on=model.trained_on,
        search=rules.version,
        keys={step.name: [" + ".join(key) for key in step.keys] for step in rules.steps},
        priors=model.priors,
        others=model.others,
        missed=model.missed,
        thresholds=model.thresholds,
        comparisons=[_comparison(each, model) for each in model.comparisons],
    )


def _comparison(comparison: Comparison, model: Model) -> ComparisonView:
    levels = [_level(level, model) for level in comparison.levels]
    return ComparisonView(comparison.name, comparison.label, comparison.kind, comparison.columns, levels)


def _level(level: Level, model: Model) -> LevelView:
    return LevelView(
        name=level.name,
        label=level.label,
        m=level.same,
        u=level.stranger,
        weight=round(math.log2(level.same / level.stranger), 4),
        twin=level.twin if "twin" in model.others else None,
        relative=level.relative if "relative" in model.others else None,
        by_value=level.share is not None,
        by_size=level.strays > 0,
        conditional=level.conditional,
    )
