"""What a letter of the control team consists of, whichever form it is set in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """What stands in a letter, from top to bottom; `dated` is the moment of the step that it tells (UTC)."""

    office: str
    team: str
    number: str
    about: str
    place_and_day: str
    to: str
    before_cases: Sequence[str]
    headings: Sequence[str]
    cases: Sequence[Sequence[str]]
    after_cases: Sequence[str]
    copies: Sequence[str]
    signer: str
    dated: str
