"""Asking another province about an item, and answering: the answer is advice, whoever asked decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.errors import AnsweredError, UsageError
from casework.office.accounts import may_decide
from casework.office.masking import home_province
from casework.office.queue import not_anothers
from casework.office.view import household_members, received_cells
from casework.policy import entries
from casework.types import Home, Viewer
from registry import claims, codes, decisions, deliveries, log, people, questions, queue
from registry.engine import Session
from registry.questions import Asking, Question

__all__ = ["Asking", "Question"]

#: what a province can answer: this person, another one, or that it cannot say
ANSWERS = ("same", "not_same", "unsure")


@dataclass(frozen=True)
class About:
    """What can be asked: its code, and its title for the officer."""

    code: str
    title: str


@dataclass(frozen=True)
class QuestionLine:
    """A question in the list: whom it is about, as the register knows him."""

    question: Question
    full_name: str | None
    birth_date: str | None


@dataclass(frozen=True)
class QuestionView:
    """A question, whole: the row as understood and as received, the one person with household and numbers.

    `record` has RECORD's columns, `members` and `codes` are as in a CandidateView; `may_answer`: it waits for an
    answer, and is not the viewer's own.
    """

    question: Question
    event: str
    source: str
    received: Sequence[tuple[str, str]]
    understood: Mapping[str, Any]
    record: Mapping[str, Any]
    members: Sequence[Mapping[str, Any]]
    codes: Sequence[tuple[str, str, str, str]]
    may_answer: bool


def abouts(home: Home) -> list[About]:
    """What a home's officers can ask, in the order of its policy; PolicyError names every fault."""
    return [About(**entry) for entry in entries(home, "questions", "question", ("code", "title"))]


def askable(home: Home, item_id: int, viewer: Viewer) -> dict[int, str]:
    """Person → province, of the candidates of an open item who belong to another province and are not asked about."""
    with home.ledger.reading() as session:
        item = queue.item(session, item_id, viewer)
        return _askable(session, item.row_id, viewer) if item.state == "open" else {}


def candidate_of_code(home: Home, item_id: int, code: str, viewer: Viewer) -> int:
    """The candidate of an item who has a number, in whatever state; UsageError where there is none, or several."""
    with home.ledger.reading() as session:
        item = queue.item(session, item_id, viewer)
        found = people.known(session, _candidates(session, item.row_id), viewer)
    holders = [person_id for person_id, record in found.items() if code in record["codes"]]
    if len(holders) != 1:
        raise UsageError(f"item {item_id}: {'several' if holders else 'no'} candidates with the code {code}")
    return holders[0]


def ask(home: Home, item_id: int, asking: Asking, viewer: Viewer) -> Question:
    """Asks the province of a candidate; the item waits until it answers, or is decided. Asked again, nothing is new.

    UsageError where the candidate is of the row's own province, or of none; ClaimedError as for a decision.
    """
    known = [one.code for one in abouts(home)]
    if asking.about not in known:
        raise UsageError(f"question {asking.about}: not one of {', '.join(known)}")
    with home.ledger.reading() as session:
        may_decide(session, viewer)
        item = queue.item(session, item_id, viewer)
    if item.state != "open":
        raise UsageError(f"item {item_id}: decided already")
    not_anothers(home, item, viewer)
    with home.ledger.writing() as session:
        before = _asked(session, item.row_id)
        person_id = asking.person_id
        if person_id in before:
            return before[person_id]
        provinces = _askable(session, item.row_id, viewer)
        if queue.item(session, item_id, viewer).state != "open" or person_id not in provinces:
            raise UsageError(f"item {item_id}: person {person_id} is no candidate of another province; nothing asked")
        province = provinces[person_id]
        number = questions.add(session, item, asking, province, viewer)
        claims.drop(session, item_id, viewer)
        told = {"question": number, "item": item_id, "person": person_id, "province": province, "about": asking.about}
        log.append(session, viewer, [log.Act("question", told, item.row_id)])
        return _asked(session, item.row_id)[person_id]


def waiting(home: Home, viewer: Viewer) -> list[QuestionLine]:
    """The questions of others that wait for an answer of the viewer's province, oldest first; the look is logged."""
    with home.ledger.reading() as session:
        found = [one for one in questions.waiting(session, viewer) if not _is_own(one, viewer)]
    if not found:
        return []
    with home.ledger.writing() as session:
        told = {"questions": [one.question_id for one in found]}
        log.append(session, viewer, [log.Act("question_list", told)])
        known = people.known(session, {one.person_id for one in found}, viewer)
    return [QuestionLine(one, known[one.person_id]["full_name"], known[one.person_id]["birth_date"]) for one in found]


def show(home: Home, question_id: int, viewer: Viewer) -> QuestionView:
    """A question put to the viewer's province, whole; the look is logged before anything is shown."""
    with home.ledger.writing() as session:
        question = questions.question(session, question_id, viewer)
        told = {"question": question_id, "person": question.person_id}
        log.append(session, viewer, [log.Act("question_show", told, question.row_id)])
    with home.ledger.reading() as session:
        row = deliveries.rows(session, [question.row_id], viewer)
        (meaning,) = deliveries.understood(row).iter_rows(named=True)
        (received,) = row.iter_rows(named=True)
        (record,) = people.records(session, [question.person_id], viewer).iter_rows(named=True)
        return QuestionView(
            question=question,
            event=meaning["event"],
            source=received["source"],
            received=received_cells(received),
            understood=meaning,
            record=record,
            members=household_members(session, record["household_code"], viewer),
            codes=codes.of_person(session, question.person_id),
            may_answer=question.state == "asking" and not _is_own(question, viewer),
        )


def answer(home: Home, question_id: int, word: str, note: str | None, viewer: Viewer) -> Question:
    """Answers a question put to the viewer's province. The same answer again changes nothing.

    AnsweredError where somebody else has answered, or whoever asked has decided meanwhile.
    """
    if word not in ANSWERS:
        raise UsageError(f"answer {word}: not one of {', '.join(ANSWERS)}")
    with home.ledger.writing() as session:
        may_decide(session, viewer)
        question = questions.question(session, question_id, viewer)
        if _is_own(question, viewer):
            raise UsageError(f"question {question_id}: nobody answers his own question")
        if (question.answered_by, question.word, question.answer_note) == (viewer.by, word, note):
            return question
        if question.state != "asking":
            raise AnsweredError(question_id, question.answered_by)
        questions.answer(session, question_id, word, note, viewer)
        told = {"question": question_id, "item": question.item_id, "person": question.person_id, "word": word}
        log.append(session, viewer, [log.Act("answer", told, question.row_id)])
        return questions.question(session, question_id, viewer)


def _is_own(question: Question, viewer: Viewer) -> bool:
    return queue.is_one_person(question.asked_by, viewer.by)


def _asked(session: Session, row_id: int) -> dict[int, Question]:
    """Person → the question about him that waits for its answer."""
    return {one.person_id: one for one in questions.of_row(session, row_id) if one.state == "asking"}


def _candidates(session: Session, row_id: int) -> Iterable[int]:
    return [one.person_id for one in decisions.candidates(session, row_id) if one.person_id is not None]


def _askable(session: Session, row_id: int, viewer: Viewer) -> dict[int, str]:
    (own,) = deliveries.rows(session, [row_id], viewer)["province"]
    known = people.known(session, _candidates(session, row_id), viewer)
    provinces = {person_id: home_province(record) for person_id, record in known.items()}
    asked = _asked(session, row_id)
    return {
        person_id: province
        for person_id, province in provinces.items()
        if province not in (None, own) and person_id not in asked
    }
