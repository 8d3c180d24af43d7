"""Who may be served: loopback alone, unless TLS stands before it; the cookie under TLS."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from casework.errors import UsageError
from casework.types import Home
from review.app import create_app, serve
from tests.integration.review.conftest import PHRASE


@pytest.mark.parametrize("host", [str(IPv4Address(0)), "192.168.1.5", "motma.example"])
def test_nothing_is_served_to_others_without_tls(tmp_path: Path, host: str) -> None:
    told: list[str] = []
    with pytest.raises(UsageError, match="--behind-tls"):
        serve(tmp_path, host, 1, is_behind_tls=False, ready=told.append)
    assert told == []


def test_behind_tls_the_cookie_goes_by_tls_only(home: Home) -> None:
    site = "https://motma.example"
    with TestClient(create_app(home, is_behind_tls=True), base_url=site, follow_redirects=False) as client:
        answer = client.post("/sign-in", data={"login": "lan", "password": PHRASE}, headers={"origin": site})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-motma=")
        assert [word in cookie for word in ("Secure", "HttpOnly", "Path=/", "Domain")] == [True, True, True, False]
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert client.get("/queue").status_code == 200
