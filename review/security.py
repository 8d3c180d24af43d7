"""What holds for every request and answer: where a form may come from, what a page may load, which cookie tells who.

A form is taken only from a page of our own. Browsers say where a request comes from in Sec-Fetch-Site, older ones in
Origin, and no page of somebody else's can write either; so forms need no tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from review.head import Head, head
from review.language import COOKIE, LANGUAGES, _, here, language

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
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
_REFUSED = "Yêu cầu không đến từ trang của chúng tôi và bị từ chối. Mở lại trang và thử lại."


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
    return origin is not None and urlsplit(origin).netloc == headers.get("host")


def _page_of(scope: Scope) -> str:
    """Path and query of the page that is asked for, or that a form was sent from."""
    if scope["method"] in _SAFE_METHODS:
        path, query = scope["path"], scope["query_string"].decode("latin-1")
    else:
        referrer = urlsplit(Headers(scope=scope).get("referer", ""))
        path, query = referrer.path or "/queue", referrer.query
    return f"{path}?{query}" if query else path


class Guard:
    """Refuses forms of other sites, gives every answer its headers, and tells in which language it is asked for."""

    def __init__(self, app: ASGIApp, *, is_behind_tls: bool) -> None:
        self._app = app
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

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                # a page holds personal data: no cache keeps it, not even the browser's
                headers.setdefault("cache-control", "no-store")
            await send(message)

        if is_own(scope["method"], Headers(scope=scope)):
            await self._app(scope, receive, send_guarded)
        else:
            await PlainTextResponse(_(_REFUSED) + "\n", status_code=403)(scope, receive, send_guarded)
