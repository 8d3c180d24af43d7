"""What the pages take from a request: the home, who is signed in, the fields of a form."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Path, Query, Request

from casework.control.ladder import stands
from casework.errors import OnlyLooksError
from casework.office import accounts
from casework.office.accounts import SignedIn
from casework.types import Home
from review.behind import Behind
from review.head import head
from review.security import cookie_name

_LARGEST_FORM = 64 * 1024
_MOST_FIELDS = 50
#: ids of the ledger have 63 bits
_MOST_DIGITS = 18


class NotSignedInError(Exception):
    """Nobody is signed in by the request."""


class BadFormError(Exception):
    """The body of a request is no form of ours."""


def home_of(request: Request) -> Home:
    """The home that the app serves."""
    home: Home = request.app.state.home
    return home


def behind_of(request: Request) -> Behind:
    """What carries decisions out behind the pages."""
    behind: Behind = request.app.state.behind
    return behind


def token_of(request: Request) -> str:
    """The token of the session's cookie; "" without one."""
    return request.cookies.get(cookie_name(is_behind_tls=request.app.state.is_behind_tls), "")


def who(request: Request) -> SignedIn:
    """Who is signed in; NotSignedInError when nobody is."""
    token = token_of(request)
    found = accounts.signed_in(home_of(request), token) if token else None
    if found is None:
        raise NotSignedInError
    head.get().ends_in = accounts.ends_in(home_of(request), found)
    head.get().measures, head.get().answer_until = stands(home_of(request), found.account.login)
    return found


async def fields(request: Request) -> dict[str, str]:
    """The fields of a form, without blanks around their values; BadFormError where the body is none."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST_FORM:
            raise BadFormError
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise BadFormError from None
    if any("\0" in value for _, value in pairs):
        raise BadFormError
    return {name: value.strip() for name, value in pairs}


BehindOf = Annotated[Behind, Depends(behind_of)]
HomeOf = Annotated[Home, Depends(home_of)]
Who = Annotated[SignedIn, Depends(who)]
#: in an address; anything larger is no page
Id = Annotated[int, Path(ge=1, lt=10**_MOST_DIGITS)]
AskedId = Annotated[int | None, Query(ge=1, lt=10**_MOST_DIGITS)]


def number_of(text: str) -> int | None:
    """The number of a record that a form names; None for what can be none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


def officer(who: Who) -> SignedIn:
    """Who is signed in and may decide; OnlyLooksError of the control team."""
    if who.account.is_control:
        raise OnlyLooksError(who.account.login)
    return who


Officer = Annotated[SignedIn, Depends(officer)]
Fields = Annotated[dict[str, str], Depends(fields)]
