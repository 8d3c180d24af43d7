"""What officers did, as the control team asks for it: the cases of each figure of compliance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.engine import Session
from registry.viewer import Scope

#: figure → the statement that gives its cases, or those among which a dated policy finds them
STATEMENTS = {
    "settled": "control_settled",
    "by_hand": "control_by_hand",
    "issued": "control_issued",
    "steps_skipped": "control_steps_skipped",
    "late": "control_left_over",
    "overturned": "control_overturned",
    "duplicates": "control_duplicates",
    "masked_records": "control_masked_records",
    "out_of_hours": "control_by_hand",
}


@dataclass(frozen=True)
class Demanded:
    """The search steps that a decision rests on, and the one among them that must have run."""

    steps: Sequence[str]
    must_run: str


def cases(
    session: Session, figure: str, span: tuple[str, str], area: Scope, demanded: Demanded
) -> list[dict[str, Any]]:
    """Officer, province, unit, case_id, row_id, happened_at, began_at, told and number of each case of a figure.

    They happened from the first moment of `span` to before the second, UTC.
    """
    given = {"demanded": list(demanded.steps), "steps": len(demanded.steps), "must_run": demanded.must_run}
    since, until = span
    found = session.rows(
        STATEMENTS[figure], since=since, until=until, **area.limits, **(given if figure == "steps_skipped" else {})
    )
    return [dict(row._mapping) for row in found]


def items(session: Session, row_ids: Sequence[int]) -> dict[int, int]:
    """row_id → the newest item of the queue, of those rows that ever waited."""
    return {row.row_id: row.item_id for row in session.rows_for("newest_items", "row_ids", sorted(set(row_ids)))}
