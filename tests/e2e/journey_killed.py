"""A server killed between a click and its answer: nothing is lost, nothing is done twice, the same click finishes."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from .conftest import Site

#: seconds after the click; a decision takes some two tenths
MOMENTS = (0.02, 0.06, 0.15)


def _signed_in(address: str, password: str) -> httpx.Client:
    client = httpx.Client(base_url=address, headers={"origin": address}, timeout=30)
    assert client.post("/sign-in", data={"login": "nguoiduyet", "password": password}).status_code == 303
    return client


def _send(client: httpx.Client, item: int, click: dict[str, str]) -> None:
    # whoever is to answer may be gone
    with suppress(httpx.HTTPError):
        client.post(f"/items/{item}", data=click)


def journey_a_server_killed_after_the_click(demo: Site) -> None:
    codes = 0
    for moment in MOMENTS:
        with demo.served() as (address, server), closing(_signed_in(address, demo.password)) as client:
            found = client.get("/queue?reason=identity_conflict").text + client.get("/queue?reason=weak").text
            item = int(re.findall(r'<tr data-line.*?href="/items/(\d+)', found, re.DOTALL)[0])
            value = re.findall(r'name="verdict" value="(new|link:\d+)"', client.get(f"/items/{item}").text)[-1]
            click = {"verdict": value}

            sender = threading.Thread(target=_send, args=(client, item, click))
            sender.start()
            time.sleep(moment)
            server.kill()
            sender.join(timeout=30)
        with demo.served() as (address, _), closing(_signed_in(address, demo.password)) as client:
            # the same click again, by the same person
            answer = client.post(f"/items/{item}", data=click)
            assert answer.status_code == 303, answer.text
            # a kept word may be carried out a moment after its page
            until = time.monotonic() + 20
            while "Mục này đã được quyết định." not in client.get(f"/items/{item}").text:
                assert time.monotonic() < until
                time.sleep(0.2)
            codes += value == "new"
    checks = json.loads(demo.run("check", "--json"))
    assert {check["name"] for check in checks if check["rows"]} == set()
    log = json.loads(demo.run("log", "show", "--act", "judgement", "--limit", "1000", "--json"))
    assert len({entry["item"] for entry in log}) == len(MOMENTS)
    assert codes
