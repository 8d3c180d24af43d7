"""Deciding rows again: after an officer's verdict, or when what they waited for is settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from casework.deciding.apply import apply_plan
from casework.deciding.batch import decide_again
from casework.types import Home, Viewer
from registry import decisions, plans, queue

#: how often a row is decided anew because others were at work on the same keys; then it goes to review
MOST_ATTEMPTS = 3


def redecide(home: Home, row_ids: Iterable[int], viewer: Viewer) -> None:
    """Decides rows of the queue again, of whichever batches, by the same way as the first time."""
    with home.ledger.reading() as session:
        rows = plans.in_order(session, row_ids)
    before = _numbers(home, rows)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        if not rows:
            return
        apply_plan(home, decide_again(home, rows, viewer), viewer, is_last=attempt == MOST_ATTEMPTS)
        after = _numbers(home, rows)
        rows = [row_id for row_id in rows if after[row_id] == before[row_id]]


def settle_waiting(home: Home, row_ids: Iterable[int], viewer: Viewer) -> int:
    """How many rows that waited for, or weighed, some decided rows were decided again, wave after wave.

    A row is decided again as often as one that it waits for or weighed leaves the queue, be it in the same wave; that
    ends, since each row leaves it once.
    """
    front, again = set(row_ids), set[int]()
    while front:
        with home.ledger.reading() as session:
            waiting = queue.touched_by(session, front)
        redecide(home, waiting, viewer)
        again |= waiting
        with home.ledger.reading() as session:
            outcomes = decisions.current(session, waiting)
        front = {row_id for row_id in waiting if outcomes[row_id].outcome != "review"}
    return len(again)


def settle_stranded(home: Home, viewer: Viewer) -> None:
    """Decides rows again whose officer's word is kept, or that a settled row touched: somebody was cut short."""
    for stranded in (queue.kept, queue.stranded):
        with home.ledger.reading() as session:
            rows = stranded(session)
        _settle(home, rows, viewer)


def settle_outrun(home: Home, viewer: Viewer) -> None:
    """Decides rows again that are in review because others were at work on the same keys: by now they may be done.

    Where they are not, it is tried again; whoever ends last leaves none behind.
    """
    for _ in range(MOST_ATTEMPTS):
        with home.ledger.reading() as session:
            rows = queue.outrun(session)
        if not rows:
            return
        _settle(home, rows, viewer)


def _settle(home: Home, rows: Sequence[int], viewer: Viewer) -> None:
    redecide(home, rows, viewer)
    with home.ledger.reading() as session:
        outcomes = decisions.current(session, rows)
    settle_waiting(home, [row_id for row_id in rows if outcomes[row_id].outcome != "review"], viewer)


def _numbers(home: Home, rows: Iterable[int]) -> dict[int, int]:
    with home.ledger.reading() as session:
        return {row_id: row.decision_no for row_id, row in decisions.current(session, rows).items()}
