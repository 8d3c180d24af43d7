"""Taking a decision of a person's back: what it changed is reversed by further history, and the item waits again.

A word on a row is a verdict or a return; a word on what waits beside a link is an agreement or a refusal. All of it
happens in one transaction under the issuing lock, or is refused by what that transaction reads there (ADR 0018).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from casework.deciding.effects import HEAD
from casework.deciding.find import check_keys
from casework.deciding.redecide import redecide, settle_waiting
from casework.deciding.rows import compared_rows, normalised_rows, row_digests
from casework.deciding.settle import AGREEING
from casework.errors import NotUndoneError
from casework.office.accounts import may_decide
from casework.policy import PolicyError, policy
from casework.types import Home, Viewer
from matching.block import emitted
from matching.normalise import normalise
from matching.steps import search_rules
from registry import decisions, deliveries, log, people, queue, tail, undo
from registry.decisions import Decision
from registry.engine import Session, WriteSession, now
from registry.moments import moment
from registry.queue import Item


@dataclass(frozen=True)
class UndoRules:
    """For how many hours a decision can be taken back, and whether approvers may take back those of others."""

    version: str
    hours: int
    by_approvers: bool


@dataclass(frozen=True)
class UndoResult:
    """What waits again: the item, its row's outcome and reason. `was` is the item on which the word was said."""

    item_id: int
    was: int
    outcome: str
    reason: str | None
    code: str | None


@dataclass(frozen=True)
class Said:
    """An item that somebody decided: how its row stands, the item that waits since it was taken back, if it was."""

    item_id: int
    kind: str
    full_name: str | None
    outcome: str
    code: str | None
    closed_at: str
    reopened_as: int | None
    can_undo: bool


@dataclass(frozen=True)
class _Word:
    """What somebody said on an item: who, when and at which seq; the verdicts by it, and the other rows they name."""

    by: str
    at: str
    seq: int
    judgements: Sequence[int] = ()
    rows: Sequence[int] = ()


def undo_rules(home: Home) -> UndoRules:
    """The terms of a home; PolicyError where rules/undo.toml lacks one or says another."""
    raw = policy(home, "undo")
    kinds = {"version": str, "hours": int, "by_approvers": bool}
    names = [field.name for field in fields(UndoRules)]
    faults = [f"{name} is no setting" for name in raw if name not in names]
    faults += [f"{name} is {raw.get(name)!r}" for name in names if type(raw.get(name)) is not kinds[name]]
    if faults:
        raise PolicyError(f"rules/undo.toml: {'; '.join(faults)}")
    return UndoRules(**raw)


def undo_decision(home: Home, item_id: int, viewer: Viewer) -> UndoResult:
    """Takes back the last word on an item. The same once more ends as it ended; of an item that stayed in review it
    takes back the word before.

    NotUndoneError says why it stands: whose it is, how old, or what was built on it.
    """
    rules = undo_rules(home)
    with home.ledger.writing() as session:
        check_keys(session)
        may_decide(session, viewer)
        item = queue.item(session, item_id, viewer)
        before = undo.of_item(session, item_id)
        if before is not None and before.reopened_as != item_id:
            if not queue.is_one_person(before.undone_by, viewer.by):
                raise NotUndoneError(item_id, "nothing")
            reopened, again = before.reopened_as, list[int]()
        else:
            word = _may_take_back(session, item, rules, viewer, session.at)
            if item.kind == "row":
                reopened, again = _undo_row(session, item, word, viewer)
            else:
                reopened, again = _undo_beside(session, item, word, viewer), []
    redecide(home, again, viewer)
    with home.ledger.reading() as session:
        current = decisions.current(session, [item.row_id, *again])
    settle_waiting(home, [row_id for row_id in again if current[row_id].outcome != "review"], viewer)
    now_stands = current[item.row_id]
    return UndoResult(reopened, item_id, now_stands.outcome, now_stands.reason, now_stands.bhxh_code)


def can_undo(home: Home, item_id: int, viewer: Viewer) -> bool:
    """Whether the viewer may take back the last word on an item, as far as can be told without trying."""
    rules = undo_rules(home)
    with home.ledger.reading() as session:
        return _can_undo(session, queue.item(session, item_id, viewer), rules, viewer)


def said_lately(home: Home, limit: int, viewer: Viewer) -> list[Said]:
    """What the viewer decided and may take back, and what he took back, newest first."""
    rules = undo_rules(home)
    since = datetime.now(UTC) - timedelta(hours=rules.hours)
    with home.ledger.reading() as session:
        found = queue.closed_by(session, moment(since), limit, viewer)
        return [
            Said(
                entry["item_id"],
                entry["kind"],
                json.loads(entry["understood"])["full_name"],
                entry["outcome"],
                entry["bhxh_code"],
                entry["closed_at"],
                entry["reopened_as"],
                _can_undo(session, queue.item(session, entry["item_id"], viewer), rules, viewer),
            )
            for entry in found
        ]


def _can_undo(session: Session, item: Item, rules: UndoRules, viewer: Viewer) -> bool:
    before = undo.of_item(session, item.item_id)
    if before is not None and before.reopened_as != item.item_id:
        return False
    try:
        _may_take_back(session, item, rules, viewer, now())
    except NotUndoneError:
        return False
    return item.kind != "row" or decisions.current(session, [item.row_id])[item.row_id].outcome != "issued"


def _word(session: Session, item: Item) -> _Word:
    """The last word on an item that stands."""
    if item.kind != "row":
        agreed = queue.approvals_of(session, item.item_id)
        if item.state == "closed" and len(agreed) < AGREEING[item.kind]:
            # fewer agreed than must, so somebody refused
            return _Word(item.closed_by or "", item.closed_at or "", 0)
        if agreed:
            return _Word(*agreed[-1])
        raise NotUndoneError(item.item_id, "nothing")
    newest = decisions.history(session, item.row_id)[-1]
    if newest["outcome"] == "returned" and "note" in json.loads(newest["evidence"]):
        return _Word(newest["decided_by"], newest["decided_at"], newest["seq"])
    told = queue.judgements_of(session, item.row_id)
    if not told:
        raise NotUndoneError(item.item_id, "nothing" if item.state == "open" else "machine")
    last = told[-1]
    said = [entry for entry in told if entry["seq"] == last["seq"]]
    rows = {entry["row_id"] for entry in said} - {item.row_id}
    return _Word(
        last["judged_by"], last["judged_at"], last["seq"], [entry["judgement_id"] for entry in said], sorted(rows)
    )


def _may_take_back(session: Session, item: Item, rules: UndoRules, viewer: Viewer, at: str) -> _Word:
    """The last word on an item; NotUndoneError where it is another's, or was said too long before a moment."""
    word = _word(session, item)
    speakers = [word.by]
    if item.kind != "row" and word.seq:
        # whoever agreed to what was done may say that it was wrong
        speakers += [by for by, _, _ in queue.approvals_of(session, item.item_id)]
    is_his = any(queue.is_one_person(by, viewer.by) for by in speakers)
    if not is_his and not (rules.by_approvers and viewer.is_approver):
        raise NotUndoneError(item.item_id, "anothers", word.by)
    if datetime.fromisoformat(at) - datetime.fromisoformat(word.at) > timedelta(hours=rules.hours):
        raise NotUndoneError(item.item_id, "late")
    return word


def _undo_row(session: WriteSession, item: Item, word: _Word, viewer: Viewer) -> tuple[int, list[int]]:
    """(the item that waits, rows to be decided again): a verdict or a return is taken back."""
    if queue.items_of_row(session, item.row_id, ("row",))[-1].item_id != item.item_id:
        raise NotUndoneError(item.item_id, "nothing")
    newest = decisions.history(session, item.row_id)[-1]
    if newest["outcome"] == "issued":
        raise NotUndoneError(item.item_id, "issued")
    is_settled = newest["outcome"] != "review"
    if newest["outcome"] == "linked":
        _leave_nothing(session, item, newest, word, viewer)
    undo.withdraw(session, word.judgements)
    waits_for = item.waits_for_row_id if is_settled else None
    # what it waited for is settled, or a verdict within the review is gone: then the search is made anew
    is_decided_again = not is_settled or (waits_for is not None and queue.open_item(session, waits_for, "row") is None)
    reason = "stale" if is_decided_again else item.reason
    waits_for = None if is_decided_again else waits_for
    reopened = queue.reopen(session, item, reason, waits_for) if is_settled else item.item_id
    number = newest["decision_no"] if is_settled else None
    undo.add(session, item, number, reopened, viewer)
    if not is_settled:
        queue.revise(session, [{"item_id": item.item_id, "reason": reason, "waits_for_row_id": None}])
    _restore_review(session, item.row_id, reason, waits_for, viewer)
    tail.put(session, emitted(normalised_rows(session, [item.row_id], viewer), search_rules()))
    content = {"item": item.item_id, "outcome": "review", "reopened": reopened, "judgements": list(word.judgements)}
    log.append(session, viewer, [log.Act("undo", content, item.row_id)])
    with_it = [row for row in word.rows if queue.open_item(session, row, "row") is not None]
    return reopened, [*([item.row_id] if is_decided_again else []), *with_it]


def _restore_review(session: WriteSession, row_id: int, reason: str, waits_for: int | None, viewer: Viewer) -> None:
    """The row's last decision that was a review stands again, with its candidates."""
    before = [entry for entry in decisions.history(session, row_id) if entry["outcome"] == "review"][-1]
    evidence = json.loads(before["evidence"])
    restored = Decision(
        row_id=row_id,
        outcome="review",
        reason=reason,
        person_id=None,
        bhxh_code=None,
        **{name: before[name] for name in ("match_weight", "posterior", "runner_up_weight")},
        **{name: before[name] for name in ("model_version", "rules_version", "register_seq", "tail_seq")},
        decided_by=viewer.by,
        candidate_codes=[code for code in before["candidates"].split(";") if code],
        candidates=decisions.candidates(session, row_id, before["decision_no"]),
        evidence={name: evidence.get(name) for name in ("lacks", "number_agrees")}
        | {"restores": before["decision_no"], "waits_for_row": waits_for},
    )
    decisions.add(session, [restored])


def _leave_nothing(session: WriteSession, item: Item, linked: Mapping[str, Any], word: _Word, viewer: Viewer) -> None:
    """Reverses what a link changed; NotUndoneError where something was built on it."""
    row_id, person_id = item.row_id, linked["person_id"]
    beside = queue.items_of_row(session, row_id, AGREEING, linked["seq"])
    standing = [other for other in beside if undo.of_item(session, other.item_id) is None]
    if any(other.state == "closed" for other in standing):
        raise NotUndoneError(item.item_id, "beside")
    agreed = [by for other in standing for by in queue.approvals(session, other.item_id)]
    if any(not queue.is_one_person(by, word.by) for by in agreed):
        raise NotUndoneError(item.item_id, "beside")
    since = undo.linked_since(session, person_id, linked["seq"])
    digests = row_digests(compared_rows(session, [row_id, *(other for other, _ in since)], viewer))
    alike = {
        place
        for said in queue.judgements_of(session, row_id)
        if said["verdict"] == "same"
        for place in (said["row_id"], said["other_row_id"])
    }
    if any(other in alike or digests[-other] == digests[-row_id] for other, _ in since):
        raise NotUndoneError(item.item_id, "relied_on")
    _reverse(session, item, person_id, linked["seq"], viewer)
    queue.close(session, {other.item_id: viewer.by for other in standing})


def _undo_beside(session: WriteSession, item: Item, word: _Word, viewer: Viewer) -> int:
    """The item that waits: an agreement to what waited beside a link, or a refusal of it, is taken back."""
    current = decisions.current(session, [item.row_id])[item.row_id]
    same = queue.items_of_row(session, item.row_id, (item.kind,), current.seq)
    if not same or same[-1].item_id != item.item_id:
        # the link that it stood beside was taken back, or it waits as another item
        raise NotUndoneError(item.item_id, "nothing")
    if item.state == "closed" and len(queue.approvals(session, item.item_id)) >= AGREEING[item.kind]:
        _reverse(session, item, current.person_id, word.seq, viewer)
    queue.close(session, {item.item_id: viewer.by})
    # agreements stay with the item on which they were given; who still agrees says so anew
    reopened = queue.reopen(session, item, item.reason, None)
    undo.add(session, item, None, reopened, viewer)
    log.append(session, viewer, [log.Act("undo", {"item": item.item_id, "reopened": reopened}, item.row_id)])
    return reopened


def _reverse(session: WriteSession, item: Item, person_id: int, seq: int, viewer: Viewer) -> None:
    """Reverses by further history what a row changed of a person from a seq on; nothing where it changed nothing.

    NotUndoneError where anything else changed him since, or another death relies on this one.
    """
    changed = people.changes(session, person_id, seq)
    own = [change for change in changed if change.row_id == item.row_id]
    if not own:
        return
    if any(change.row_id != item.row_id and change.seq > seq for change in changed):
        raise NotUndoneError(item.item_id, "changed")
    before = people.known(session, [person_id], viewer)[person_id]
    versions = [change.seq for change in own if change.kind == "version"]
    if versions:
        people.restore_version(session, person_id, versions[0], item.row_id)
    for change in own:
        if change.kind == "membership":
            people.reverse_membership(session, person_id, change.seq)
    after = people.known(session, [person_id], viewer)[person_id]
    undone = {name for name in ("status", "household_code", "residence_code") if before[name] != after[name]}
    if _rests_on(session, own[0], before, undone, viewer):
        raise NotUndoneError(item.item_id, "relied_on")
    touched = {person_id}
    if HEAD in (before["relation_to_head"], after["relation_to_head"]):
        # by their head the whole household is found
        households = {before["household_code"], after["household_code"]} - {None}
        touched.update(member.person_id for member in people.members(session, households, viewer))
    tail.put(session, emitted(normalise(people.records(session, touched, viewer)), search_rules()))


def _rests_on(
    session: Session, change: people.Change, person: Mapping[str, Any], undone: Collection[str], viewer: Viewer
) -> bool:
    """Whether another row says of a person what a row's change made of him, and asks for nothing since it was so.

    It was linked since and nothing was left to change, or what it asked for was agreed to since.
    """
    events = dict(undo.linked_since(session, person["record_id"], 0))
    events.pop(change.row_id or 0, None)
    said = deliveries.understood(deliveries.rows(session, events, viewer))
    same = {row["row_id"] for row in said.iter_rows(named=True) if _says_so(row, person, undone)}
    for other, linked in decisions.current(session, same).items():
        kind = "death" if events[other] == "death" else "household"
        items = queue.items_of_row(session, other, (kind,), linked.seq)
        if not items and linked.seq > change.seq:
            return True
        agreed = queue.approvals_of(session, items[-1].item_id) if items and items[-1].state == "closed" else []
        if len(agreed) >= AGREEING[kind] and agreed[-1][-1] > change.seq:
            return True
    return False


def _says_so(row: Mapping[str, Any], person: Mapping[str, Any], undone: Collection[str]) -> bool:
    """Whether a row says one of the things that are to be undone of a person."""
    if row["event"] == "death":
        return "status" in undone
    if row["event"] == "move_out":
        return "household_code" in undone and person["household_code"] is None
    places = (name for name in undone if name != "status")
    return any(row[name] is not None and row[name] == person[name] for name in places)
