"""The review queue: what waits, one case whole, and an officer's decision.

A decision is kept as a verdict on a pair, and the row is decided again with it by the same way as the first time:
so the search is fresh, the lock is held, and a verdict outranks the model wherever the pair comes back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from casework.deciding.redecide import redecide, settle_stranded, settle_waiting
from casework.deciding.settle import AGREEING, approve, give_back
from casework.deliveries.return_reasons import for_the_sender
from casework.errors import BusyError, ClaimedError, DecidedError, MotmaError, UndoneError, UsageError
from casework.office.accounts import may_decide
from casework.office.alive import has_said, said_of_item, say_alive
from casework.office.grounds import check_ground
from casework.office.verdicts import KEPT_AS, VERDICTS, Verdict, keep_verdict
from casework.office.view import ItemView, item_view
from casework.types import Home, Viewer
from registry import claims, codes, decisions, log, queue, undo
from registry.queue import Item

#: verdicts by which a row may well stay in review
_WITHIN = ("not_same", "same_row", "not_same_row")


@dataclass(frozen=True)
class QueueLine:
    """One open item in the list. `is_kept`: an officer's word on it is kept, and not carried out yet.

    `place` is asking, since `asked_at` and of `asked_province`, or answered, where another province was asked.
    """

    item_id: int
    row_id: int
    kind: str
    reason: str
    waits_for_row: int | None
    opened_at: str
    event: str
    full_name: str | None
    birth_date: str | None
    source: str
    file_name: str
    sheet_row: int
    claimed_by: str | None
    is_kept: bool
    place: str | None
    asked_at: str | None
    asked_province: str | None


@dataclass(frozen=True)
class QueueListing:
    """Open items, rows that wait on each other together, and how many there are of each kind and reason."""

    items: Sequence[QueueLine]
    counts: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class DecideResult:
    """What came of an officer's decision. `needs_approval`: a second person must agree (the item is `item_id`).

    `alive_by`: who says that a candidate is alive whose death is still recorded.
    """

    item_id: int
    outcome: str
    reason: str | None
    code: str | None
    needs_approval: bool
    approved_by: Sequence[str]
    settled_rows: int
    alive_by: Sequence[str]


def listing(home: Home, reason: str | None, limit: int, viewer: Viewer, source: str | None = None) -> QueueListing:
    """The open items, of a reason (or asking, answered) and a source where given; the look is logged."""
    with home.ledger.writing() as session:
        found = queue.listing(session, reason, limit, viewer, source)
        told = {"reason": reason, "source": source, "items": len(found)}
        log.append(session, viewer, [log.Act("queue_list", told)])
        counted = queue.counts(session, viewer)
    lines = []
    for entry in found:
        meaning = json.loads(entry["understood"])
        lines.append(
            QueueLine(
                entry["item_id"],
                entry["row_id"],
                entry["kind"],
                entry["reason"],
                entry["waits_for_row_id"],
                entry["opened_at"],
                entry["event"],
                meaning["full_name"],
                meaning["birth_date"],
                entry["source"],
                entry["file_name"],
                entry["sheet_row"],
                entry["claimed_by"],
                entry["is_kept"],
                entry["place"],
                entry["asked_at"],
                entry["asked_province"],
            )
        )
    return QueueListing(lines, counted)


def show(home: Home, item_id: int, viewer: Viewer) -> ItemView:
    """One case, whole; the look is logged before anything is shown."""
    with home.ledger.writing() as session:
        item = queue.item(session, item_id, viewer)
        log.append(session, viewer, [log.Act("queue_show", {"item": item_id}, item.row_id)])
    with home.ledger.reading() as session:
        return item_view(session, item_id, viewer)


def change_requests(home: Home, limit: int, viewer: Viewer) -> list[dict[str, Any]]:
    """What corrections ask to change, newest first; the look is logged."""
    with home.ledger.writing() as session:
        found = decisions.change_requests(session, limit, viewer)
        log.append(session, viewer, [log.Act("change_request_list", {"requests": len(found)})])
    return found


def decide(home: Home, item_id: int, verdict: Verdict, viewer: Viewer) -> DecideResult:
    """Decides an item. The same word of the same officer again ends as it ended, and finishes what was cut short.

    UsageError when the verdict does not fit the item, or the control team's account gives it; BusyError when new
    candidates have come up meanwhile; ClaimedError when somebody else is at work on it; UndoneError when it waits as
    another item since.
    """
    with home.ledger.reading() as session:
        was_open = queue.item(session, item_id, viewer).state == "open"
    settle_stranded(home, viewer)
    return keep(home, item_id, verdict, viewer, was_open=was_open).act(home)


@dataclass(frozen=True)
class Rest:
    """What is left to do of a kept word, in whatever process; `again` are the rows that it decides again."""

    act: Callable[[Home], DecideResult]
    again: Sequence[int] = ()


def keep(home: Home, item_id: int, verdict: Verdict, viewer: Viewer, *, was_open: bool = False) -> Rest:
    """Keeps an officer's word, as `decide` does, and gives what carries it out.

    What is kept and never carried out is a stranded row; who settles those does both. `was_open`: the item was open
    before that.
    """
    verdict = _worded(home, verdict)
    word, code = verdict.word, verdict.code
    with home.ledger.reading() as session:
        may_decide(session, viewer)
        item = queue.item(session, item_id, viewer)
        waiting_death = queue.open_item(session, item.row_id, "death")
        current = decisions.current(session, [item.row_id]).get(item.row_id)
        undone = undo.of_item(session, item_id)
    if item.state == "closed":
        if undone is not None:
            raise UndoneError(item_id, undone.reopened_as)
        if _is_his_word(home, item, verdict, viewer):
            return Rest(partial(_finish, item=item, verdict=verdict, viewer=viewer))
        if was_open and item.kind == "row" and current is not None:
            stands = (current.outcome, current.bhxh_code)
            return Rest(partial(_overtaken, item=item, verdict=verdict, stands=stands))
        is_second_link = word in ("link", "approve") and waiting_death is not None
        if not is_second_link or current is None or code not in (None, current.bhxh_code):
            raise DecidedError(item_id, item.closed_by or "", item.closed_at or "")
        return keep(home, waiting_death or 0, Verdict("approve", note=verdict.note), viewer)
    not_anothers(home, item, viewer)
    if word == "return":
        give_back(home, item, verdict.note, viewer, verdict.reason)
        return Rest(partial(_settled, item=item, viewer=viewer))
    if item.kind != "row":
        if word == "link" and current is not None and code == current.bhxh_code:
            word = "approve"
        if word != "approve":
            raise UsageError(f"item {item_id}: its row is linked; it takes approve or return")
        approve(home, item, viewer)
        return Rest(partial(_result, item=item, settled=0))
    if word == "approve":
        raise UsageError(f"item {item_id}: a row in review takes a verdict or return")
    if word == "alive":
        say_alive(home, item, verdict, viewer)
        return Rest(partial(_decided_alive, item=item, viewer=viewer), [item.row_id])
    judged_at = keep_verdict(home, item, verdict, viewer)
    again = [item.row_id, *([] if verdict.row is None else [verdict.row])]
    return Rest(partial(_carried_out, item=item, verdict=verdict, viewer=viewer, judged_at=judged_at), again)


def carry_out(home: Home, rests: Sequence[Rest], viewer: Viewer) -> list[DecideResult | MotmaError]:
    """What came of each of some kept words. Their rows are searched for together, which costs little more than one."""
    with home.ledger.reading() as session:
        kept = queue.officers(session, [row_id for rest in rests for row_id in rest.again])
    if len(rests) > 1:
        with suppress(MotmaError):  # whose it is will meet it
            redecide(home, kept, viewer)
    return [_result_of(home, rest) for rest in rests]


def _result_of(home: Home, rest: Rest) -> DecideResult | MotmaError:
    try:
        return rest.act(home)
    except MotmaError as error:
        return error


def _decided_alive(home: Home, item: Item, viewer: Viewer) -> DecideResult:
    """What came of the word that a candidate is alive: once the death is taken back, the row is decided again."""
    with home.ledger.reading() as session:
        again = list(queue.officers(session, [item.row_id]))
    redecide(home, again, viewer)
    with home.ledger.reading() as session:
        is_settled = queue.item(session, item.item_id, viewer).state == "closed"
    return _result(home, item, settle_waiting(home, [item.row_id], viewer) if is_settled else 0)


def _carried_out(home: Home, item: Item, verdict: Verdict, viewer: Viewer, judged_at: int) -> DecideResult:
    """What came of a verdict that is kept since a seq; BusyError where the row is in review in spite of it."""
    with home.ledger.reading() as session:
        is_open = queue.item(session, item.item_id, viewer).state == "open"
        decided_at = decisions.current(session, [item.row_id])[item.row_id].tail_seq
    # a row that stays in review after a verdict is decided once by it, however often that is said
    if is_open and (verdict.word not in _WITHIN or decided_at < judged_at):
        redecide(home, [item.row_id, *([] if verdict.row is None else [verdict.row])], viewer)
    result = _finish(home, item, verdict, viewer)
    if verdict.word in ("link", "new") and result.outcome == "review":
        raise BusyError(
            f"item {item.item_id}: the verdict is kept, but the row is still in review ({result.reason}): "
            f"something has changed. Look again with `motma queue show {item.item_id}`."
        )
    return result


def _worded(home: Home, verdict: Verdict) -> Verdict:
    """The verdict with the words of its reason in its note; UsageError where it is none."""
    if verdict.word not in VERDICTS:
        raise UsageError(f"verdict {verdict.word}: not one of {', '.join(VERDICTS)}")
    if verdict.reason is None:
        return verdict
    if verdict.word == "approve":
        raise UsageError("verdict approve: it takes no reason")
    if verdict.word != "return":
        check_ground(home, verdict.reason)
        return verdict
    return replace(verdict, note=for_the_sender(home, verdict.reason, verdict.note))


def not_anothers(home: Home, item: Item, viewer: Viewer) -> None:
    """ClaimedError where somebody else is at work on an open item."""
    with home.ledger.reading() as session:
        claim = claims.held(session, item.item_id)
    if claim is not None and claim.claimed_by != viewer.by:
        raise ClaimedError(claim.item_id, claim.claimed_by, claim.leased_until)


def _finish(home: Home, item: Item, verdict: Verdict, viewer: Viewer) -> DecideResult:
    """What follows once an item's row is decided."""
    if verdict.word == "link" and item.kind == "row":
        _agree_as_linker(home, item, verdict.code, viewer)
    return _settled(home, item, viewer, verdict.row)


def _settled(home: Home, item: Item, viewer: Viewer, other_row: int | None = None) -> DecideResult:
    """What stands, once the rows that waited for an item's row, or the other one of a pair, are decided again."""
    waited_for = [item.row_id, *([] if other_row is None else [other_row])]
    return _result(home, item, settle_waiting(home, waited_for, viewer))


def _is_his_word(home: Home, item: Item, verdict: Verdict, viewer: Viewer) -> bool:
    """Whether a closed item was closed by this very word of this viewer's, whoever carried it out."""
    with home.ledger.reading() as session:
        if item.kind != "row" and verdict.word in ("approve", "link"):
            is_agreed = len(queue.approvals(session, item.item_id)) >= AGREEING[item.kind]
            return is_agreed and queue.has_approved(session, item.item_id, viewer)
        if verdict.word == "alive":
            return has_said(session, item.item_id, viewer)
        if verdict.word == "approve" or verdict.row is not None:
            return False
        newest = decisions.history(session, item.row_id)[-1]
        if verdict.word == "return":
            is_his = item.closed_by == viewer.by
            return is_his and (item.kind != "row" or json.loads(newest["evidence"]).get("note") == verdict.note)
        told = queue.judgements_of(session, item.row_id)
        held = codes.holders(session, [verdict.code or ""]).get(verdict.code or "", [])
        person_id = next((person_id for person_id, status in held if status == "active"), None)
        word = (viewer.by, KEPT_AS[verdict.word], person_id)
        is_last = bool(told) and (told[-1]["judged_by"], told[-1]["verdict"], told[-1]["person_id"]) == word
        if verdict.word == "link":
            return is_last and (newest["outcome"], newest["bhxh_code"]) == ("linked", verdict.code)
        # who is called new may be whom another row about him made; who is not one person may be somebody else or new
        return is_last and newest["outcome"] in ("linked", "issued")


def _overtaken(home: Home, item: Item, verdict: Verdict, stands: tuple[str, str | None]) -> DecideResult:
    """What the officer wanted, where the row was decided so just now with what it waited for; else BusyError."""
    outcome, code = stands
    if (verdict.word, verdict.code) == ("link", code) or (verdict.word, outcome) == ("new", "issued"):
        return _result(home, item, 0)
    raise BusyError(f"item {item.item_id}: decided just now with what it waited for. Look again.")


def _agree_as_linker(home: Home, item: Item, code: str | None, viewer: Viewer) -> None:
    """Whoever linked a death by hand has agreed to it; a second person still must."""
    with home.ledger.writing() as session:
        waiting = queue.open_item(session, item.row_id, "death")
        is_his = decisions.current(session, [item.row_id])[item.row_id].bhxh_code == code
        if waiting is not None and is_his and not queue.has_approved(session, waiting, viewer):
            queue.approve(session, waiting, viewer)
            log.append(session, viewer, [log.Act("approval", {"item": waiting}, item.row_id)])


def _result(home: Home, item: Item, settled: int) -> DecideResult:
    with home.ledger.reading() as session:
        current = decisions.current(session, [item.row_id])[item.row_id]
        waiting = queue.open_item(session, item.row_id, "death")
        agreed = queue.approvals(session, waiting if waiting is not None else item.item_id)
        alive_by = said_of_item(session, item.item_id)
    return DecideResult(
        item_id=item.item_id if waiting is None else waiting,
        outcome=current.outcome,
        reason=current.reason,
        code=current.bhxh_code,
        needs_approval=waiting is not None,
        approved_by=agreed,
        settled_rows=settled,
        alive_by=alive_by,
    )
