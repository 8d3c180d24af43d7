"""The pages as they answer: signing in, the queue of an area, one case, a decision."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from casework.audit.check import run_checks
from casework.errors import ClaimedError
from casework.office import queue
from casework.office.verdicts import Verdict
from casework.types import Home
from tests.integration.review.conftest import CHIEF, PHRASE, SITE, acts, item_of
from tests.story import ask

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from .conftest import SignIn


def links(text: str) -> list[int]:
    """The items that a page links."""
    return [int(number) for number in re.findall(r'href="/items/(\d+)"', text)]


# who comes in --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/queue", "/queue/next", "/items/1"])
def test_nobody_sees_a_page_without_signing_in(sign_in: SignIn, path: str) -> None:
    answer = sign_in("").get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_a_decision_without_a_session_says_that_it_was_not_kept(sign_in: SignIn, home: Home) -> None:
    before = acts(home)
    answer = sign_in("").post("/items/1", data={"verdict": "new"})
    assert answer.headers["location"] == "/sign-in?why=ended"
    assert "việc vừa gửi chưa được ghi" in sign_in("").get("/sign-in?why=ended").text
    assert acts(home) == before


def test_a_wrong_password_and_an_unknown_login_are_told_alike(sign_in: SignIn) -> None:
    client = sign_in("")
    told = [client.post("/sign-in", data={"login": login, "password": "x"}) for login in ("lan", "nobody")]
    assert [answer.status_code for answer in told] == [403, 403]
    assert told[0].text.replace('value="lan"', 'value="nobody"') == told[1].text


def test_the_cookie_and_signing_out(sign_in: SignIn) -> None:
    client = sign_in("")
    answer = client.post("/sign-in", data={"login": "lan", "password": PHRASE})
    cookie = answer.headers["set-cookie"]
    assert [word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/", "Secure")] == [True, True, True, False]
    token = client.cookies["motma"]
    client.post("/sign-out")
    assert "motma" not in client.cookies
    client.cookies.set("motma", token)
    assert client.get("/queue").headers["location"] == "/sign-in"


# what holds for every page -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": SITE}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
        ({"origin": SITE, "sec-fetch-site": "cross-site"}, 403),
        ({"origin": SITE, "sec-fetch-site": "same-site"}, 403),
        ({"origin": SITE, "sec-fetch-site": "none"}, 403),
    ],
)
def test_forms_are_taken_from_our_own_pages_only(
    sign_in: SignIn, home: Home, headers: dict[str, str], status: int
) -> None:
    client = sign_in("lan")
    client.headers.pop("origin")
    item = item_of(home, "Đặng Văn Khởi")
    answer = client.post(f"/items/{item}", data={"verdict": "return", "note": "thiếu giấy tờ"}, headers=headers)
    assert answer.status_code == status
    ((state,),) = ask(home, "select state from queue_item where item_id = ?", item)
    assert state == ("closed" if status == 303 else "open")


def test_every_answer_has_its_headers(sign_in: SignIn) -> None:
    client = sign_in("lan")
    style = re.search(r'href="(/static/[^"]+\.css)"', client.get("/queue").text)
    assert style is not None
    for path, status in (("/queue", 200), ("/items/99", 404), ("/nowhere", 404), ("/sign-in", 200), (style[1], 200)):
        answer = client.get(path)
        assert answer.status_code == status
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == (
            "no-store" if path != style[1] else "public, max-age=31536000, immutable"
        )
    assert client.get("/static/000000000000/review.css").status_code == 404


def test_pages_hold_no_inline_script_or_style(sign_in: SignIn, home: Home) -> None:
    client = sign_in("lan")
    for path in ("/queue", f"/items/{item_of(home, 'Lê Thị Phương Thư')}", "/sign-in"):
        text = client.get(path).text
        assert re.findall(r"<style|\son\w+=|\sstyle=|<script(?![^>]* src=)|javascript:", text) == []


@pytest.mark.parametrize("body", ["a=1" * 40_000, "&".join("a=1" for _ in range(60)), "name=%ff\xff"])
def test_what_is_no_form_of_ours_is_refused(sign_in: SignIn, body: str) -> None:
    answer = sign_in("lan").post(
        "/items/1", content=body.encode(), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert (answer.status_code, "không phải biểu mẫu" in answer.text) == (400, True)


def test_a_home_that_is_not_in_order_says_so_and_tells_the_administrator_what(
    sign_in: SignIn, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    client = sign_in("lan")
    rules = home.folder / "rules"
    rules.mkdir()
    (rules / "desk.toml").write_text("version = 1\n", encoding="utf-8")
    answer = client.get("/queue")
    assert (answer.status_code, "báo người quản trị" in answer.text) == (500, True)
    assert "rules/desk.toml: version is 1, not a text" in caplog.text


# the queue -----------------------------------------------------------------------------------------------------------


def test_everybody_has_the_queue_of_his_area(sign_in: SignIn, home: Home) -> None:
    lines = queue.listing(home, None, 100, CHIEF).items
    of = {
        "chief": {line.item_id for line in lines},
        "lan": {line.item_id for line in lines if line.source.endswith("08995")},
        "binh": {line.item_id for line in lines if line.source.endswith("24301")},
    }
    assert of["lan"]
    assert of["binh"]
    for login, items in of.items():
        page = sign_in(login).get("/queue")
        assert set(links(page.text)) == items
        assert f"<b>{len(items)}</b> mục chờ" in page.text
    other = min(of["binh"])
    for answer in (
        sign_in("lan").get(f"/items/{other}"),
        sign_in("lan").post(f"/items/{other}", data={"verdict": "return", "note": "thiếu"}),
        sign_in("lan").get(f"/items/{min(of['lan'])}?done={other}"),
    ):
        assert answer.status_code == 404
        assert "thuộc phạm vi của người khác" in answer.text


def test_the_list_is_narrowed_by_reason_and_unit_and_stays_so(sign_in: SignIn, home: Home) -> None:
    client = sign_in("chief")
    text = client.get("/queue?reason=twin").text
    twins = re.findall(r'href="/items/(\d+)\?reason=twin"', text)
    assert [int(item) for item in twins] == [line.item_id for line in queue.listing(home, "twin", 100, CHIEF).items]
    first, second = twins
    step = client.get("/queue/next?reason=twin")
    assert step.headers["location"] == f"/items/{first}?reason=twin"
    step = client.get(f"/queue/next?reason=twin&after={first}")
    assert step.headers["location"] == f"/items/{second}?reason=twin"
    # from the last one back to the first
    step = client.get(f"/queue/next?reason=twin&after={second}")
    assert step.headers["location"] == f"/items/{first}?reason=twin"
    answer = client.post(f"/items/{first}?reason=twin", data={"verdict": "new"})
    assert answer.headers["location"] == f"/items/{second}?reason=twin&done={first}"
    answer = client.post(f"/items/{second}?reason=twin", data={"verdict": "new"})
    assert answer.headers["location"] == f"/queue?reason=twin&done={second}"
    assert "Không có mục nào chờ ở phần này" in client.get("/queue?reason=twin").text


def test_what_waits_too_long_is_overdue(sign_in: SignIn, home: Home) -> None:
    rules = home.folder / "rules"
    rules.mkdir()
    client = sign_in("lan")
    assert "<b>0</b> quá hạn" in client.get("/queue").text
    with home.ledger.store.write_engine.begin() as connection:
        connection.exec_driver_sql("update queue_item set opened_at = '2020-01-01T00:00:00.000000Z' where item_id = 1")
    ((source,),) = ask(
        home, "select source from intake_row as w join queue_item as q on q.row_id = w.row_id where q.item_id = 1"
    )
    text = sign_in("chief").get("/queue").text
    assert "<b>1</b> quá hạn" in text
    assert "04/01/2020<span" in text
    assert source in text
    (rules / "desk.toml").write_text('version = "x"\ndue_days = 40000\nlease_minutes = 1\n', encoding="utf-8")
    assert "<b>0</b> quá hạn" in sign_in("chief").get("/queue").text


# one case ------------------------------------------------------------------------------------------------------------


def test_a_case_is_logged_and_then_shown(sign_in: SignIn, home: Home) -> None:
    item = item_of(home, "Lê Thị Phương Thư")
    client = sign_in("lan")
    text = client.get(f"/items/{item}").text
    assert acts(home)[-2:] == [("queue_show", "lan", "review"), ("claim", "lan", "review")]
    assert "Lê Thị Phương Th<mark>ảo</mark>" in text or "Lê Thị Phương Th<mark>u</mark>" in text
    assert 'class="same_without_marks"' in text
    assert "Vì sao ở đây" in text
    # no name, number or date in any address of the page
    assert [
        link
        for link in re.findall(r'(?:href|action)="([^"]+)"', text)
        if re.search(r"%|\d{6}", link.split("/static")[0])
    ] == []


def test_hostile_names_are_shown_as_text(sign_in: SignIn, home: Home) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"
    with home.ledger.store.write_engine.begin() as connection:
        connection.exec_driver_sql("drop trigger intake_row_keeps_its_rows_update")
        connection.exec_driver_sql(
            "update intake_row set understood = json_set(understood, '$.full_name', ?), source = ?, "
            "cells = json_array(?) where row_id = (select row_id from queue_item where item_id = 1)",
            (hostile, hostile, hostile),
        )
    client = sign_in("chief")
    for path in ("/queue", "/items/1"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert "{{7*7}}" in text


def test_link_opens_the_next_and_says_how_it_ended(sign_in: SignIn, home: Home) -> None:
    client = sign_in("lan")
    item = item_of(home, "Lê Thị Phương Thư")
    text = client.get(f"/items/{item}").text
    value = re.search(r'value="(link:\d+)" data-key="1"', text)
    assert value is not None
    answer = client.post(f"/items/{item}", data={"verdict": value[1]})
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"?done={item}")
    page = client.get(answer.headers["location"]).text
    assert f"Mục {item}:" in page
    assert f"<b>liên kết</b>, mã số {value[1].removeprefix('link:')}" in page
    assert {check.name for check in run_checks(home) if check.rows} == set()


def test_not_the_same_stays_with_the_case_decided_again(sign_in: SignIn, home: Home) -> None:
    client = sign_in("lan")
    item = item_of(home, "Lê Thị Phương Thư")
    value = re.search(r'value="(not_same:\d+)" data-key="Shift\+1"', client.get(f"/items/{item}").text)
    assert value is not None
    answer = client.post(f"/items/{item}", data={"verdict": value[1]})
    (state,) = ask(home, "select state from queue_item where item_id = ?", item)
    expected = f"/items/{item}?done={item}" if state == ("open",) else f"?done={item}"
    assert answer.headers["location"].endswith(expected)
    assert ask(home, "select verdict, judged_by from judgement") == [("not_same", "lan")]


def test_a_return_wants_words_and_keeps_them(sign_in: SignIn, home: Home) -> None:
    client = sign_in("lan")
    item = item_of(home, "Đặng Văn Khởi")
    answer = client.post(f"/items/{item}", data={"verdict": "return", "note": "  "})
    assert (answer.status_code, "chọn lý do hoặc viết cho người gửi" in answer.text) == (409, True)
    answer = client.post(f"/items/{item}", data={"verdict": "new", "note": "đã gọi điện"})
    assert answer.status_code == 409
    assert "không hợp với mục" in answer.text
    assert 'value="đã gọi điện"' in answer.text
    assert client.post(f"/items/{item}", data={"verdict": "return", "note": "thiếu số ĐDCN"}).status_code == 303


def test_a_death_takes_a_second_person_who_approves(sign_in: SignIn, home: Home) -> None:
    item = item_of(home, "Lã Hải", "death")

    def approve(client: TestClient) -> tuple[int, str]:
        answer = client.post(f"/items/{item}", data={"verdict": "approve"})
        there = answer.headers.get("location")
        return answer.status_code, client.get(there).text if there else answer.text

    lan, minh, chief = sign_in("lan"), sign_in("minh"), sign_in("chief")
    for _ in range(2):
        status, text = approve(lan)
        assert (status, "chờ một người khác đồng ý (đã đồng ý: lan)" in text) == (303, True)
    status, text = approve(minh)
    assert (status, "phải là người duyệt" in text) == (409, True)
    # going on leaves the item to others
    minh.get(f"/queue/next?after={item}")
    status, text = approve(chief)
    assert (status, "đã ghi xong báo chết" in text) == (303, True)
    assert ask(home, "select approver from approval where item_id = ? order by approver", item) == [
        ("chief",),
        ("lan",),
    ]
    status, text = approve(minh)
    assert (status, "Chưa ghi gì: chief đã quyết định mục này" in text) == (409, True)


def test_one_item_in_two_browsers_is_decided_once(sign_in: SignIn, home: Home) -> None:
    item = item_of(home, "Mai Quốc Tuân")
    lan, chief = sign_in("lan"), sign_in("chief")
    for client in (lan, chief):
        assert client.get(f"/items/{item}").status_code == 200
    assert lan.post(f"/items/{item}", data={"verdict": "new"}).status_code == 303
    answer = chief.post(f"/items/{item}", data={"verdict": "new"})
    assert (answer.status_code, "lan đã quyết định mục này" in answer.text) == (409, True)
    # the same click twice ends as it ended
    assert lan.post(f"/items/{item}", data={"verdict": "new"}).status_code == 303
    row = ask(home, "select row_id from queue_item where item_id = ?", item)[0][0]
    assert ask(home, "select count(*) from decision where row_id = ? and outcome = 'issued'", row) == [(1,)]
    assert {check.name for check in run_checks(home) if check.rows} == set()


# claims --------------------------------------------------------------------------------------------------------------


def test_an_item_is_left_to_whoever_opened_it(sign_in: SignIn, home: Home) -> None:
    item = item_of(home, "Mai Quốc Tuân")
    lan, chief = sign_in("lan"), sign_in("chief")
    for _ in range(2):
        assert 'value="new"' in lan.get(f"/items/{item}").text
    assert [act for act, by, _ in acts(home) if by == "lan"][-3:] == ["queue_show", "claim", "queue_show"]
    text = chief.get(f"/items/{item}").text
    assert "lan đang xử lý mục này" in text
    assert 'name="verdict"' not in text
    assert "lan đang xử lý" in chief.get("/queue").text
    assert "bạn đang xử lý" in lan.get("/queue").text
    answer = chief.post(f"/items/{item}", data={"verdict": "new"})
    assert (answer.status_code, "Chưa ghi gì: lan đang xử lý mục này" in answer.text) == (409, True)
    assert ask(home, "select count(*) from judgement") == [(0,)]
    # the terminal is kept out as well
    with pytest.raises(ClaimedError, match="lan is at work on it"):
        queue.decide(home, item, Verdict("new"), CHIEF)
    assert {check.name for check in run_checks(home) if check.rows} == set()
    assert lan.post(f"/items/{item}", data={"verdict": "new"}).status_code == 303


def test_the_next_item_is_one_that_nobody_else_is_at_work_on(sign_in: SignIn, home: Home) -> None:
    lan, chief = sign_in("lan"), sign_in("chief")
    first = lan.get("/queue/next?unit=xa-08995").headers["location"]
    lan.get(first)
    second = chief.get("/queue/next?unit=xa-08995").headers["location"]
    assert second != first
    # going on gives the item up, and so does signing out
    item = first.removeprefix("/items/").partition("?")[0]
    lan.get(f"/queue/next?unit=xa-08995&after={item}")
    assert chief.get("/queue/next?unit=xa-08995").headers["location"] == first
    # and the way back to the list
    (back,) = re.findall(r'href="([^"]*)" data-key="k"', lan.get(first).text)
    assert chief.get("/queue/next?unit=xa-08995").headers["location"] == second
    assert lan.get(html.unescape(back)).headers["location"] == "/queue?unit=xa-08995"
    assert chief.get("/queue/next?unit=xa-08995").headers["location"] == first
    lan.get(first)
    lan.post("/sign-out")
    assert chief.get("/queue/next?unit=xa-08995").headers["location"] == first


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_lost_lease_loses_nothing(sign_in: SignIn, home: Home, *, is_taken: bool) -> None:
    item = item_of(home, "Mai Quốc Tuân")
    lan, chief = sign_in("lan"), sign_in("chief")
    lan.get(f"/items/{item}")
    with home.ledger.store.write_engine.begin() as connection:
        connection.exec_driver_sql("update claim set leased_until = '2020-01-01T00:00:00.000000Z'")
    if is_taken:
        assert 'value="new"' in chief.get(f"/items/{item}").text
    answer = lan.post(f"/items/{item}", data={"verdict": "new", "note": "đã xem căn cước"})
    if not is_taken:
        assert answer.status_code == 303
        return
    assert answer.status_code == 409
    assert "Chưa ghi gì: chief đang xử lý mục này" in answer.text
    assert chief.post(f"/items/{item}", data={"verdict": "new"}).status_code == 303
