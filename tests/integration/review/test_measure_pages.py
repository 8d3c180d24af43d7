"""Measures on the pages: the officer is told on every page and answers, the control team opens, raises and closes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from casework.audit.check import run_checks
from casework.office.accounts import Account, add_account
from casework.types import Home, Scope
from tests.integration.review.conftest import CHIEF, PHRASE, item_of
from tests.story import ask

if TYPE_CHECKING:
    from .conftest import SignIn

OPENED = {"officer": "lan", "ground": "late", "rung": "reminder", "text": "Bốn hồ sơ quá hạn."}
WAITS = "Tổ kiểm soát chờ bạn giải trình"


@pytest.fixture(autouse=True)
def team(home: Home) -> None:
    """The control team of the country."""
    for login, area in (("kiem", Scope()), ("kiem.66", Scope("66"))):
        add_account(home, Account(0, login, "Tổ Kiểm Soát", area, False, None, True), PHRASE, CHIEF)


def test_a_measure_goes_its_way(sign_in: SignIn, home: Home) -> None:
    officer, control = sign_in("lan"), sign_in("kiem")
    assert "/measures" not in officer.get("/queue").text
    ((row,),) = ask(
        home,
        "select min(q.row_id) from queue_item as q join intake_row as w on w.row_id = q.row_id where w.province = '01'",
    )
    where = control.post("/control/measures", data={**OPENED, "rows": str(row)}).headers["location"]
    assert "Chờ cán bộ giải trình" in control.get(where).text
    assert WAITS in officer.get("/search").text
    assert WAITS not in sign_in("binh").get("/search").text
    assert f'href="{where}"' in officer.get("/measures").text
    told = officer.get(where).text
    assert "Bốn hồ sơ quá hạn." in told
    link = re.search(rf'href="(/items/\d+)">{row}<', told)
    assert link is not None
    assert officer.get(link[1]).status_code == 200
    assert "quyết định hồ sơ quá thời hạn" in told
    assert 'value="upheld"' not in told
    assert officer.post(f"{where}/answer", data={"text": "Đã tra cứu lại.\r\nXin giải trình."}).status_code == 303
    answered = officer.get("/queue").text
    assert WAITS not in answered
    assert 'href="/measures">Nhắc nhở gửi tôi<' in answered
    assert "Đã tra cứu lại. Xin giải trình." in control.get(where).text
    assert control.post(f"{where}/escalate", data={"text": "Vẫn tái diễn."}).status_code == 303
    assert WAITS in officer.get("/queue").text
    assert control.post(f"{where}/close", data={"text": "Giữ nguyên.", "outcome": "upheld"}).status_code == 303
    assert "kết thúc: giữ nguyên" in control.get("/control/measures").text
    letter = officer.get(f"{where}/letter.pdf")
    assert letter.headers["content-type"] == "application/pdf"
    assert letter.content.startswith(b"%PDF")
    assert officer.get(f"{where}/letter.txt").status_code == 404
    assert [check.name for check in run_checks(home) if check.rows] == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"officer": "nobody"}, "không có tài khoản này"),
        ({"officer": "kiem"}, "việc của chính mình"),
        ({"rung": "warning"}, "chưa có bước dưới"),
        ({"rung": "execution"}, "chưa có bước dưới"),
        ({"ground": "x"}, "chọn về việc gì"),
        ({"text": " "}, "viết nội dung"),
        ({"text": "dài" * 1334}, "không quá 4000 ký tự"),
        ({"rows": "12, x"}, "mã dòng là số"),
        ({"rows": "999999"}, "ngoài phạm vi"),
    ],
)
def test_what_cannot_be_opened_is_told(sign_in: SignIn, home: Home, given: dict[str, str], said: str) -> None:
    answer = sign_in("kiem").post("/control/measures", data={**OPENED, **given})
    assert answer.status_code in (400, 409)
    assert said in answer.text
    assert ask(home, "select count(*) from measure") == [(0,)]


def test_nobody_else_sees_or_acts(sign_in: SignIn, home: Home) -> None:
    where = sign_in("kiem").post("/control/measures", data=OPENED).headers["location"]
    assert sign_in("lan").get("/control/measures").status_code == 404
    assert sign_in("lan").post("/control/measures", data={**OPENED, "officer": "binh"}).status_code == 404
    for login in ("binh", "kiem.66"):
        assert sign_in(login).get(where).status_code == 404
        assert sign_in(login).post(f"{where}/close", data={"text": "x", "outcome": "upheld"}).status_code == 404
    answer = sign_in("kiem").post(f"{where}/answer", data={"text": "x"})
    assert answer.status_code == 409
    assert "chỉ cán bộ liên quan mới giải trình" in answer.text
    assert ask(home, "select count(*) from measure_step") == [(1,)]


def test_an_address_that_is_none_changes_nothing(sign_in: SignIn, home: Home) -> None:
    control = sign_in("kiem")
    where = control.post("/control/measures", data=OPENED).headers["location"]
    word = {"text": "x", "outcome": "upheld"}
    assert control.post(f"{where}/ended", data=word).status_code == 404
    for number in ("9" * 30, "0", "-1", "x"):
        for address in (f"/measures/{number}", f"/measures/{number}/letter.pdf", f"/items/{number}"):
            answer = control.get(address)
            assert (answer.status_code, "<h1>Không có" in answer.text) == (404, True)
        assert control.post(f"/measures/{number}/close", data=word).status_code == 404
    assert control.post(f"{where}/close", data={**word, "text": "a\0b"}).status_code == 400
    assert control.post(f"{where}/close", data={**word, "outcome": "x"}).status_code == 404
    for site in ({"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        assert control.post(f"{where}/close", data=word, headers=site).status_code == 403
    assert ask(home, "select count(*) from measure_step") == [(1,)]


def test_the_pages_speak_english(sign_in: SignIn) -> None:
    control = sign_in("kiem")
    where = control.post("/control/measures", data=OPENED).headers["location"]
    control.post("/language", data={"to": "en", "back": "/queue"})
    assert "decisions behind their term" in control.get(where).text
    assert "Open a measure" in control.get("/control/measures").text


def test_the_team_decides_and_claims_nothing_in_the_queue(sign_in: SignIn, home: Home) -> None:
    item_id = item_of(home, "Lê Thị Phương Thư")
    control, where = sign_in("kiem"), f"/items/{item_id}"
    decided = "select (select count(*) from judgement), (select count(*) from question), (select count(*) from claim)"
    before = ask(home, decided)
    assert control.get(where).status_code == 200
    for verdict in ("new", "return", "link:1", "not_same:1", "approve", "alive:1"):
        assert control.post(where, data={"verdict": verdict, "note": "x", "because": "papers"}).status_code >= 400
    assert control.post(f"{where}/undo").status_code >= 400
    assert control.post(f"{where}/ask", data={"person": "1", "about": "papers"}).status_code >= 400
    assert ask(home, decided) == before
    assert 'name="verdict"' in sign_in("lan").get(where).text
