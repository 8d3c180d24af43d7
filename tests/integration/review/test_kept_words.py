"""A decision whose carrying out takes longer than its page waits; one whose server was killed in between."""

from __future__ import annotations

import copy
import multiprocessing
import re
import threading
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from casework.audit.check import run_checks
from casework.deciding.redecide import redecide, settle_stranded
from casework.errors import BusyError, ClaimedError, NotUndoneError
from casework.office import queue
from casework.office.desk import ended, next_item
from casework.office.queue import keep
from casework.office.verdicts import Verdict
from casework.types import Home, Scope, Viewer
from review.app import create_app
from review.behind import in_process
from tests.integration.review.conftest import CHIEF, PHRASE, SITE
from tests.story import ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LAN = Viewer("lan", "review", Scope("01"), is_approver=False)


def first_link(home: Home) -> tuple[int, str]:
    """An open row of lan's area and the code of its first candidate."""
    for line in queue.listing(home, None, 100, LAN).items:
        view = queue.show(home, line.item_id, LAN)
        if line.kind == "row" and line.waits_for_row is None and view.candidates and view.candidates[0].code:
            return line.item_id, view.candidates[0].code
    raise AssertionError("nothing to link")


@pytest.fixture
def held_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[TestClient, threading.Event, FastAPI]]:
    """lan's browser on a server that carries nothing out before the event is set."""
    go = threading.Event()
    carried_out = redecide

    def late(home: Home, row_ids: Iterable[int], viewer: Viewer) -> None:
        assert go.wait(60)
        carried_out(home, row_ids, viewer)

    monkeypatch.setattr("casework.office.queue.redecide", late)
    app = create_app(home, is_behind_tls=False, patience=0.01)
    with TestClient(app, base_url=SITE, headers={"origin": SITE}, follow_redirects=False) as client:
        client.post("/sign-in", data={"login": "lan", "password": PHRASE})
        yield client, go, app
    go.set()
    app.state.behind.close()


def test_a_page_does_not_wait_for_a_decision(held_up: tuple[TestClient, threading.Event, FastAPI], home: Home) -> None:
    client, go, app = held_up
    item, code = first_link(home)
    client.get(f"/items/{item}")
    answer = client.post(f"/items/{item}", data={"verdict": f"link:{code}"})
    assert answer.status_code == 303
    told = client.get(answer.headers["location"]).text
    assert re.search(rf"Mục {item}:\s+đã ghi quyết định, đang thực hiện\.", told)
    assert "đã có quyết định, đang thực hiện" in client.get("/queue").text
    # it is nobody's next item, and left to whoever decided it
    assert next_item(home, None, None, None, LAN) != item
    assert "lan đang xử lý mục này" in client_of(client, "chief").get(f"/items/{item}").text
    go.set()
    app.state.behind.close()
    after = ended(home, item, LAN)
    assert (after.is_open, after.is_kept, after.code) == (False, False, code)
    assert item not in [number for (number,) in ask(home, "select item_id from claim")]


def client_of(client: TestClient, login: str) -> TestClient:
    """Another browser on the same server."""
    other = TestClient(client.app, base_url=SITE, headers={"origin": SITE}, follow_redirects=False)
    other.post("/sign-in", data={"login": login, "password": PHRASE})
    return other


def test_a_kept_word_is_carried_out_in_the_name_of_whoever_said_it(home: Home) -> None:
    item, code = first_link(home)
    # the server is killed here
    keep(home, item, Verdict("link", code), LAN)
    assert ended(home, item, LAN).is_kept
    settle_stranded(home, CHIEF)
    after = ended(home, item, LAN)
    assert (after.is_open, after.code) == (False, code)
    row = queue.show(home, item, LAN)
    assert row.history[-1]["decided_by"] == "lan"
    assert {check.name for check in run_checks(home) if check.rows} == set()


def test_the_same_click_carries_a_kept_word_out_once(home: Home) -> None:
    item, code = first_link(home)
    rests = [keep(home, item, Verdict("link", code), LAN) for _ in range(2)]
    told = [rest.act(home) for rest in rests]
    assert [result.code for result in told] == [code, code]
    assert [entry["outcome"] for entry in queue.show(home, item, LAN).history] == ["review", "linked"]


def test_a_process_that_was_killed_is_followed_by_another(home: Home) -> None:
    app = create_app(home, is_behind_tls=False, patience=60, new_line=in_process)
    with TestClient(app, base_url=SITE, headers={"origin": SITE}, follow_redirects=False) as client:
        client.post("/sign-in", data={"login": "lan", "password": PHRASE})
        for _ in range(2):
            item, code = first_link(home)
            assert client.post(f"/items/{item}", data={"verdict": f"link:{code}"}).status_code == 303
            assert ended(home, item, LAN).code == code
            (line,) = multiprocessing.active_children()
            line.kill()
            line.join()
    app.state.behind.close()


def test_an_error_reads_the_same_from_another_process() -> None:
    for error in (ClaimedError(7, "lan", "2026-11-23T00:00:00Z"), NotUndoneError(7, "late"), BusyError("no")):
        again = copy.copy(error)
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
