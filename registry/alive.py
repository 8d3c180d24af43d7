"""Recorded deaths that are said to be wrong."""

from __future__ import annotations

from registry.engine import Session, WriteSession
from registry.queue import one_form
from registry.viewer import Viewer


def recorded_death(session: Session, person_id: int) -> int | None:
    """The seq of the version from which on a person is dead; None where he is not."""
    found: int | None = session.value("recorded_death", person_id=person_id)
    return found


def words(session: Session, person_id: int, death_seq: int) -> list[str]:
    """Who says that a recorded death is wrong, in order."""
    return [row.said_by for row in session.rows("alive_words", person_id=person_id, death_seq=death_seq)]


def of_item(session: Session, item_id: int) -> list[tuple[str, int]]:
    """(by, how many say so by now) of everyone who said on an item that a recorded death is wrong, in order."""
    return [(row.said_by, row.words) for row in session.rows("alive_words_of_item", item_id=item_id)]


def was_taken_back(session: Session, person_id: int) -> bool:
    """Whether two people have taken back a recorded death of a person before."""
    return bool(session.value("deaths_taken_back", person_id=person_id))


def say(session: WriteSession, item_id: int, death: tuple[int, int], note: str | None, viewer: Viewer) -> None:
    """Keeps the word that a recorded death (person, seq) is wrong; the ledger refuses the same person twice."""
    person_id, death_seq = death
    session.run(
        "add_alive_word",
        person_id=person_id,
        death_seq=death_seq,
        item_id=item_id,
        note=note,
        seq=session.seq,
        at=session.at,
        by=viewer.by,
        speaker=one_form(viewer.by),
    )
