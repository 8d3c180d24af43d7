"""Questions to other provinces: asking one about an item, and answering those that are put to one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from casework.errors import AnsweredError, BusyError, ClaimedError, UsageError
from casework.office.accounts import Account, viewer_of
from casework.office.comparison import Line, compared
from casework.office.desk import next_item
from casework.office.questions import About, Asking, QuestionView, abouts, answer, ask, show, waiting
from casework.policy import PolicyError
from casework.types import Home
from review.language import _
from review.pages.item import case_of, why_not
from review.pages.queue import PURPOSE, FilterOf
from review.render import Context, page
from review.requests import AskedId, Fields, HomeOf, Id, Officer, number_of

router = APIRouter()

ANSWERING = "answer"


@dataclass(frozen=True)
class Question(Context):
    """The asking row beside the one person.

    `replied` is the question answered before this one, `said` why an answer was not taken, `note` what came with it.
    """

    template: ClassVar[str] = "question.html"
    account: Account
    view: QuestionView
    lines: Sequence[Line]
    abouts: Sequence[About]
    replied: int | None = None
    said: str | None = None
    note: str = ""


@router.post("/items/{item_id}/ask")
def asked(home: HomeOf, who: Officer, item_id: Id, part: FilterOf, given: Fields) -> Response:
    """Asks the province of a candidate and opens the next item; where that cannot be, shows the case and why."""
    viewer = viewer_of(who.account, PURPOSE)
    person = given.get("person", "")
    asking = Asking(number_of(person) or 0, given.get("about", ""), given.get("note") or None)
    after = next_item(home, item_id, part.reason, part.unit, viewer)
    try:
        ask(home, item_id, asking, viewer)
    except PolicyError:
        raise
    except (ClaimedError, UsageError) as error:
        case = case_of(home, who.account, item_id, part)
        return page(replace(case, said=_cannot_ask(error)), 409)
    return RedirectResponse(part.link("/queue" if after is None else f"/items/{after}", done=item_id), 303)


@router.get("/questions/{question_id}")
def question(home: HomeOf, who: Officer, question_id: Id, replied: AskedId = None) -> Response:
    """Shows a question; the look is logged first."""
    return page(replace(_question(home, who.account, question_id), replied=replied))


@router.post("/questions/{question_id}")
def answered(home: HomeOf, who: Officer, question_id: Id, given: Fields) -> Response:
    """Answers, and opens the next question, or the queue; where that cannot be, shows how it stands, and why."""
    viewer, note = viewer_of(who.account, ANSWERING), given.get("note", "")
    if not given.get("word"):
        said = _("Chưa ghi gì: chọn câu trả lời.")
        return page(replace(_question(home, who.account, question_id), said=said, note=note), 409)
    try:
        answer(home, question_id, given.get("word", ""), note or None, viewer)
    except AnsweredError as error:
        text = (
            _("Chưa ghi gì: {by} đã trả lời câu hỏi này.") if error.by else _("Chưa ghi gì: nơi hỏi đã tự quyết định.")
        )
        found = _question(home, who.account, question_id)
        return page(replace(found, said=text.format(by=error.by), note=note), 409)
    left = waiting(home, viewer)
    where = f"/questions/{left[0].question.question_id}" if left else "/queue"
    return RedirectResponse(f"{where}?replied={question_id}", 303)


def _question(home: Home, account: Account, question_id: int) -> Question:
    view = show(home, question_id, viewer_of(account, ANSWERING))
    return Question(account, view, compared(view.understood, [view.record]), abouts(home))


def _cannot_ask(error: Exception) -> str:
    """Why nothing was asked."""
    if isinstance(error, BusyError):
        return why_not(error)
    return _("Chưa hỏi: chọn câu hỏi; chỉ hỏi được về ứng viên của tỉnh khác khi mục còn chờ.")
