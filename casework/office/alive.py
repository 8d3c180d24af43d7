"""Dead or not: a recorded death that is wrong is taken back by two people, as a death takes two (ADR 0021)."""

from __future__ import annotations

from casework.deciding.find import check_keys
from casework.deciding.settle import AGREEING, check_open
from casework.errors import NotApproverError, UsageError
from casework.office.verdicts import Verdict, ground, holder
from casework.types import Home, Viewer
from matching.block import emitted
from matching.normalise import normalise
from matching.steps import search_rules
from registry import alive, decisions, log, people, queue, tail
from registry.engine import Session, WriteSession
from registry.queue import Item


def say_alive(home: Home, item: Item, verdict: Verdict, viewer: Viewer) -> None:
    """Keeps the word that a candidate is alive whose death is recorded; the second takes it back.

    UsageError where no death is recorded, or the second word is no approver's; BusyError where the item was decided.
    """
    with home.ledger.writing() as session:
        check_keys(session)
        check_open(session, item, viewer)
        person_id = holder(session, verdict.code)
        if person_id not in {one.person_id for one in decisions.candidates(session, item.row_id)}:
            raise UsageError(f"item {item.item_id}: {verdict.code} is no candidate's code")
        death = alive.recorded_death(session, person_id)
        if death is None:
            if alive.was_taken_back(session, person_id):
                return
            raise UsageError(f"item {item.item_id}: no death is recorded of {verdict.code}")
        said = alive.words(session, person_id, death)
        if any(queue.is_one_person(by, viewer.by) for by in said):
            return
        is_last = len(said) + 1 >= AGREEING["death"]
        if is_last and not viewer.is_approver:
            raise NotApproverError(
                f"item {item.item_id}: the second to say that a recorded death is wrong is an approver"
            )
        alive.say(session, item.item_id, (person_id, death), verdict.note, viewer)
        told = {"item": item.item_id, "person": person_id, "death": death, **ground(verdict)}
        log.append(session, viewer, [log.Act("alive", told, item.row_id)])
        if is_last:
            _take_back(session, item, person_id, viewer)


def said_alive(session: Session, person_id: int) -> list[str]:
    """Who says that the death recorded of a person is wrong; nobody where none is recorded."""
    death = alive.recorded_death(session, person_id)
    return [] if death is None else alive.words(session, person_id, death)


def said_of_item(session: Session, item_id: int) -> list[str]:
    """Who said on an item that a recorded death is wrong, while a second person must still say so."""
    return [by for by, words in alive.of_item(session, item_id) if words < AGREEING["death"]]


def has_said(session: Session, item_id: int, viewer: Viewer) -> bool:
    """Whether the viewer said on an item that a recorded death is wrong."""
    return any(queue.is_one_person(by, viewer.by) for by, _ in alive.of_item(session, item_id))


def _take_back(session: WriteSession, item: Item, person_id: int, viewer: Viewer) -> None:
    """He lives from now on, by further history; he and his household are found by it."""
    (record,) = people.records(session, [person_id], viewer).iter_rows(named=True)
    people.add_versions(session, [people.draft(person_id, record, row_id=item.row_id)])
    touched = {person_id}
    if record["household_code"] is not None:
        # a head who lives is the name by which the whole household is found
        touched.update(member.person_id for member in people.members(session, [record["household_code"]], viewer))
    tail.put(session, emitted(normalise(people.records(session, touched, viewer)), search_rules()))
