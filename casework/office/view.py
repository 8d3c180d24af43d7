"""What an officer sees of a case: the row, its candidates, households and history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from casework.deliveries.intake import headings_of
from casework.office.alive import said_alive
from casework.types import Viewer
from registry import codes, decisions, deliveries, people, questions, queue, undo
from registry.decisions import CandidateRecord
from registry.engine import Session
from registry.questions import Question

#: what is told of each decision of a row
_HISTORY = ("decision_no", "outcome", "reason", "bhxh_code", "match_weight", "posterior", "model_version",
            "rules_version", "decided_at", "decided_by")  # fmt: skip


@dataclass(frozen=True)
class CandidateView:
    """One candidate: a person with record, code and household, or another row with what it says.

    `code` is the person's active code, or the code that the other row was linked to or issued; `row_outcome` the other
    row's current outcome, None for a person. `record` has RECORD's columns; `members` are the people of the
    candidate's household (full_name, birth_date, sex, relation, status); `weights` one number a comparison, in bits;
    `codes` the states of every number of a person (code, status, origin, since when it is known), oldest first;
    `alive_by` who says that the death recorded of him is wrong. `is_disputed`: the person's code is another's as well.
    `is_elsewhere`: another row in review that is not of the viewer's area.
    """

    person_id: int | None
    other_row_id: int | None
    code: str | None
    status: str | None
    row_outcome: str | None
    record: Mapping[str, Any]
    match_weight: float
    posterior: float
    weights: Mapping[str, float]
    sentence: str
    members: Sequence[Mapping[str, Any]]
    codes: Sequence[tuple[str, str, str, str]]
    alive_by: Sequence[str]
    is_disputed: bool = False
    is_elsewhere: bool = False


@dataclass(frozen=True)
class ItemView:
    """One queue item, whole.

    `received` are (heading, text) as the sender wrote them; `understood` are UNDERSTOOD's columns; `steps` the search
    steps (step, status, hits); `lacks` what a code would need and the row lacks; `waiting_rows` other open items that
    wait for this row; `waits_for_item` is the item of the row that it waits for, where that is of the viewer's area,
    else `waits_for_unit` sent that row; `approved_by` who has agreed; `reopened_as` the item that waits since this one
    was taken back; `questions` what other provinces were asked about the row.
    """

    item_id: int
    row_id: int
    kind: str
    reason: str
    state: str
    opened_at: str
    file_name: str
    sheet_row: int
    source: str
    event: str
    received: Sequence[tuple[str, str]]
    understood: Mapping[str, Any]
    linked_code: str | None
    candidates: Sequence[CandidateView]
    members: Sequence[Mapping[str, Any]]
    steps: Sequence[tuple[str, str, int]]
    lacks: Sequence[str]
    history: Sequence[Mapping[str, Any]]
    waiting_rows: Sequence[int]
    waits_for_row: int | None
    waits_for_item: int | None
    waits_for_unit: str | None
    approved_by: Sequence[str]
    closed_by: str | None
    closed_at: str | None
    reopened_as: int | None
    questions: Sequence[Question]


def item_view(session: Session, item_id: int, viewer: Viewer) -> ItemView:
    """The view of one item; UsageError when there is none. The caller logs the viewing first."""
    item = queue.item(session, item_id, viewer)
    row = deliveries.rows(session, [item.row_id], viewer)
    (meaning,) = deliveries.understood(row).iter_rows(named=True)
    (received,) = row.iter_rows(named=True)
    current = decisions.current(session, [item.row_id]).get(item.row_id)
    history = decisions.history(session, item.row_id)
    told = [json.loads(entry["evidence"]) for entry in history]
    # a decision that was taken back, or made by a person alone, rests on the search before it
    evidence: Mapping[str, Any] = next((entry for entry in reversed(told) if entry.get("steps")), {})
    undone = undo.of_item(session, item_id)
    awaited = item.waits_for_row_id
    is_elsewhere = _is_elsewhere(session, awaited, viewer)
    return ItemView(
        item_id=item.item_id,
        row_id=item.row_id,
        kind=item.kind,
        reason=item.reason,
        state=item.state,
        opened_at=item.opened_at,
        file_name=received["file_name"],
        sheet_row=received["sheet_row"],
        source=received["source"],
        event=meaning["event"],
        received=received_cells(received),
        understood=meaning,
        linked_code=None if current is None else current.bhxh_code,
        candidates=_candidates(session, decisions.candidates(session, item.row_id), viewer),
        members=household_members(session, meaning["household_code"], viewer),
        steps=[(step, status, hits) for step, status, hits, _digest in evidence.get("steps") or ()],
        lacks=evidence.get("lacks") or (),
        history=[{name: entry[name] for name in _HISTORY} for entry in history],
        waiting_rows=[
            entry["item_id"] for entry in queue.open_items(session, queue.waiting_for(session, [item.row_id]))
        ],
        waits_for_row=item.waits_for_row_id,
        waits_for_item=None if awaited is None or is_elsewhere else queue.open_item(session, awaited, "row"),
        waits_for_unit=_unit_of(session, awaited, viewer) if awaited is not None and is_elsewhere else None,
        approved_by=queue.approvals(session, item_id),
        closed_by=item.closed_by,
        closed_at=item.closed_at,
        reopened_as=None if undone is None else undone.reopened_as,
        questions=questions.of_row(session, item.row_id),
    )


def received_cells(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(heading, text) of a row's cells, as the sender wrote them."""
    headings, cells = list(headings_of(row).values()), json.loads(row["cells"])
    names = [*headings, *(f"({number})" for number in range(len(headings) + 1, len(cells) + 1))]
    return [(name, cell) for name, cell in zip(names, cells, strict=False)]


def _candidates(session: Session, found: Sequence[CandidateRecord], viewer: Viewer) -> list[CandidateView]:
    persons = {
        row["record_id"]: row
        for row in people.records(session, [c.person_id for c in found if c.person_id], viewer).iter_rows(named=True)
    }
    rows = deliveries.understood(deliveries.rows(session, [c.other_row_id for c in found if c.other_row_id], viewer))
    others = {row["row_id"]: row for row in rows.iter_rows(named=True)}
    decided = decisions.current(session, others)
    views = []
    for candidate in found:
        is_person = candidate.person_id is not None
        record = persons[candidate.person_id] if is_person else others[candidate.other_row_id]
        other = decided.get(candidate.other_row_id or 0)
        views.append(
            CandidateView(
                person_id=candidate.person_id,
                other_row_id=candidate.other_row_id,
                code=record["active_code"] if is_person else getattr(other, "bhxh_code", None),
                status=record["status"] if is_person else None,
                row_outcome=getattr(other, "outcome", None),
                record=record,
                match_weight=candidate.match_weight,
                posterior=candidate.posterior,
                weights=candidate.weights,
                sentence=candidate.sentence,
                members=household_members(session, record["household_code"], viewer),
                codes=codes.of_person(session, candidate.person_id) if candidate.person_id else (),
                alive_by=said_alive(session, candidate.person_id) if candidate.person_id else (),
                is_disputed=is_person and bool(record["is_disputed"]),
                is_elsewhere=not is_person and _is_elsewhere(session, candidate.other_row_id, viewer),
            )
        )
    return views


def _unit_of(session: Session, row_id: int, viewer: Viewer) -> str:
    """Who sent a row."""
    (row,) = deliveries.rows(session, [row_id], viewer).iter_rows(named=True)
    return str(row["source"])


def _is_elsewhere(session: Session, row_id: int | None, viewer: Viewer) -> bool:
    """Whether a row is in review, and not of the viewer's area."""
    item = None if row_id is None else queue.open_item(session, row_id, "row")
    return item is not None and not queue.is_in_area(session, item, viewer)


def household_members(session: Session, household_code: str | None, viewer: Viewer) -> list[dict[str, Any]]:
    """Who belongs to a household now: person_id, relation, full_name, birth_date, sex, status."""
    if household_code is None:
        return []
    found = people.members(session, [household_code], viewer)
    return [asdict(member) for member in found if member.household_code == household_code]
