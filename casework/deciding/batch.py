"""Deciding a batch: gather what the rows meet, let the pure core rule on each, store the plan.

This is the way of the data through the house: normalise, find (block, candidates, compare, score), decide,
plan. `casework.deciding.apply` then carries the plan out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from casework.deciding.find import Searcher, check_keys
from casework.deciding.foresee import foresee
from casework.deciding.ruling import by_record, gather, rule
from casework.deliveries.brake import Sign, WatchedRow, brake_rules, signs
from casework.manners import write_briskly
from casework.types import Home, Viewer
from matching.model_files import load_model
from matching.steps import search_rules
from registry import holds, log, plans, register
from registry.engine import WriteSession
from registry.plans import Plan, PlannedRow


def decide_batch(home: Home, batch_id: int, rows: Mapping[int, int], attempt: int, viewer: Viewer) -> Plan:
    """The stored plan of one attempt at some rows (row_id → position) of a batch."""
    ruled = _ruled(home, rows, viewer)
    return write_briskly(home, lambda session: _stored(session, ruled, batch_id, attempt))


def decide_again(home: Home, row_ids: Sequence[int], viewer: Viewer) -> Plan:
    """The stored plan of rows that were decided before, of whichever batches, as a batch of its own."""
    ruled = _ruled(home, {row_id: position for position, row_id in enumerate(row_ids)}, viewer)
    return write_briskly(home, lambda session: _stored(session, ruled, plans.new_batch(session, viewer), 1))


def decide_new(home: Home, batch_id: int, viewer: Viewer) -> Plan | None:
    """The stored plan of the first attempt at a batch; None when every row of it came in files that are held.

    A file that trips the brake is held; what it brought leaves the batch, and the others are decided without it.
    """
    while True:
        with home.ledger.reading() as session:
            rows = plans.undecided(session, batch_id)
        if not rows:
            return None
        ruled = _ruled(home, rows, viewer)
        tripped = _tripped(home, ruled)
        plan = write_briskly(
            home, partial(_stored_or_held, ruled=ruled, tripped=tripped, batch_id=batch_id, viewer=viewer)
        )
        if plan is not None:
            return plan


def _stored_or_held(
    session: WriteSession, ruled: _Ruled, tripped: Sequence[_Tripped], batch_id: int, viewer: Viewer
) -> Plan | None:
    """The plan of a batch, this one or what somebody else has stored.

    None where its rows are others now: somebody else has held a file of it, or this has.
    """
    check_keys(session)
    planned = plans.last_plan(session, batch_id)
    if planned is not None:
        return planned
    # others at work on the same batch may have held a file of it meanwhile
    if plans.undecided(session, batch_id).keys() != {row.row_id for row in ruled.planned}:
        return None
    if not tripped:
        return _stored(session, ruled, batch_id, 1)
    _hold(session, tripped, viewer)
    return None


@dataclass(frozen=True)
class _Ruled:
    """The rulings on some rows, what they were made against, and what the rows say, before anything is stored."""

    register_seq: int
    tail_seq: int
    model_version: str
    rules_version: str
    planned: Sequence[PlannedRow]
    meanings: Mapping[int, Mapping[str, Any]]


def _ruled(home: Home, rows: Mapping[int, int], viewer: Viewer) -> _Ruled:
    """The rulings on some rows (row_id → position)."""
    rules, model = search_rules(), load_model()
    with home.ledger.reading() as session, register.open_current(home.register_folder) as version:
        gathered = gather(Searcher(session, version, rules, model, viewer), rows)
        bodies = rule(gathered, model, rules)
        meanings = {row["row_id"]: row for row in gathered.understood.iter_rows(named=True)}
        for row_id, foreseen in foresee(session, bodies, meanings, rules, viewer).items():
            bodies[row_id] |= {"foreseen": foreseen.left, "gained": foreseen.gained}
    found = gathered.found
    asked = by_record(found.asked.unique(["record_id", "key_hash"]), ["key_hash"])
    planned = [
        PlannedRow(row_id, rows[row_id], body, [entry[0] for entry in asked.get(-row_id, [])])
        for row_id, body in bodies.items()
    ]
    return _Ruled(found.register_seq, found.tail_seq, model.version, rules.version, planned, meanings)


def _stored(session: WriteSession, ruled: _Ruled, batch_id: int, attempt: int) -> Plan:
    """The plan of an attempt once it is stored, or the one that somebody else has stored."""
    check_keys(session)
    against = (ruled.register_seq, ruled.tail_seq, ruled.model_version, ruled.rules_version)
    plan = Plan(batch_id, attempt, *against)
    if plans.store(session, plan, ruled.planned):
        return plan
    stored = plans.last_plan(session, batch_id)
    if stored is None:
        raise RuntimeError(f"batch {batch_id}: its plan vanished")
    return stored


@dataclass(frozen=True)
class _Tripped:
    """A delivery that tripped the brake, and its signs."""

    delivery_id: int
    rules_version: str
    signs: Sequence[Sign]


def _tripped(home: Home, ruled: _Ruled) -> list[_Tripped]:
    """The deliveries of a plan's rows that must not be applied before an officer has looked at them."""
    limits = brake_rules(home)
    row_ids = [row.row_id for row in ruled.planned]
    with home.ledger.reading() as session:
        places = holds.watched(session, row_ids)
        linked = {row.body["person_id"] for row in ruled.planned if row.body.get("person_id") is not None}
        reported = holds.reported_before(session, linked)
    by_delivery: dict[int, list[WatchedRow]] = defaultdict(list)
    for row in sorted(ruled.planned, key=lambda row: row.position):
        place = places.get(row.row_id)
        if place is not None:
            meaning = ruled.meanings[row.row_id]
            told = (row.body.get("person_id"), place.source, meaning["event"], meaning["event_date"])
            by_delivery[place.delivery_id].append(
                WatchedRow(row.row_id, place.sheet, place.sheet_row, meaning, row.body, told in reported)
            )
    return [
        _Tripped(delivery_id, limits.version, found)
        for delivery_id, rows in sorted(by_delivery.items())
        if (found := signs(rows, limits))
    ]


def _hold(session: WriteSession, tripped: Sequence[_Tripped], viewer: Viewer) -> None:
    """Holds deliveries, and takes their undecided rows that came in no other out of whatever batch they are in."""
    acts = []
    for file in tripped:
        holds.hold(session, file.delivery_id, [asdict(sign) for sign in file.signs], file.rules_version, viewer)
        said = [[sign.sign, sign.rows, sign.of] for sign in file.signs]
        acts.append(log.Act("hold", {"delivery": file.delivery_id, "rules": file.rules_version, "signs": said}))
    holds.leave_batch(session, [file.delivery_id for file in tripped])
    log.append(session, viewer, acts)
