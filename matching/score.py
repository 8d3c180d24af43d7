"""LEVELS to SCORED: how much likelier the levels of a pair are if it is one person than if it is anybody else.

A candidate is the row's person, a stranger who agrees by chance, a twin, or another member of the family. Fellegi and
Sunter's weights are the special case of strangers alone. See A theory for record linkage, JASA 64 (1969).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from matching.model import Comparison, Level, Model, Whole
from matching.schemas import conform, scored_schema

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint8]

#: Their places among a model's classes, which begin with them.
_SAME, _STRANGER = range(2)
#: No level is taken to be rarer than this among strangers, whatever the shares say.
_RAREST = 1e-12


def score(levels: pl.DataFrame, model: Model, population: int) -> pl.DataFrame:
    """SCORED of LEVELS, in their order. `population` is the number of records that were searched."""
    shares = {
        name.removeprefix("share_"): levels.get_column(name).to_numpy()
        for name in levels.columns
        if name.startswith("share_")
    }
    logs = np.zeros((len(model.classes), levels.height))
    weights: dict[str, Array] = {}
    for comparison in model.comparisons:
        codes = levels.get_column(f"level_{comparison.name}").to_numpy()
        found = np.log2(_probabilities(comparison, codes, shares, max(population, 1), model))
        weights[comparison.name] = found[_SAME] - found[_STRANGER]
        logs += found
    for comparison in model.comparisons:
        if comparison.whole:
            beside = _beside_parts(comparison.whole, levels, shares, model, weights)
            logs[_STRANGER] -= beside
            weights[comparison.name] = weights[comparison.name] + beside
    crowds = [max(population, 1), *(max(count, _RAREST) for count in model.others.values())]
    others = np.stack([log + np.log2(crowd) for log, crowd in zip(logs[1:], crowds, strict=True)])
    likeliest = np.array(model.classes[1:])[others.argmax(axis=0)] if levels.height else []
    scored = levels.select("record_id_l", "record_id_r", *(f"level_{name}" for name in model.names)).with_columns(
        pl.Series("match_weight", np.sum(list(weights.values()), axis=0)),
        *(pl.Series(f"weight_{name}", weight) for name, weight in weights.items()),
        *(pl.Series(f"log_{kind}", log) for kind, log in zip(model.classes, logs, strict=True)),
        pl.Series("odds", logs[_SAME] - np.logaddexp2.reduce(others, axis=0)),
        pl.Series("likeliest_other", likeliest, dtype=pl.String),
    )
    return conform(scored, scored_schema(model.names, model.classes))


def _probabilities(
    comparison: Comparison, codes: Codes, shares: Mapping[str, Array], population: int, model: Model
) -> Array:
    """The probability of each pair's level under each class: (classes, pairs). A missing level is certain."""
    table = np.ones((len(model.classes), len(comparison.levels) + 1))
    for at, level in enumerate(comparison.levels, start=1):
        table[:, at] = [getattr(level, kind) for kind in model.classes]
        table[_STRANGER, at] = max(level.stranger, level.strays / population)
    found = table[:, codes]
    for at, level in enumerate(comparison.levels, start=1):
        if level.share is not None:
            rows = np.flatnonzero((codes == at) & ~np.isnan(shares[level.share]))
            _adjust(found, rows, level, shares, model, is_chosen=comparison.chosen)
    clipped: Array = np.clip(found, _RAREST, 1.0)
    return clipped


def _adjust(
    found: Array,
    rows: npt.NDArray[np.int64],
    level: Level,
    shares: Mapping[str, Array],
    model: Model,
    *,
    is_chosen: bool,
) -> None:
    """Put how common the very value is in the place of how common the level is, where the level has a share."""
    common = shares[str(level.share)][rows]
    family = {kind: at for at, kind in enumerate(model.classes) if kind in ("twin", "relative") and is_chosen}
    if level.spread is None:
        chance = common * level.factor
        if "relative" in family:
            # A family may give a common name twice over the generations; never to two children of one day.
            found[family["relative"], rows] = level.relative + chance
    else:
        # A slip from a rare value to a common one is likelier than two persons, one of whom bears the rare one; but
        # it cannot say more than that the common value agrees.
        chance = np.maximum(shares[f"{level.share}_rare"][rows] / level.spread, level.same * common)
        for at in family.values():
            found[at, rows] = model.likeness * chance
    found[_STRANGER, rows] = chance


def _beside_parts(
    whole: Whole, levels: pl.DataFrame, shares: Mapping[str, Array], model: Model, weights: Mapping[str, Array]
) -> Array:
    """What the agreement of the whole (a name) is worth beside that of its parts, in bits.

    A stranger agrees on the whole name as often as others carry it, which is not the product of its parts; and a name
    that agrees but for a slip cannot say more than that whole name would.
    """
    same = np.zeros(levels.height)
    parts = np.zeros(levels.height)
    is_weighed = np.zeros(levels.height, dtype=np.bool_)
    for name in whole.parts:
        comparison = model.comparison(name)
        codes = levels.get_column(f"level_{name}").to_numpy()
        log_same = np.log2(np.array([1.0, *(level.same for level in comparison.levels)])[codes])
        same += log_same
        parts += log_same - weights[name]
        is_weighed |= np.array([False, *(level.share == whole.name for level in comparison.levels)])[codes]
    agrees, near = (np.log2(np.maximum(shares[name], _RAREST)) for name in (whole.name, f"{whole.name}_near"))
    beside = np.select(
        [~np.isnan(agrees) & ~is_weighed, ~np.isnan(near)],
        [parts - agrees, parts - np.maximum(parts, same + near)],
        0.0,
    )
    return np.asarray(beside, dtype=np.float64)


def missed(rows: pl.DataFrame, model: Model) -> pl.DataFrame:
    """How likely the search misses the person of each NORMALISED row who is in the register: record_id, missed."""
    numbered = pl.col("personal_id").is_not_null() | (pl.col("codes").list.len().fill_null(0) > 0)
    named = pl.col("name_fold").str.contains(" ") & ~pl.col("is_unnamed").fill_null(False)
    dated = pl.col("birth").is_not_null()
    # 1 January often stands for a date that nobody knows
    to_the_day = dated & (pl.col("birth_precision") == 0) & (pl.col("birth") % 10000 != 101)
    placed = pl.max_horizontal(pl.col(name).list.len().fill_null(0) for name in ("birth_place", "residence")) > 0
    # where somebody lives now says little of where he was registered
    born_somewhere = pl.col("birth_place").list.len().fill_null(0) > 0
    strong = (numbered | (named & to_the_day & placed)).fill_null(False)
    fair = (named & (to_the_day | (dated & born_somewhere))).fill_null(False)
    quality = pl.when(strong).then(model.missed["strong"]).when(fair).then(model.missed["fair"])
    return rows.select("record_id", quality.otherwise(model.missed["poor"]).alias("missed"))
