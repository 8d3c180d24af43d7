"""What one province asks another about an item, and the answers."""

from __future__ import annotations

from dataclasses import dataclass

from registry.engine import Session, WriteSession
from registry.errors import UsageError
from registry.queue import Item, one_form
from registry.viewer import Viewer


@dataclass(frozen=True)
class Question:
    """A question about a row and a person, from a province to another (`province`), and its answer where there is one.

    `about` is a code of rules/questions.toml; `word` is same, not_same or unsure; `state` is asking, answered or
    closed (whoever asked has decided).
    """

    question_id: int
    item_id: int
    row_id: int
    person_id: int
    province: str
    about: str
    note: str | None
    asked_at: str
    asked_by: str
    word: str | None
    answer_note: str | None
    answered_at: str | None
    answered_by: str | None
    state: str
    from_province: str


@dataclass(frozen=True)
class Asking:
    """What is to be asked about one candidate: a code of rules/questions.toml, and what was written beside it."""

    person_id: int
    about: str
    note: str | None


def add(session: WriteSession, item: Item, asking: Asking, province: str, viewer: Viewer) -> int:
    """Keeps a question for ever; its id."""
    (number,) = session.next_ids("question", 1)
    session.run(
        "add_question",
        question_id=number,
        item_id=item.item_id,
        row_id=item.row_id,
        person_id=asking.person_id,
        province=province,
        about=asking.about,
        note=asking.note,
        seq=session.seq,
        at=session.at,
        by=viewer.by,
        asker=one_form(viewer.by),
    )
    return number


def answer(session: WriteSession, question_id: int, word: str, note: str | None, viewer: Viewer) -> None:
    """Keeps the answer for ever. The ledger refuses a second one, the asker's own, and one of another province's."""
    session.run(
        "add_answer",
        question_id=question_id,
        word=word,
        note=note,
        seq=session.seq,
        at=session.at,
        by=viewer.by,
        answerer=one_form(viewer.by),
        area=viewer.scope.province,
    )


def question(session: Session, question_id: int, viewer: Viewer) -> Question:
    """A question put to the viewer's province; UsageError when there is none."""
    row = None
    if viewer.scope.unit is None:
        row = session.one("question_to", question_id=question_id, province=viewer.scope.province)
    if row is None:
        raise UsageError(
            f"question {question_id}: not put to your province. `motma queue questions` shows those that are."
        )
    return Question(**row._mapping)


def waiting(session: Session, viewer: Viewer) -> list[Question]:
    """The questions that wait for an answer of the viewer's province, oldest first; none for a unit of it."""
    if viewer.scope.unit is not None:
        return []
    return [Question(**row._mapping) for row in session.rows("questions_to", province=viewer.scope.province)]


def of_row(session: Session, row_id: int) -> list[Question]:
    """Every question about a row, oldest first."""
    return [Question(**row._mapping) for row in session.rows("questions_of_row", row_id=row_id)]
