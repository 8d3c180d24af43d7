"""A scored pair in words: which comparison speaks for one person, which against, and how strongly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matching.model import Model

#: Weights below this many bits say too little to be told.
_TELLING = 0.5


def explain(scored: Mapping[str, Any], model: Model) -> list[tuple[str, str, float]]:
    """What each comparison of one SCORED row says: (comparison, level in Vietnamese, weight), heaviest first."""
    found = [
        (comparison.name, comparison.levels[at - 1].label, float(scored[f"weight_{comparison.name}"]))
        for comparison in model.comparisons
        if (at := int(scored[f"level_{comparison.name}"])) > 0
    ]
    return sorted(found, key=lambda reason: -abs(reason[2]))


def sentence(scored: Mapping[str, Any], model: Model) -> str:
    """One Vietnamese sentence of what agrees and what does not, without any value of the row itself."""
    reasons = explain(scored, model)
    given, middle, surname = (scored[f"level_{name}"] for name in ("given", "middle", "surname"))
    named = {
        comparison: model.comparison(comparison).levels[at - 1].name
        for comparison, at in (("given", given), ("middle", middle), ("surname", surname))
        if at
    }
    whole = named.get("given") == "same" and named.get("surname") == "same" and named.get("middle") in ("same", "none")
    kept = [(name, label, weight) for name, label, weight in reasons if not (whole and name in named)]
    kept = [reason for reason in kept if abs(reason[2]) >= _TELLING]
    alike = ["trùng họ tên"] if whole else []
    alike += [label for _, label, weight in kept if weight > 0]
    unlike = [label for _, label, weight in kept if weight < 0]
    told = "; ".join(", ".join(labels) for labels in (alike, unlike) if labels)
    return f"{told[:1].upper()}{told[1:]}." if told else "Không có thông tin nào để so."
