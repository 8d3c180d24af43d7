"""Signing in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from casework.office import accounts
from casework.office.accounts import SignInRefusedError
from review.head import head
from review.language import Told, _
from review.render import Context, page
from review.requests import Fields, HomeOf, Who, token_of
from review.security import cookie_name

router = APIRouter()

_WHY = {
    "wrong": "Tài khoản hoặc mật khẩu không đúng.",
    "locked": "Đã nhập sai quá nhiều lần. Tài khoản tạm khóa; thử lại sau ít phút, hoặc hỏi người quản trị.",
    "expired": "Tài khoản đã hết hạn. Hỏi người quản trị của đơn vị.",
    "ended": "Phiên làm việc đã kết thúc. Đăng nhập lại để tiếp tục; việc vừa gửi chưa được ghi.",
    "out": "Đã đăng xuất.",
}


@dataclass(frozen=True)
class SignIn(Context):
    """The form, with what is to be said above it and the login that was typed."""

    template: ClassVar[str] = "sign_in.html"
    said: str | None
    is_fault: bool
    login: str


@router.get("/sign-in")
def ask(why: str | None = None) -> Response:
    """The form."""
    return page(SignIn(Told(_WHY).get(why or ""), why not in (None, "out"), ""))


@router.post("/sign-in")
async def sign_in(request: Request, home: HomeOf, given: Fields) -> Response:
    """Signs in and goes on to the queue, or asks again with the reason."""
    login = given.get("login", "")
    try:
        token = await to_thread.run_sync(
            accounts.sign_in, home, login, given.get("password", ""), limiter=request.app.state.door
        )
    except SignInRefusedError as refusal:
        return page(SignIn(_(_WHY[refusal.why]), True, login), 403)
    answer = RedirectResponse("/queue", 303)
    is_behind_tls = request.app.state.is_behind_tls
    answer.set_cookie(
        cookie_name(is_behind_tls=is_behind_tls), token, httponly=True, secure=is_behind_tls, samesite="lax", path="/"
    )
    return answer


@router.post("/stay")
def stay(_who: Who) -> Response:
    """Puts off the end of a session that is not used; how many seconds it lasts now."""
    return PlainTextResponse(str(head.get().ends_in))


@router.post("/sign-out")
def sign_out(request: Request, home: HomeOf) -> Response:
    """Ends the session."""
    accounts.sign_out(home, token_of(request))
    answer = RedirectResponse("/sign-in?why=out", 303)
    is_behind_tls = request.app.state.is_behind_tls
    answer.delete_cookie(cookie_name(is_behind_tls=is_behind_tls), path="/", secure=is_behind_tls, httponly=True)
    return answer
