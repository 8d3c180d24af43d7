"""A scored pair in words: which comparison speaks for one person, which against, and how strongly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matching.model import Model, Whole

#: Weights below this many bits say too little to be told.
_TELLING = 0.5
#: Levels at which a part of a whole agrees in full, and those at which it does but for marks that the row lacks.
_SAME = ("same", "none")
_FLAT = (*_SAME, "flat")


def explain(scored: Mapping[str, Any], model: Model) -> list[tuple[str, str, float]]:
    """What each comparison of one SCORED row says: (comparison, level in Vietnamese, weight), heaviest first.

    A whole (name) that agrees is one reason: what its parts weigh apart from each other says nothing.
    """
    agrees = model.levels_of(scored)
    found = [
        (comparison.name, comparison.levels[at - 1].label, float(scored[f"weight_{comparison.name}"]))
        for comparison in model.comparisons
        if (at := int(scored[f"level_{comparison.name}"])) > 0
    ]
    for whole in (comparison.whole for comparison in model.comparisons if comparison.whole):
        if label := _agreeing(whole, agrees):
            weight = sum(weight for name, _, weight in found if name in whole.parts)
            found = [(whole.name, label, weight), *(reason for reason in found if reason[0] not in whole.parts)]
    return sorted(found, key=lambda reason: -abs(reason[2]))


def _agreeing(whole: Whole, agrees: Mapping[str, str]) -> str | None:
    """How the agreement of a whole is told, if it does agree."""
    levels = {agrees[part] for part in whole.parts}
    if levels <= set(_SAME):
        return whole.same
    return whole.flat if levels <= set(_FLAT) else None


def sentence(scored: Mapping[str, Any], model: Model) -> str:
    """One Vietnamese sentence of what agrees and what does not, without any value of the row itself."""
    telling = [(label, weight) for _, label, weight in explain(scored, model) if abs(weight) >= _TELLING]
    alike = [label for label, weight in telling if weight > 0]
    unlike = [label for label, weight in telling if weight < 0]
    told = "; ".join(", ".join(labels) for labels in (alike, unlike) if labels)
    return f"{told[:1].upper()}{told[1:]}." if told else "Không có thông tin nào để so."
