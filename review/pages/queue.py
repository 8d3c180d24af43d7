"""The queue: what waits, by reason and unit, and the way into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from casework.office.accounts import Account, viewer_of
from casework.office.claims import release
from casework.office.desk import Desk, Ended, desk, ended_by, next_item
from casework.office.questions import QuestionLine, waiting
from casework.office.undo import Said, said_lately
from review.render import Context, page
from review.requests import AskedId, HomeOf, Officer

router = APIRouter()

PURPOSE = "review"
#: decisions of the officer's own that the list shows
MOST_SAID = 3


@dataclass(frozen=True)
class Filter:
    """Which part of the queue somebody works through."""

    reason: str | None
    unit: str | None

    def link(self, path: str, **more: str | int | None) -> str:
        """The path with the filter, and more, as its query."""
        told: Mapping[str, str | int | None] = {"reason": self.reason, "unit": self.unit, **more}
        query = urlencode({name: value for name, value in told.items() if value is not None})
        return f"{path}?{query}" if query else path

    def by(self, **change: str | None) -> str:
        """The queue with another filter."""
        return Filter(change.get("reason", self.reason), change.get("unit", self.unit)).link("/queue")


def filter_of(reason: str | None = None, unit: str | None = None) -> Filter:
    """The filter that an address names."""
    return Filter(reason or None, unit or None)


FilterOf = Annotated[Filter, Depends(filter_of)]


@dataclass(frozen=True)
class Queue(Context):
    """What waits, and which part of it is shown; what the officer said lately, and how the item before it ended.

    `questions` are put to his province by others; `replied` is the one that he has just answered.
    """

    template: ClassVar[str] = "queue.html"
    account: Account
    desk: Desk
    filter: Filter
    said: Sequence[Said]
    done: Ended | None
    questions: Sequence[QuestionLine]
    replied: int | None


@router.get("/")
def start() -> Response:
    """The queue is where work begins."""
    return RedirectResponse("/queue", 303)


@router.get("/queue")
def queue(home: HomeOf, who: Officer, part: FilterOf, done: AskedId = None, replied: AskedId = None) -> Response:
    """The list."""
    viewer = viewer_of(who.account, PURPOSE)
    before = None if done is None else ended_by(home, done, viewer)
    said = said_lately(home, MOST_SAID, viewer)
    asked = waiting(home, viewer)
    return page(Queue(who.account, desk(home, part.reason, part.unit, viewer), part, said, before, asked, replied))


@router.get("/queue/next")
def following(home: HomeOf, who: Officer, part: FilterOf, after: AskedId = None) -> Response:
    """Gives an item up and opens the one behind it, or the first; where nothing waits, the list says so."""
    viewer = viewer_of(who.account, PURPOSE)
    found = next_item(home, after, part.reason, part.unit, viewer)
    if after is not None:
        release(home, after, viewer)
    return RedirectResponse(part.link("/queue" if found is None else f"/items/{found}"), 303)


@router.get("/queue/back")
def back(home: HomeOf, who: Officer, part: FilterOf, after: AskedId = None) -> Response:
    """Gives an item up and goes back to the list."""
    if after is not None:
        release(home, after, viewer_of(who.account, PURPOSE))
    return RedirectResponse(part.link("/queue"), 303)
