"""Decisions taken back on the pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from casework.audit.check import run_checks
from casework.errors import NotUndoneError
from casework.types import Home
from review.pages import item as item_page
from tests.story import ask

if TYPE_CHECKING:
    from .conftest import SignIn


def waiting(home: Home) -> int:
    """An open item of province 01 that waits for no other."""
    text = """select min(q.item_id) from queue_item as q join intake_row as w on w.row_id = q.row_id
    where q.state = 'open' and q.kind = 'row' and q.waits_for_row_id is null and w.province = '01'"""
    ((found,),) = ask(home, text)
    return int(found)


def outcome(home: Home, item_id: int) -> str:
    """How the row of an item stands."""
    text = "select d.outcome from decision_current as d join queue_item as q on q.row_id = d.row_id where q.item_id = ?"
    ((found,),) = ask(home, text, item_id)
    return str(found)


def broken(home: Home) -> list[str]:
    """The checks that find something."""
    return [check.name for check in run_checks(home) if check.rows]


def test_a_decision_is_taken_back_where_it_is_told(sign_in: SignIn, home: Home) -> None:
    client, item = sign_in("lan"), waiting(home)
    after = client.post(f"/items/{item}", data={"verdict": "return", "because": "papers"}).headers["location"]
    told = client.get(after).text
    assert f'action="/items/{item}/undo"' in told
    assert 'data-key="u"' in told
    answer = client.post(f"/items/{item}/undo")
    assert answer.status_code == 303
    found = re.fullmatch(rf"/items/(\d+)\?done={item}", answer.headers["location"])
    assert found is not None
    assert found[1] != str(item)
    page = client.get(answer.headers["location"]).text
    assert "đã hoàn tác; mục này chờ lại như trước" in page
    assert 'name="verdict"' in page
    assert outcome(home, item) == "review"
    # the old item says where it waits, the list says so too
    assert f'chờ lại ở <a href="/items/{found[1]}">' in client.get(f"/items/{item}").text
    assert f"đã hoàn tác, chờ lại ở mục {found[1]}" in client.get("/queue").text
    # and a decision of the old page is not taken
    late = client.post(f"/items/{item}", data={"verdict": "return", "because": "papers"})
    assert late.status_code == 409
    assert f"việc chờ lại ở mục {found[1]}" in late.text
    assert broken(home) == []


def test_the_list_shows_what_one_decided_oneself(sign_in: SignIn, home: Home) -> None:
    client, item = sign_in("lan"), waiting(home)
    assert "Bạn vừa quyết định" not in client.get("/queue").text
    client.post(f"/items/{item}", data={"verdict": "return", "because": "papers"})
    listed = client.get("/queue").text
    assert "Bạn vừa quyết định" in listed
    assert f'action="/items/{item}/undo"' in listed
    assert "Bạn vừa quyết định" not in sign_in("chief").get("/queue").text


def test_an_issued_code_is_not_taken_back(sign_in: SignIn, home: Home) -> None:
    client = sign_in("chief")
    for (item,) in ask(home, "select item_id from queue_item where state = 'open' and kind = 'row' order by item_id"):
        page = client.get(f"/items/{item}").text
        if 'value="new"' in page:
            after = client.post(f"/items/{item}", data={"verdict": "new"})
            if after.status_code == 303 and outcome(home, item) == "issued":
                break
    told = client.get(after.headers["location"]).text
    assert "Mã số đã cấp không hoàn tác được." in told
    assert f"/items/{item}/undo" not in told
    refused = client.post(f"/items/{item}/undo")
    assert refused.status_code == 409
    assert "Mã số đã cấp thì không thu hồi được" in refused.text
    assert outcome(home, item) == "issued"


def test_anothers_decision_stands(sign_in: SignIn, home: Home) -> None:
    item = waiting(home)
    sign_in("lan").post(f"/items/{item}", data={"verdict": "return", "because": "papers"})
    client = sign_in("chief")
    assert f"/items/{item}/undo" not in client.get(f"/items/{item}").text
    refused = client.post(f"/items/{item}/undo")
    assert refused.status_code == 409
    assert "đây là quyết định của lan" in refused.text
    # of another area there is nothing to see
    assert sign_in("binh").post(f"/items/{item}/undo").status_code == 404
    assert outcome(home, item) == "returned"


@pytest.mark.parametrize("why", NotUndoneError.WHY)
def test_every_reason_why_a_decision_stands_has_its_words(why: str) -> None:
    assert item_page._WHY_IT_STANDS[why]
