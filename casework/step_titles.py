"""What the offices call the search steps."""

from __future__ import annotations

from matching.steps import search_rules


def step_titles() -> dict[str, str]:
    """Step → its Vietnamese title, as the rules of today give it."""
    return {step.name: step.title for step in search_rules().steps}
