"""A scored pair in words: which comparison speaks for one person, which against, and how strongly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matching.levels import LEVELS_OF, code
from matching.model import Model

#: Weights below this many bits say too little to be told.
_TELLING = 0.5
_NAME = ("given", "middle", "surname")


def explain(scored: Mapping[str, Any], model: Model) -> list[tuple[str, str, float]]:
    """What each comparison of one SCORED row says: (comparison, level in Vietnamese, weight), heaviest first.

    A whole name that agrees is one reason, "name": what its parts weigh apart from each other says nothing.
    """
    found = [
        (comparison.name, comparison.levels[at - 1].label, float(scored[f"weight_{comparison.name}"]))
        for comparison in model.comparisons
        if (at := int(scored[f"level_{comparison.name}"])) > 0
    ]
    for form, label in (("same", "trùng họ tên"), ("flat", "trùng họ tên không dấu")):
        if all(scored[f"level_{part}"] in _agreeing(part, form) for part in _NAME):
            whole = sum(weight for name, _, weight in found if name in _NAME)
            found = [("name", label, whole), *(reason for reason in found if reason[0] not in _NAME)]
            break
    return sorted(found, key=lambda reason: -abs(reason[2]))


def _agreeing(part: str, form: str) -> tuple[int, ...]:
    """The codes at which a part of the name agrees, in full or but for the marks of the row."""
    kept = ("same", "none") if form == "same" else ("same", "none", "flat")
    return tuple(code(part, level) for level in kept if level in LEVELS_OF[part])


def sentence(scored: Mapping[str, Any], model: Model) -> str:
    """One Vietnamese sentence of what agrees and what does not, without any value of the row itself."""
    telling = [(label, weight) for _, label, weight in explain(scored, model) if abs(weight) >= _TELLING]
    alike = [label for label, weight in telling if weight > 0]
    unlike = [label for label, weight in telling if weight < 0]
    told = "; ".join(", ".join(labels) for labels in (alike, unlike) if labels)
    return f"{told[:1].upper()}{told[1:]}." if told else "Không có thông tin nào để so."
