"""Decisions of rows: each stands beside the ones before it; the latest counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import polars as pl
import sqlalchemy as sa

from registry.engine import Session, WriteSession
from registry.viewer import Viewer


@dataclass(frozen=True)
class CandidateRecord:
    """A candidate as a decision weighed it: a person, or another row (one of the two is None)."""

    person_id: int | None
    other_row_id: int | None
    match_weight: float
    posterior: float
    weights: Mapping[str, float]
    sentence: str


@dataclass(frozen=True)
class Decision:
    """What was decided for a row, against which S and T, by whom, and on what evidence."""

    row_id: int
    outcome: str
    reason: str | None
    person_id: int | None
    bhxh_code: str | None
    match_weight: float | None
    posterior: float | None
    runner_up_weight: float | None
    model_version: str
    rules_version: str
    register_seq: int
    tail_seq: int
    decided_by: str
    batch_id: int | None = None
    candidate_codes: Sequence[str] = ()
    candidates: Sequence[CandidateRecord] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)


def add(session: WriteSession, decisions: Sequence[Decision], numbers: Mapping[int, int] | None = None) -> None:
    """Adds decisions with their candidates; `numbers`, of the rows' current decisions, where they are known already."""
    if numbers is None:
        rows = current(session, [item.row_id for item in decisions])
        numbers = {row_id: row.decision_no for row_id, row in rows.items()}
    last = dict(numbers)
    records: list[dict[str, Any]] = []
    candidates: list[dict[str, Any]] = []
    for item in decisions:
        number = last.get(item.row_id, 0) + 1
        last[item.row_id] = number
        records.append(
            {
                "row_id": item.row_id,
                "decision_no": number,
                "batch_id": item.batch_id,
                "outcome": item.outcome,
                "reason": item.reason,
                "person_id": item.person_id,
                "bhxh_code": item.bhxh_code,
                "match_weight": item.match_weight,
                "posterior": item.posterior,
                "runner_up_weight": item.runner_up_weight,
                "candidates": ";".join(item.candidate_codes),
                "model_version": item.model_version,
                "rules_version": item.rules_version,
                "register_seq": item.register_seq,
                "tail_seq": item.tail_seq,
                "evidence": _text(item.evidence),
                "seq": session.seq,
                "decided_at": session.at,
                "decided_by": item.decided_by,
            }
        )
        candidates.extend(
            {
                "row_id": item.row_id,
                "decision_no": number,
                "rank": rank,
                "person_id": candidate.person_id,
                "other_row_id": candidate.other_row_id,
                "match_weight": candidate.match_weight,
                "posterior": candidate.posterior,
                "weights": _text(candidate.weights),
                "sentence": candidate.sentence,
            }
            for rank, candidate in enumerate(item.candidates, start=1)
        )
    session.run_many("add_decision", records)
    session.run_many("add_decision_candidate", candidates)


def _text(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def current(session: Session, row_ids: Iterable[int]) -> dict[int, sa.Row[Any]]:
    """row_id → current decision, for rows that have one."""
    return {row.row_id: row for row in session.rows_for("last_decisions", "row_ids", sorted(set(row_ids)))}


def history(session: Session, row_id: int) -> list[dict[str, Any]]:
    """Every decision of a row, oldest first."""
    return [dict(row._mapping) for row in session.rows("decision_history", row_id=row_id)]


def candidates(session: Session, row_id: int, decision_no: int | None = None) -> list[CandidateRecord]:
    """The candidates of a row's current decision, or of an earlier one, best first."""
    return [
        CandidateRecord(
            row.person_id, row.other_row_id, row.match_weight, row.posterior, orjson.loads(row.weights), row.sentence
        )
        for row in session.rows("decision_candidates", row_id=row_id, decision_no=decision_no)
    ]


#: Grain: one row of the intake with its current decision (`motma decisions`)
EXPORT = {
    "batch": pl.Int64,
    "file": pl.String,
    "row": pl.Int64,
    "outcome": pl.String,
    "reason": pl.String,
    "bhxh_code": pl.String,
    "person_id": pl.Int64,
    "match_weight": pl.Float64,
    "runner_up_weight": pl.Float64,
    "candidates": pl.String,
    "model_version": pl.String,
    "decided_at": pl.String,
    "decided_by": pl.String,
    "sheet": pl.String,
    "sheet_row": pl.Int64,
    "source": pl.String,
}


def export(session: Session, batch_id: int | None, viewer: Viewer) -> pl.DataFrame:
    """EXPORT of one batch, or of every row. The viewer's act must be logged by the caller."""
    del viewer  # whose act it is; no scope narrows it
    found = session.rows("export_decisions", batch_id=batch_id)
    return pl.DataFrame([tuple(row) for row in found], schema=EXPORT, orient="row")


def add_change_requests(session: WriteSession, requests: Sequence[Mapping[str, Any]]) -> None:
    """Stores what corrections ask to change: row_id, person_id, field, old_value, new_value."""
    if requests:
        ids = session.next_ids("change_request", len(requests))
        session.run_many(
            "add_change_request",
            [
                {**request, "request_id": number, "seq": session.seq, "at": session.at}
                for number, request in zip(ids, requests, strict=True)
            ],
        )


def change_requests(session: Session, limit: int, viewer: Viewer) -> list[dict[str, Any]]:
    """Change requests, newest first."""
    found = session.rows("change_requests", limit=limit, **viewer.scope.limits)
    return [dict(row._mapping) for row in found]
