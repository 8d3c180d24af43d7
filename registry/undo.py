"""Words of officers that were taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registry.engine import Session, WriteSession
from registry.queue import Item
from registry.viewer import Viewer


@dataclass(frozen=True)
class Undo:
    """What was said on an item was taken back; `reopened_as` waits in its place.

    `decision_no`: the decision of the row that stands no longer, None where the word had made none.
    """

    undo_id: int
    item_id: int
    row_id: int
    decision_no: int | None
    reopened_as: int
    seq: int
    undone_at: str
    undone_by: str


def add(session: WriteSession, item: Item, decision_no: int | None, reopened_as: int, viewer: Viewer) -> None:
    """Keeps for ever that a word was taken back. The ledger refuses it of a decision that issued a code."""
    (number,) = session.next_ids("undo", 1)
    session.run(
        "add_undo",
        undo_id=number,
        item_id=item.item_id,
        row_id=item.row_id,
        decision_no=decision_no,
        reopened_as=reopened_as,
        seq=session.seq,
        at=session.at,
        by=viewer.by,
    )


def of_item(session: Session, item_id: int) -> Undo | None:
    """What was taken back last of what was said on an item."""
    row = session.one("undo_of_item", item_id=item_id)
    return None if row is None else Undo(**row._mapping)


def withdraw(session: WriteSession, judgement_ids: Iterable[int]) -> None:
    """Verdicts outrank the model no longer, wherever their pair comes."""
    session.run_many("withdraw_judgement", [{"judgement_id": number, "seq": session.seq} for number in judgement_ids])


def linked_since(session: Session, person_id: int, seq: int) -> list[tuple[int, str]]:
    """(row_id, event) of rows that were linked to a person after a seq, and are."""
    return [(row.row_id, row.event) for row in session.rows("linked_since", person_id=person_id, seq=seq)]
