"""Carrying out a plan: short transactions under the issuing lock, each row whole or not at all (docs/one-code.md).

A row whose keys somebody else has committed since the plan's T, or whose ground has shifted otherwise, is not scored
under the lock: it goes back and is decided again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from casework.deciding.code_scheme import code_policy
from casework.deciding.writing import Chunk, Work
from casework.manners import briskly
from casework.types import Home, Progress, Viewer, silent
from registry import plans
from registry.engine import Session
from registry.plans import OpenRow, Plan

#: A transaction should hold the lock for at most this long; who waits then is next in line
TRANSACTION_SECONDS = 0.1
#: and for this long where it had to be waited for: then others want it too
SHORT_TRANSACTION_SECONDS = 0.04
#: Between two transactions; the longer where others want the lock too, so that all of them get it and not one
PAUSE_SECONDS, LONG_PAUSE_SECONDS = 0.002, 0.02
_SMALLEST_CHUNK, _FIRST_CHUNK, _LARGEST_CHUNK = 10, 50, 400
#: seconds; who waits longer for the lock is not alone
_ALONE_SECONDS = 0.005


def by_hand(_session: Session) -> None:
    """Refuses nothing: what an officer decides is applied whether or not the log is sealed."""


def apply_plan(
    home: Home,
    plan: Plan,
    viewer: Viewer,
    *,
    is_last: bool,
    refuse: Callable[[Session], None] = by_hand,
    progress: Progress = silent,
) -> int:
    """How many rows were sent back to be decided again; on the last attempt they go to review as stale instead.

    `refuse` is asked within each transaction, and raises where no more may be issued.
    """
    size, after, sent_back, done = _FIRST_CHUNK, -1, 0, 0
    work = Work(home, plan, code_policy(home), viewer)
    total = 0 if progress is silent else _count_open(home, plan)
    while True:
        asked = time.monotonic()
        applied = briskly(partial(_apply_next, work, after, size, is_last=is_last, refuse=refuse))
        sent_back += sum(state == "sent_back" for state in applied.states.values())
        done += len(applied.states)
        progress("apply", done, total)
        if applied.is_end:
            break
        after = max(applied.states, default=after)
        spent = time.monotonic() - applied.started
        is_alone = applied.started - asked <= _ALONE_SECONDS
        aim = TRANSACTION_SECONDS if is_alone else SHORT_TRANSACTION_SECONDS
        size = max(_SMALLEST_CHUNK, min(_LARGEST_CHUNK, int(size * min(2.0, aim / max(spent, 0.001)))))
        time.sleep(PAUSE_SECONDS if is_alone else LONG_PAUSE_SECONDS)
    return sent_back


@dataclass(frozen=True)
class _Applied:
    """What one transaction did: since when it held the lock, and position → state of the rows that it dealt with."""

    started: float
    states: Mapping[int, str]
    is_end: bool


def _apply_next(work: Work, after: int, size: int, *, is_last: bool, refuse: Callable[[Session], None]) -> _Applied:
    """Applies the next rows of a plan, `size` at most, in one transaction."""
    states: dict[int, str] = {}
    with work.home.ledger.writing() as session:
        started = time.monotonic()
        rows = plans.to_apply(session, work.plan, work.viewer, after=after, limit=size)
        if rows:
            refuse(session)
            chunk = Chunk(session, work, rows)
            for row in rows:
                if chunk.must_wait(row):
                    break
                states[row.position] = _apply_row(chunk, row, is_last=is_last)
            chunk.write()
            plans.mark(session, work.plan, states)
    return _Applied(started, states, is_end=len(states) == len(rows) < size)


def _count_open(home: Home, plan: Plan) -> int:
    with home.ledger.reading() as session:
        return plans.count_open(session, plan)


def _apply_row(chunk: Chunk, row: OpenRow, *, is_last: bool) -> str:
    """Applies one row, or says that it is sent back."""
    if chunk.is_superseded(row):
        return "applied"
    if not row.decision_no and not row.is_taken:
        return "sent_back"
    body = row.body
    if body["outcome"] == "returned":
        # it has searched nothing
        chunk.return_row(row, body)
        return "applied"
    if _is_stale(chunk, row):
        if not is_last:
            return "sent_back"
        body = {**body, "outcome": "review", "reason": "stale", "waits_for_row": None}
    elif body["outcome"] == "issued" and chunk.is_number_taken(body):
        body = {**body, "outcome": "review", "reason": "code_conflict", "waits_for_row": None}
    if body["outcome"] == "issued":
        chunk.issue(row, body)
    elif body["outcome"] == "linked":
        chunk.link(row, body)
    else:
        chunk.review(row, body)
    return "applied"


def _is_stale(chunk: Chunk, row: OpenRow) -> bool:
    """Whether the ground of a row's plan has shifted since it was decided."""
    if row.row_id in chunk.overruled:
        return True
    if chunk.is_outgrown or not chunk.strange.isdisjoint(row.asked):
        return True
    body = row.body
    if body["outcome"] == "linked":
        return chunk.link_target(body) is None
    if body["outcome"] == "review" and body["waits_for_row"] is not None:
        return not chunk.is_waiting(body["waits_for_row"])
    return False
