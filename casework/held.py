"""Files that the brake holds: what an officer may do with them."""

from __future__ import annotations

from casework.deciding.given_back import give_back_rows
from casework.office.accounts import may_decide
from casework.run import RunResult, check_ready, decide_deliveries
from casework.types import Home, Progress, Viewer, silent
from registry import holds, log
from registry.holds import HeldDelivery

__all__ = ["HeldDelivery", "give_back_file", "listing", "release"]

#: state of a hold → how the log names the act that brought it there
_ACTS = {"released": "release", "returned": "return_file"}


def listing(home: Home, viewer: Viewer) -> list[HeldDelivery]:
    """What is held, oldest first; rows are named by their numbers only. The look is logged."""
    with home.ledger.writing() as session:
        found = holds.listing(session)
        log.append(session, viewer, [log.Act("held_list", {"deliveries": len(found)})])
    return found


def release(home: Home, delivery_id: int, reason: str, viewer: Viewer, progress: Progress = silent) -> RunResult:
    """What came of a held delivery's rows, once an officer said why they may be decided.

    Called again it takes up what was cut short. UsageError when the delivery was never held, or given back.
    """
    check_ready(home)
    _settle(home, delivery_id, "released", reason, viewer)
    return decide_deliveries(home, [delivery_id], viewer, progress)


def give_back_file(home: Home, delivery_id: int, note: str, viewer: Viewer) -> int:
    """How many rows of a held delivery went back to the sender with the note, all but those that another file brought.

    Called again it takes up what was cut short. UsageError when the delivery was never held, or released.
    """
    _settle(home, delivery_id, "returned", note, viewer)
    return give_back_rows(home, viewer)


def _settle(home: Home, delivery_id: int, state: str, reason: str, viewer: Viewer) -> None:
    with home.ledger.writing() as session:
        may_decide(session, viewer)
        if holds.settle(session, delivery_id, state, reason, viewer):
            content = {"delivery": delivery_id, "reason": home.key("log_digest").digest(reason)}
            log.append(session, viewer, [log.Act(_ACTS[state], content)])
