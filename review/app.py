"""The app and its server."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from socket import socket

from anyio import CapacityLimiter
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from casework.errors import BusyError, MotmaError, NotControlError, OnlyLooksError, UsageError
from casework.home import open_home
from casework.policy import PolicyError
from casework.types import Home
from review.behind import PATIENCE_SECONDS, Behind, in_process, in_thread
from review.language import _
from review.pages import control, counter, item, languages, measures, questions, queue, search, sign_in
from review.render import STATIC, Message, page, static_url
from review.requests import BadFormError, NotSignedInError
from review.security import Guard

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_THREADS = 12
_AT_THE_DOOR = 2
_KEPT = "public, max-age=31536000, immutable"

_told = logging.getLogger(__name__)


def create_app(
    home: Home,
    *,
    is_behind_tls: bool,
    patience: float = PATIENCE_SECONDS,
    new_line: Callable[[Home], Executor] = in_thread,
) -> FastAPI:
    """The app over an open home.

    `is_behind_tls`: a proxy before it speaks TLS, so the cookie goes by TLS only. `patience`: seconds that a page waits
    for its decision to be carried out. `new_line`: where that is done.
    """
    app = FastAPI(title="Một Mã", openapi_url=None)
    app.state.home = home
    app.state.behind = Behind(home, patience, new_line)
    # a password costs time and memory on purpose: a morning's rush at the door holds up nobody who is inside
    app.state.door = CapacityLimiter(_AT_THE_DOOR)
    app.state.is_behind_tls = is_behind_tls
    app.add_middleware(Guard, is_behind_tls=is_behind_tls, failed=_failed)
    for family in (sign_in, languages, queue, item, questions, search, counter, measures, control):
        app.include_router(family.router)
    app.add_api_route("/static/{digest}/{name}", _static, methods=["GET"])
    app.add_exception_handler(NotSignedInError, _ask_to_sign_in)
    app.add_exception_handler(BadFormError, _bad_form)
    app.add_exception_handler(OnlyLooksError, _only_looks)
    app.add_exception_handler(NotControlError, _not_control)
    app.add_exception_handler(MotmaError, _refused)
    app.add_exception_handler(HTTPException, _not_there)
    app.add_exception_handler(RequestValidationError, _not_there)
    return app


def serve(folder: Path, host: str, port: int, *, is_behind_tls: bool, ready: Callable[[str], None]) -> None:
    """Serves a home until it is stopped; `ready` is told the address. UsageError where that would be unsafe."""
    import uvicorn
    from anyio.to_thread import current_default_thread_limiter

    if host not in _LOOPBACK and not is_behind_tls:
        raise UsageError(
            f"host {host}: others on the network could read passwords and names. Put a proxy that speaks TLS before it "
            "and say --behind-tls, or stay with 127.0.0.1."
        )
    home = open_home(folder)
    # addresses hold ids only, yet who looked at what is the log's to say
    app = create_app(home, is_behind_tls=is_behind_tls, new_line=in_process)
    config = uvicorn.Config(app, host, port, log_level="warning", access_log=False, server_header=False)

    class Server(uvicorn.Server):
        """Says when it listens."""

        async def startup(self, sockets: list[socket] | None = None) -> None:
            # as many as there are connections to the ledger; whoever waits here waits for the ledger there
            current_default_thread_limiter().total_tokens = _THREADS
            await super().startup(sockets)
            if self.started:
                ready(f"http://{host}:{port}/")

    behind: Behind = app.state.behind
    with behind.kept_up():
        Server(config).run()
    home.ledger.close()


def _static(digest: str, name: str) -> Response:
    files = {file.name for file in STATIC.iterdir()}
    if name not in files or static_url(name) != f"/static/{digest}/{name}":
        raise HTTPException(404)
    return FileResponse(STATIC / name, headers={"cache-control": _KEPT})


def _ask_to_sign_in(request: Request, _error: Exception) -> Response:
    return RedirectResponse("/sign-in" if request.method == "GET" else "/sign-in?why=ended", 303)


def _bad_form(_request: Request, _error: Exception) -> Response:
    return _message("Không đọc được", "Nội dung gửi lên không phải biểu mẫu của trang này.", 400)


def _only_looks(request: Request, _error: Exception) -> Response:
    if request.method == "GET":
        return RedirectResponse("/control", 303)
    said = _("Tài khoản của Tổ kiểm soát chỉ xem, không quyết định gì. Chưa ghi gì.")
    return page(Message(_("Chỉ xem"), said, "/control", _("Về trang kiểm soát")), 403)


def _not_control(_request: Request, _error: Exception) -> Response:
    return _message("Của Tổ kiểm soát", "Trang này chỉ dành cho tài khoản của Tổ kiểm soát.", 403)


def _refused(_request: Request, error: Exception) -> Response:
    if isinstance(error, BusyError):
        return _message("Chưa làm được", "Sổ đang bận hoặc chưa sẵn sàng. Chưa ghi gì; thử lại sau ít phút.", 503)
    if isinstance(error, UsageError) and not isinstance(error, PolicyError):
        return _message(
            "Không có gì để xem", "Không có mục này trong hàng đợi, hoặc nó thuộc phạm vi của người khác.", 404
        )
    _told.error("%s", error)
    return _failed()


def _failed() -> Response:
    return _message("Chưa làm được", "Máy chủ cần được người quản trị xem lại. Chưa ghi gì; báo người quản trị.", 500)


def _not_there(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return _message("Không có trang này", "Địa chỉ sai hoặc đã cũ.", status)


def _message(title: str, text: str, status: int) -> Response:
    return page(Message(_(title), _(text), "/queue", _("Về hàng đợi")), status)
