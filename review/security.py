"""What holds for every request and answer: where a form may come from, what a page may load, which cookie tells who.

A form is taken only from a page of our own. Browsers say where a request comes from in Sec-Fetch-Site, older ones in
Origin, and no page of somebody else's can write either; so forms need no tokens.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from review.head import Head, head
from review.language import COOKIE, LANGUAGES, _, here, language

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    # with no-referrer a browser would send our own forms with the Origin "null"
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_ONE_YEAR = 31_536_000
_SAFE_METHODS = ("GET", "HEAD")
#: paths that take forms alone
_ANSWERS = ("/counter", "/people/")
_REFUSED = "Yêu cầu không đến từ trang của chúng tôi và bị từ chối. Mở lại trang và thử lại."

_told = logging.getLogger(__name__)


def cookie_name(*, is_behind_tls: bool) -> str:
    """The cookie of the session; under TLS with the prefix by which browsers keep others from setting it."""
    return "__Host-motma" if is_behind_tls else "motma"


def is_own(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request may change something: it comes from a page of this site, or changes nothing."""
    if method in _SAFE_METHODS:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is not None and _split(origin).netloc == headers.get("host")


def _split(address: str) -> SplitResult:
    """The parts of an address; none where it is no address."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _page_of(scope: Scope) -> str:
    """Path and query of the page that is asked for, or that a form was sent from."""
    if scope["method"] in _SAFE_METHODS:
        path, query = scope["path"], scope["query_string"].decode("latin-1")
    else:
        referrer = _split(Headers(scope=scope).get("referer", ""))
        path, query = referrer.path or "/queue", referrer.query
        if path.startswith(_ANSWERS):
            # what answers a form only is no page that can be opened again
            path, query = "/search", ""
    return f"{path}?{query}" if query else path


class Guard:
    """Refuses forms of other sites, gives every answer its headers, and tells in which language it is asked for.

    Where the app fails, `failed` gives the answer.
    """

    def __init__(self, app: ASGIApp, *, is_behind_tls: bool, failed: Callable[[], ASGIApp]) -> None:
        self._app, self._failed = app, failed
        self._headers = dict(_HEADERS)
        if is_behind_tls:
            self._headers["strict-transport-security"] = f"max-age={_ONE_YEAR}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        chosen = cookie_parser(Headers(scope=scope).get("cookie", "")).get(COOKIE, "")
        language.set(chosen if chosen in LANGUAGES else "vi")
        here.set(_page_of(scope))
        head.set(Head())

        is_begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                # a page holds personal data: no cache keeps it, not even the browser's
                headers.setdefault("cache-control", "no-store")
            await send(message)

        if is_own(scope["method"], Headers(scope=scope)):
            try:
                await self._app(scope, receive, send_guarded)
            except Exception as error:
                # what it says may hold what people typed
                frame = traceback.extract_tb(error.__traceback__)[-1]
                _told.error("%s at %s:%s", type(error).__name__, Path(frame.filename).name, frame.lineno)
                if not is_begun:
                    await self._failed()(scope, receive, send_guarded)
        else:
            await PlainTextResponse(_(_REFUSED) + "\n", status_code=403)(scope, receive, send_guarded)
