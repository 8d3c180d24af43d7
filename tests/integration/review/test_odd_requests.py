"""Requests that no page of ours makes, and failures: told in words, and nothing of what was typed is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from casework.types import Home
from tests.story import ask

if TYPE_CHECKING:
    from .conftest import SignIn


@pytest.mark.parametrize("number", ["9" * 5000, str(2**70), "²"])
def test_numbers_that_no_record_has_are_told(sign_in: SignIn, home: Home, number: str) -> None:
    client = sign_in("lan")
    client.post("/search/purpose", data={"purpose": "tiếp dân"})
    ((item,),) = ask(home, "select min(item_id) from queue_item where state = 'open'")
    answers = [
        client.post(f"/items/{item}", data={"verdict": f"same_row:{number}"}),
        client.post(f"/items/{item}/ask", data={"person": number, "about": "papers"}),
        client.post("/counter", data={"person": number}),
        client.post("/counter/look", data={"person": number, "full_name": "An"}),
        client.post(f"/people/{number}", data={"reason": "x"}),
        client.get(f"/items/{number}"),
        client.get(f"/questions/{number}?replied={number}"),
        client.get(f"/items/{item}?done={number}"),
        client.get(f"/queue?done={number}&replied={number}"),
        client.get(f"/queue/next?after={number}"),
        client.get(f"/queue/back?after={number}"),
    ]
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []


@pytest.mark.parametrize("name", ["origin", "referer"])
def test_an_address_that_is_none_is_nobodys(sign_in: SignIn, name: str) -> None:
    client = sign_in("lan")
    answer = client.post("/language", data={"to": "en", "back": "/queue"}, headers={name: "http://["})
    assert answer.status_code == (403 if name == "origin" else 303)


def test_a_failure_says_nothing_of_what_was_typed(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = sign_in("lan")

    def fail(*_given: object) -> None:
        raise RuntimeError("Nguyễn Thị Bí Mật")

    monkeypatch.setattr("review.pages.queue.desk", fail)
    answer = client.get("/queue")
    assert (answer.status_code, "báo người quản trị" in answer.text) == (500, True)
    assert answer.headers["cache-control"] == "no-store"
    assert "content-security-policy" in answer.headers
    assert "Bí Mật" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text
