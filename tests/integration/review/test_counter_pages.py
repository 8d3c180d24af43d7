"""The three steps at the counter: search, update, approve; a request goes the way of all rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from casework.audit.check import run_checks
from casework.types import Home
from tests.integration.review.conftest import acts
from tests.story import ask

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from .conftest import SignIn

NEW = {
    "event": "bổ sung",
    "event_date": "01/11/2026",
    "full_name": "Nghiêm Thị Ái Vy",
    "birth_date": "09/04/1988",
    "sex": "nữ",
    "personal_id": "001188000777",
    "birth_place_code": "09676",
    "residence_code": "09676",
}


def at_the_counter(sign_in: SignIn, login: str) -> TestClient:
    client = sign_in(login)
    client.post("/search/purpose", data={"purpose": "tiếp dân"})
    return client


def send(client: TestClient, given: dict[str, str]) -> str:
    """The page after a request was looked over and sent."""
    looked = re.search(r'name="looked_over" value="([0-9a-f]+)"', client.post("/counter/look", data=given).text)
    assert looked is not None
    text: str = client.post("/counter/send", data={**given, "looked_over": looked[1]}).text
    return text


def test_what_is_changed_after_the_look_is_looked_over_again(sign_in: SignIn, home: Home) -> None:
    client = at_the_counter(sign_in, "lan")
    looked = re.search(r'name="looked_over" value="([0-9a-f]+)"', client.post("/counter/look", data=NEW).text)
    assert looked is not None
    before = ask(home, "select count(*) from intake_row")
    for said in ({**NEW, "birth_date": "09/04/1989", "looked_over": looked[1]}, NEW):
        answer = client.post("/counter/send", data=said)
        assert (answer.status_code, "nội dung đã đổi sau khi xem lại" in answer.text) == (409, True)
        assert f'value="{said["birth_date"]}"' in answer.text
    assert ask(home, "select count(*) from intake_row") == before


def test_a_new_person_gets_one_code_however_often_it_is_sent(sign_in: SignIn, home: Home) -> None:
    client = at_the_counter(sign_in, "lan")
    found = client.post("/search", data={"full_name": NEW["full_name"], "birth_date": NEW["birth_date"]}).text
    # every step of the regulation is told, run or not
    assert '<td>Họ tên, ngày sinh</td><td class="number">0</td><td class="step complete">tìm đủ</td>' in found
    assert '<td class="step not_applicable">không có giá trị để tìm</td>' in found
    form = client.post("/counter", data={"full_name": NEW["full_name"]}).text
    assert f'value="{NEW["full_name"]}"' in form
    before = ask(home, "select count(*) from intake_row")
    wrong = client.post("/counter/look", data={**NEW, "birth_date": "31/02/1988"})
    assert (wrong.status_code, "Ngày không có trong lịch" in wrong.text) == (422, True)
    assert "/counter/send" not in wrong.text
    looked = client.post("/counter/look", data=NEW).text
    assert "cấp đúng một mã số mới" in looked
    assert ask(home, "select count(*) from intake_row") == before
    done = send(client, NEW)
    code = re.search(r'class="code number">(\d{10})<', done)
    assert code is not None
    assert "Cấp mã mới" in done
    # but for how long the session lasts
    assert send(client, NEW).partition("<main")[2] == done.partition("<main")[2] != ""
    told = """select w.province, d.outcome, d.bhxh_code from intake_row as w
    join decision_current as d on d.row_id = w.row_id where w.source = 'bhxh-01'"""
    assert ask(home, told) == [("01", "issued", code[1])]
    assert {act for act in acts(home) if act[0] in ("intake", "decision") and act[1] == "lan"} == {
        ("intake", "lan", "tiếp dân"),
        ("decision", "lan", "tiếp dân"),
    }
    assert not any(NEW["full_name"] in content for (content,) in ask(home, "select content from log_entry"))
    assert {check.name for check in run_checks(home) if check.rows} == set()


def test_a_death_at_the_counter_takes_two_people(sign_in: SignIn, home: Home) -> None:
    client = at_the_counter(sign_in, "binh")
    found = client.post("/search", data={"box": "066192923631"}).text
    person = re.search(r'name="person" value="(\d+)"', found)
    assert person is not None
    form = client.post("/counter", data={"person": person[1]}).text
    assert 'value="6678534793"' in form
    given = {name: value for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form) if value}
    given |= {"event": "chết", "full_name": "H'Bia Ayŭn", "event_date": "02/11/2026"}
    looked = client.post("/counter/look", data=given).text
    assert "một người khác còn phải đồng ý" in looked
    done = send(client, given)
    assert "6678534793" in done
    item = re.search(r'href="/items/(\d+)"', done)
    assert item is not None
    assert "Đồng ý ghi là đã chết" in client.get(f"/items/{item[1]}").text
    alive = """select v.status from person_current as v join code as k on k.person_id = v.person_id
    where k.code = '6678534793'"""
    assert ask(home, alive) == [("active",)]
    client.post(f"/items/{item[1]}", data={"verdict": "approve"})
    assert ask(home, alive) == [("active",)]
    sign_in("chief").post(f"/items/{item[1]}", data={"verdict": "approve"})
    assert ask(home, alive) == [("deceased",)]
    assert {check.name for check in run_checks(home) if check.rows} == set()


def test_who_takes_what_at_the_counter(sign_in: SignIn, home: Home) -> None:
    # before a purpose is said there is no counter
    assert sign_in("lan").post("/counter/send", data=NEW).headers["location"] == "/search"
    # somebody of another province is opened with a reason first
    client = at_the_counter(sign_in, "lan")
    found = client.post("/search", data={"box": "066192923631"}).text
    assert 'name="person"' not in found
    ((person,),) = ask(home, "select person_id from code where code = '6678534793'")
    assert client.post("/counter", data={"person": person}).status_code == 403
    assert client.post("/counter", data={"person": person, "reason": "chuyển đến"}).status_code == 200
    assert acts(home)[-1] == ("person_show", "lan", "chuyển đến")
    # a code is some province's
    chief = at_the_counter(sign_in, "chief")
    assert chief.post("/counter/look", data=NEW).status_code == 409
    assert ask(home, "select count(*) from intake_row where source like 'bhxh-%'") == [(0,)]
