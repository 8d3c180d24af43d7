"""The switch between the languages of the pages."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from review.language import COOKIE, LANGUAGES
from review.requests import Fields

router = APIRouter()

_ONE_YEAR = 31_536_000


@router.post("/language")
def choose(request: Request, given: Fields) -> Response:
    """Keeps the language in the browser, and goes back to the page; its own pages only."""
    back = given.get("back", "")
    is_ours = back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = RedirectResponse(back if is_ours else "/queue", 303)
    if given.get("to") in LANGUAGES:
        answer.set_cookie(
            COOKIE,
            given["to"],
            max_age=_ONE_YEAR,
            httponly=True,
            secure=request.app.state.is_behind_tls,
            samesite="lax",
            path="/",
        )
    return answer
