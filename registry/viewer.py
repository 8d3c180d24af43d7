"""Who looks, why, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Scope(Enum):
    """How far somebody may look. Areas come with accounts; until then it is the whole country."""

    COUNTRY = "country"


@dataclass(frozen=True)
class Viewer:
    """The person or service behind an act: a name, a purpose for the log, and a scope."""

    by: str
    purpose: str
    scope: Scope = Scope.COUNTRY
