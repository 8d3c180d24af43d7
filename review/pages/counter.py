"""The counter after the search: what somebody asks for is typed, looked at beside the person, sent, and decided."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from casework.counter_request import COLUMNS, Draft, Taken, draft, known_of, send
from casework.errors import BusyError, UsageError
from casework.office.accounts import Account, SignedIn, viewer_of
from casework.office.comparison import Line
from casework.office_dates import local_date
from casework.policy import PolicyError
from casework.types import Home, Viewer
from casework.vietnam_time import today
from review.language import _
from review.pages.search import Person
from review.render import Context, page
from review.requests import Fields, HomeOf, Officer, number_of

router = APIRouter()

#: what takes a whole line of the form
WIDE = ("full_name", "address", "note")


@dataclass(frozen=True)
class Request(Context):
    """The form as filled in, for a person, of whom this is `known`, or nobody; `draft` is how it is understood.

    `looked_over` tells one content of the form from every other: what is sent is what was looked over.
    """

    template: ClassVar[str] = "request.html"
    account: Account
    form: Mapping[str, str]
    columns: tuple[str, ...]
    wide: tuple[str, ...]
    person_id: int | None
    reason: str
    known: Sequence[Line] = ()
    draft: Draft | None = None
    said: str | None = None
    looked_over: str = ""


@dataclass(frozen=True)
class Answered(Context):
    """What became of a request, and whose it was."""

    template: ClassVar[str] = "answered.html"
    account: Account
    name: str
    taken: Taken


@router.post("/counter")
def begin(home: HomeOf, who: Officer, given: Fields) -> Response:
    """The form, with what the search or the person tells; outside one's area with the reason."""
    if who.purpose is None:
        return RedirectResponse("/search", 303)
    person_id, reason = _person(given), given.get("reason", "")
    form = {name: given[name] for name in COLUMNS if given.get(name)}
    known: Sequence[Line] = ()
    if person_id is not None:
        try:
            form, known = known_of(home, person_id, reason or None, _viewer(who))
        except UsageError:
            return page(Person(who.account, person_id, None), 403)
    dated = {"event_date": local_date(today().isoformat()) or "", **form}
    return page(replace(_request(who.account, dated, given), known=known))


@router.post("/counter/look")
def look(home: HomeOf, who: Officer, given: Fields) -> Response:
    """The request as it is understood, beside the person; nothing is kept."""
    return _look(home, who, given)


def _look(home: Home, who: SignedIn, given: Mapping[str, str], said: str | None = None) -> Response:
    if who.purpose is None:
        return RedirectResponse("/search", 303)
    person_id = _person(given)
    person = None if person_id is None else (person_id, given.get("reason") or None)
    try:
        found = draft(home, given, person, _viewer(who))
    except PolicyError:
        raise
    except UsageError:
        text = _("Tài khoản của cả nước không nhận việc tại quầy: việc thuộc một tỉnh.")
        return page(replace(_request(who.account, given, given), said=text), 409)
    return page(
        replace(_request(who.account, given, given), draft=found, looked_over=_content(given), said=said),
        422 if found.faults else 200 if said is None else 409,
    )


@router.post("/counter/send")
def sent(home: HomeOf, who: Officer, given: Fields) -> Response:
    """Sends the request the way of all rows, and shows what became of it."""
    if who.purpose is None:
        return RedirectResponse("/search", 303)
    if given.get("looked_over") != _content(given):
        return _look(home, who, given, _("Chưa gửi: nội dung đã đổi sau khi xem lại. Xem lại bên dưới rồi gửi."))
    try:
        taken = send(home, given, _viewer(who))
    except BusyError:
        raise
    except UsageError:
        return RedirectResponse("/search", 303)
    return page(Answered(who.account, given.get("full_name", ""), taken))


def _request(account: Account, form: Mapping[str, str], given: Mapping[str, str]) -> Request:
    return Request(account, form, COLUMNS, WIDE, _person(given), given.get("reason", ""))


def _content(given: Mapping[str, str]) -> str:
    told = sorted((name, value) for name, value in given.items() if name in (*COLUMNS, "person", "reason") and value)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _person(given: Mapping[str, str]) -> int | None:
    return number_of(given.get("person", ""))


def _viewer(who: SignedIn) -> Viewer:
    return viewer_of(who.account, who.purpose or "")
