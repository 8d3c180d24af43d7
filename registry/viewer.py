"""Who looks, why, and how far."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """How far somebody sees: the whole country, a province, or a unit of it.

    The province of a row is that of its source, and a unit is a source (`source.toml`). What a scope narrows is the
    queue: its list, its counts, its items, and what corrections ask to change. The candidates of one's own item
    are seen wherever they live: to compare them is the task.
    """

    province: str | None = None
    unit: str | None = None

    @property
    def limits(self) -> dict[str, str | None]:
        """The parameters by which a statement narrows."""
        return {"province": self.province, "unit": self.unit}


COUNTRY = Scope()


@dataclass(frozen=True)
class Viewer:
    """The person or service behind an act: a name, a purpose for the log, a scope, and whether he may approve."""

    by: str
    purpose: str
    scope: Scope = COUNTRY
    is_approver: bool = True
