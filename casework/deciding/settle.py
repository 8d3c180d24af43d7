"""Settling what waits beside a link (a death, a household change), and giving a row back to its sender."""

from __future__ import annotations

from casework.deciding.effects import HEAD, Effects, PersonState, of_agreement
from casework.deciding.find import check_keys
from casework.deliveries.returned import returned_with
from casework.errors import BusyError, NotApproverError, UsageError
from casework.types import Home, Viewer
from matching.block import emitted
from matching.normalise import normalise
from matching.steps import search_rules
from registry import decisions, deliveries, log, people, queue, tail
from registry.engine import WriteSession
from registry.queue import Item

#: how many different people must agree: to a death without a strong number, to a household change
AGREEING = {"death": 2, "household": 1}


def approve(home: Home, item: Item, viewer: Viewer) -> None:
    """Agrees to what waits; a death takes two different people, a household change one. Once said, it is said.

    UsageError where the second agreement to a death is not an approver's.
    """
    with home.ledger.writing() as session:
        check_keys(session)
        check_open(session, item, viewer)
        if queue.has_approved(session, item.item_id, viewer):
            return
        is_last = len(queue.approvals(session, item.item_id)) + 1 >= AGREEING[item.kind]
        if item.kind == "death" and is_last and not viewer.is_approver:
            raise NotApproverError(f"item {item.item_id}: the second agreement to a death is an approver's")
        agreed = queue.approve(session, item.item_id, viewer)
        log.append(session, viewer, [log.Act("approval", {"item": item.item_id}, item.row_id)])
        if len(agreed) < AGREEING[item.kind]:
            return
        _carry_out(session, item, viewer)
        queue.close(session, {item.item_id: viewer.by})


def _carry_out(session: WriteSession, item: Item, viewer: Viewer) -> None:
    """Makes the change that was agreed to, and gives everybody whom it touches new keys."""
    person_id = decisions.current(session, [item.row_id])[item.row_id].person_id
    (meaning,) = deliveries.understood(deliveries.rows(session, [item.row_id], viewer)).iter_rows(named=True)
    record = people.known(session, [person_id], viewer)[person_id]
    if item.kind == "death":
        # two senders may report one death; it is recorded once
        effects = Effects(changes={} if record["status"] == "deceased" else {"status": "deceased"})
    else:
        effects = of_agreement(PersonState(person_id, record, record["member_since"]), meaning)
    touched = {person_id}
    if record["relation_to_head"] == HEAD and record["household_code"] is not None:
        household = people.members(session, [record["household_code"]], viewer)
        if any(member.relation == HEAD and member.person_id != person_id for member in household):
            # where a head leaves or dies, another is the name by which the whole household is found
            touched.update(member.person_id for member in household)
    if effects.changes:
        after = {**record, **effects.changes}
        people.add_versions(session, [people.draft(person_id, after, status=after["status"], row_id=item.row_id)])
    if effects.membership is not None:
        code, relation = effects.membership
        ids = people.household_ids(session, [] if code is None else [code])
        membership = {
            "person_id": person_id,
            "household_id": None if code is None else ids[code],
            "relation": relation,
            "event_date": meaning["event_date"],
            "row_id": item.row_id,
            "load_id": None,
        }
        people.add_memberships(session, [membership])
        if relation == HEAD:
            # a new head is the name by which the whole household is found
            touched.update(member.person_id for member in people.members(session, ids, viewer))
    tail.put(session, emitted(normalise(people.records(session, touched, viewer)), search_rules()))


def give_back(home: Home, item: Item, note: str | None, viewer: Viewer, reason: str | None = None) -> None:
    """Returns a row to its sender; a household change that waits is refused and its row stays linked.

    `reason` is the code by which the note was chosen, for the log.
    """
    if not note:
        raise UsageError(f"item {item.item_id}: say why with --reason or --note; the sender reads it")
    with home.ledger.writing() as session:
        check_open(session, item, viewer)
        if item.kind == "row":
            before = decisions.current(session, [item.row_id])[item.row_id]
            newest = decisions.history(session, item.row_id)[-1]
            returned = returned_with(
                note,
                item.row_id,
                viewer,
                model_version=newest["model_version"],
                rules_version=newest["rules_version"],
                register_seq=before.register_seq,
                tail_seq=before.tail_seq,
            )
            decisions.add(session, [returned])
            tail.drop(session, [-item.row_id])
        queue.close(session, {item.item_id: viewer.by})
        content = {"item": item.item_id, "kind": item.kind, "note": home.key("log_digest").digest(note)}
        if reason is not None:
            content["reason"] = reason
        log.append(session, viewer, [log.Act("give_back", content, item.row_id)])


def check_open(session: WriteSession, item: Item, viewer: Viewer) -> None:
    """BusyError where somebody has decided an item since it was looked at."""
    if queue.item(session, item.item_id, viewer).state != "open":
        raise BusyError(f"item {item.item_id}: somebody else has just decided it")
