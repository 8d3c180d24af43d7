"""Deliveries that the brake holds, and what officers say of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.engine import Session, WriteSession
from registry.errors import UsageError
from registry.viewer import Viewer


@dataclass(frozen=True)
class WatchedPlace:
    """Where the sender sees a row: in the newest delivery that holds it and is not held."""

    row_id: int
    delivery_id: int
    source: str
    sheet: str | None
    sheet_row: int


@dataclass(frozen=True)
class HeldDelivery:
    """A file that is held: `rows` of the file, of which `rows_held` wait; `signs` say what tripped."""

    delivery_id: int
    file_name: str
    source: str
    rows: int
    rows_held: int
    signs: Sequence[Mapping[str, Any]]
    rules_version: str
    held_at: str
    held_by: str


def watched(session: Session, row_ids: Iterable[int]) -> dict[int, WatchedPlace]:
    """row_id → place of those rows that no officer has released."""
    found = session.rows_for("watched_rows", "row_ids", sorted(set(row_ids)))
    return {row.row_id: WatchedPlace(**row._mapping) for row in found}


def reported_before(session: Session, person_ids: Iterable[int]) -> set[tuple[int, str, str | None, str | None]]:
    """(person_id, source, event, event_date) of the changes of some persons that were reported and decided."""
    found = session.rows_for("reported_before", "person_ids", sorted(set(person_ids)))
    return {(row.person_id, row.source, row.event, row.event_date) for row in found}


def hold(
    session: WriteSession, delivery_id: int, signs: Sequence[Mapping[str, Any]], rules_version: str, viewer: Viewer
) -> None:
    """Holds a delivery."""
    session.run(
        "add_delivery_hold",
        delivery_id=delivery_id,
        signs=json.dumps(list(signs), ensure_ascii=False),
        rules_version=rules_version,
        seq=session.seq,
        at=session.at,
        by=viewer.by,
    )


def leave_batch(session: WriteSession, delivery_ids: Sequence[int]) -> None:
    """Takes undecided rows of some deliveries, which came in held ones only, out of whatever batch they are in."""
    session.run_for("leave_batch", "delivery_ids", list(delivery_ids))


def listing(session: Session) -> list[HeldDelivery]:
    """What is held, oldest first."""
    return [HeldDelivery(**{**row._mapping, "signs": json.loads(row.signs)}) for row in session.rows("held_deliveries")]


def settle(session: WriteSession, delivery_id: int, state: str, reason: str, viewer: Viewer) -> bool:
    """Whether a held delivery was released or returned now; False when it was before.

    UsageError when it was never held, or settled the other way.
    """
    known = session.one("delivery_hold", delivery_id=delivery_id)
    if known is None:
        raise UsageError(f"delivery {delivery_id}: not held. `motma sources held` lists what is.")
    if known.state not in ("held", state):
        raise UsageError(f"delivery {delivery_id}: {known.state} by {known.settled_by} at {known.settled_at} already")
    touched = session.run(
        "settle_hold", delivery_id=delivery_id, state=state, reason=reason, at=session.at, by=viewer.by
    )
    return touched == 1


def to_give_back(session: Session, limit: int) -> dict[int, str]:
    """row_id → what the officer said, of undecided rows whose every delivery was given back."""
    row_ids = [row.row_id for row in session.rows("rows_to_give_back", limit=limit)]
    return {row.row_id: row.reason for row in session.rows_for("why_given_back", "row_ids", row_ids)}
