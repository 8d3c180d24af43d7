"""Batches, and the plans that are stored before anything is applied."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from registry.engine import Session, WriteSession
from registry.viewer import Viewer

#: Rows of one batch; the rows of a larger intake meet those of earlier batches in the tail
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Plan:
    """One attempt at a batch: decided against register version `register_seq` and the tail up to `tail_seq`."""

    batch_id: int
    attempt: int
    register_seq: int
    tail_seq: int
    model_version: str
    rules_version: str


@dataclass(frozen=True)
class PlannedRow:
    """A row of a plan: what will be done, and the keys it searched with."""

    row_id: int
    position: int
    body: Mapping[str, Any]
    asked: Sequence[int]


@dataclass(frozen=True)
class OpenRow(PlannedRow):
    """A row of a plan that is to be applied: what it says (UNDERSTOOD without row), and how it stands now."""

    meaning: Mapping[str, Any]
    #: of its sender
    province: str
    #: of its current decision, 0 where there is none
    decision_no: int
    #: where it is in review, the open item
    item_id: int | None
    #: whether it stands in a batch still: the rows of a file that is held meanwhile do not
    is_taken: bool


def open_batches(session: WriteSession, delivery_ids: Sequence[int] | None, viewer: Viewer) -> list[int]:
    """Batches to work on: new ones for the rows that none has taken yet, and every unfinished one.

    With delivery ids only the rows of those deliveries, and the batches that hold some of them.
    """
    if delivery_ids is None:
        fresh = session.rows("all_rows_without_batch")
        batches = {row.batch_id for row in session.rows("unfinished_batches")}
    else:
        ids = list(delivery_ids)
        fresh = session.rows_for("rows_without_batch", "delivery_ids", ids)
        theirs = {row.batch_id for row in session.rows_for("batches_of_deliveries", "delivery_ids", ids)}
        batches = {row.batch_id for row in session.rows_for("unfinished_of_batches", "batch_ids", sorted(theirs))}
    batches.update(add_batch(session, row_ids, viewer) for row_ids in _parts(fresh))
    return sorted(batches)


def _parts(fresh: Sequence[sa.Row[Any]]) -> Iterator[list[int]]:
    """The ids of some rows in parts of MOST_ROWS at most, in their order; no delivery in two that fits into one.

    What a file is, the brake sees where its rows stand together.
    """
    part_of, part, room = dict[int, int](), 0, MOST_ROWS
    for delivery_id, rows in sorted(Counter(row.delivery_id for row in fresh).items()):
        if rows > room and room < MOST_ROWS:
            part, room = part + 1, MOST_ROWS
        part_of[delivery_id], room = part, room - rows
    parts = defaultdict[int, list[int]](list)
    for row in fresh:
        parts[part_of[row.delivery_id]].append(row.row_id)
    for _, row_ids in sorted(parts.items()):
        for start in range(0, len(row_ids), MOST_ROWS):
            yield row_ids[start : start + MOST_ROWS]


def new_batch(session: WriteSession, viewer: Viewer) -> int:
    """The id of a new batch; it takes no row, and may plan rows that others took."""
    (batch_id,) = session.next_ids("batch", 1)
    session.run("add_batch", batch_id=batch_id, at=session.at, by=viewer.by)
    return batch_id


def add_batch(session: WriteSession, row_ids: Sequence[int], viewer: Viewer) -> int:
    """The id of a new batch that takes some rows, in their order."""
    batch_id = new_batch(session, viewer)
    session.run_many(
        "add_batch_row",
        [{"row_id": row_id, "batch_id": batch_id, "position": position} for position, row_id in enumerate(row_ids)],
    )
    return batch_id


def undecided(session: Session, batch_id: int) -> dict[int, int]:
    """row_id → position of a batch's rows without a decision."""
    return {row.row_id: row.position for row in session.rows("undecided_rows", batch_id=batch_id)}


def last_plan(session: Session, batch_id: int) -> Plan | None:
    """The newest plan of a batch."""
    row = session.one("last_plan", batch_id=batch_id)
    return None if row is None else Plan(batch_id, **row._mapping)


def store(session: WriteSession, plan: Plan, rows: Sequence[PlannedRow]) -> bool:
    """Whether the plan was stored; False when somebody has planned that attempt, or an older plan is still open."""
    newest = last_plan(session, plan.batch_id)
    if newest is not None and (newest.attempt >= plan.attempt or is_open(session, newest)):
        return False
    session.run(
        "add_plan",
        batch_id=plan.batch_id,
        attempt=plan.attempt,
        register_seq=plan.register_seq,
        tail_seq=plan.tail_seq,
        model_version=plan.model_version,
        rules_version=plan.rules_version,
        at=session.at,
    )
    session.run_many(
        "add_plan_row",
        [
            {
                "row_id": row.row_id,
                "batch_id": plan.batch_id,
                "attempt": plan.attempt,
                "position": row.position,
                "body": orjson.dumps(row.body).decode(),
                "asked": orjson.dumps(list(row.asked)).decode(),
            }
            for row in rows
        ],
    )
    return True


def to_apply(session: Session, plan: Plan, viewer: Viewer, *, after: int, limit: int) -> list[OpenRow]:
    """The next rows of a plan that are neither applied nor sent back, in order.

    The viewer's act must be logged by the caller.
    """
    del viewer  # whose act it is; no scope narrows it
    found = session.rows("planned_rows", batch_id=plan.batch_id, attempt=plan.attempt, after=after, limit=limit)
    return [
        OpenRow(
            row.row_id,
            row.position,
            orjson.loads(row.body),
            orjson.loads(row.asked),
            orjson.loads(row.understood),
            row.province,
            row.decision_no,
            row.item_id,
            row.taken is not None,
        )
        for row in found
    ]


def applied(session: Session, batch_id: int, row_id: int) -> Plan | None:
    """The attempt of a batch by which a row was decided."""
    row = session.one("applied_plan", batch_id=batch_id, row_id=row_id)
    return None if row is None else Plan(batch_id, **row._mapping)


def planned(session: Session, plan: Plan) -> list[PlannedRow]:
    """Every row of a plan, in order."""
    found = session.rows("rows_of_plan", batch_id=plan.batch_id, attempt=plan.attempt)
    return [PlannedRow(row.row_id, row.position, orjson.loads(row.body), orjson.loads(row.asked)) for row in found]


def count_open(session: Session, plan: Plan) -> int:
    """How many rows of a plan are still to be applied."""
    count: int = session.value("count_planned", batch_id=plan.batch_id, attempt=plan.attempt)
    return count


def is_open(session: Session, plan: Plan) -> bool:
    """Whether a plan still holds rows to apply."""
    return count_open(session, plan) > 0


def mark(session: WriteSession, plan: Plan, states: Mapping[int, str]) -> None:
    """Notes, by position, that rows were applied or sent back."""
    session.run_many(
        "add_plan_row_done",
        [
            {"batch_id": plan.batch_id, "attempt": plan.attempt, "position": position, "state": state}
            for position, state in states.items()
        ],
    )


def send_back_open(session: WriteSession) -> None:
    """Sends back every row of every plan that is still to be applied."""
    session.run("send_back_open_plans")


def strange_keys(session: Session, plan: Plan, asked: Sequence[int]) -> set[int]:
    """Which keys were committed after the plan's T by another batch, load or decision."""
    found = session.rows_for(
        "strange_keys",
        "key_hashes",
        sorted(set(asked)),
        seq=plan.tail_seq,
        batch_id=plan.batch_id,
        attempt=plan.attempt,
    )
    return {row.key_hash for row in found}


def deliveries_of(session: Session, batch_ids: Sequence[int]) -> list[int]:
    """Deliveries that hold rows of some batches."""
    return [row.delivery_id for row in session.rows_for("deliveries_of_batches", "batch_ids", list(batch_ids))]


def in_order(session: Session, row_ids: Iterable[int]) -> list[int]:
    """Some rows in the order in which they were taken into batches."""
    found = session.rows_for("batch_places", "row_ids", sorted(set(row_ids)))
    return [row.row_id for row in sorted(found, key=lambda row: (row.batch_id, row.position))]


def exists(session: Session, batch_id: int) -> bool:
    """Whether there is a batch of this id."""
    return session.one("batch", batch_id=batch_id) is not None
