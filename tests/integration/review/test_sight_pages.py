"""What an officer may say of people and rows that are not of his area, and of people whose code is disputed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from casework.office.counter import look_up
from casework.types import Home, Scope, Viewer
from tests.integration.review.conftest import item_of
from tests.story import ask

if TYPE_CHECKING:
    from .conftest import SignIn

_WORDS = "select count(*) from judgement"
_OPEN = """
select q.item_id, q.row_id from queue_item as q join intake_row as w on w.row_id = q.row_id
where q.state = 'open' and q.kind = 'row' and w.province = ? order by q.item_id
"""
#: people who live in a commune of Đắk Lắk, and whom no row met
_STRANGERS = """
select c.code from code as c join person_current as p on p.person_id = c.person_id
where c.status = 'active' and p.residence_code = '24322' and c.person_id not in (
  select d.person_id from decision_candidate as d where d.person_id is not null
) order by c.code
"""
#: what is said where a word does not fit, which is not what is said where somebody else is at work
_REFUSED = "quyết định này không hợp với mục"


def test_nobody_names_a_person_of_another_area_whom_the_row_did_not_meet(sign_in: SignIn, home: Home) -> None:
    (item, _), *_ = ask(home, _OPEN, "01")
    (code,), *_ = ask(home, _STRANGERS)
    # whoever sees the country may have found him by a search
    assert sign_in("chief").post(f"/items/{item}", data={"verdict": f"not_same:{code}"}).status_code == 303
    before = ask(home, _WORDS)
    answer = sign_in("lan").post(f"/items/{item}", data={"verdict": f"link:{code}"})
    assert (answer.status_code, _REFUSED in answer.text, ask(home, _WORDS)) == (409, True, before)


def test_nobody_says_anything_of_a_row_of_another_area(sign_in: SignIn, home: Home) -> None:
    (item, _), *_ = ask(home, _OPEN, "01")
    (_, other), *_ = ask(home, _OPEN, "66")
    before = ask(home, _WORDS)
    for word in ("same_row", "not_same_row"):
        answer = sign_in("lan").post(f"/items/{item}", data={"verdict": f"{word}:{other}"})
        assert (answer.status_code, _REFUSED in answer.text, ask(home, _WORDS)) == (409, True, before)


def test_no_new_code_is_offered_or_issued_beside_a_disputed_one(sign_in: SignIn, home: Home) -> None:
    item = item_of(home, "Cao Thị Bích Ngà")
    client = sign_in("chief")
    page = client.get(f"/items/{item}").text
    assert "Mã đang tranh chấp, chờ cấp lại" in page
    assert 'value="new"' not in page
    answer = client.post(f"/items/{item}", data={"verdict": "new"})
    assert (answer.status_code, _REFUSED in answer.text) == (409, True)
    assert ask(home, "select count(*) from queue_item where state = 'open' and item_id = ?", item) == [(1,)]


def test_how_an_item_ended_is_told_to_whoever_said_something_on_it(sign_in: SignIn, home: Home) -> None:
    item = item_of(home, "Lê Thị Phương Thư")
    lan = sign_in("lan")
    text = lan.get(f"/items/{item}").text
    value = re.search(r'value="(link:\d+)" data-key="1"', text)
    assert value is not None
    lan.post(f"/items/{item}", data={"verdict": value[1]})
    for login, is_told in (("lan", True), ("chief", False)):
        for page in ("/queue", "/queue?reason=twin"):
            path = f"{page}{'&' if '?' in page else '?'}done={item}"
            assert (f"Mục {item}:" in sign_in(login).get(path).text) is is_told, login
    entries = "select count(*) from log_entry where act = 'queue_show' and logged_by = 'chief'"
    assert ask(home, entries) == [(0,)]


def test_how_somebody_masked_compares_is_not_told(sign_in: SignIn, home: Home) -> None:
    client = sign_in("lan")
    client.post("/search/purpose", data={"purpose": "tiếp dân"})
    for day in ("18/07/1990", "17/07/1990"):
        text = client.post("/search", data={"full_name": "Y Duin Nie", "birth_date": day}).text
        assert "Y Duin Niê" in text
        assert "ngày sinh" not in text.split("Y Duin Niê", 1)[1].split("</tr>", 1)[0].lower()
        assert "bit" not in text.split("Y Duin Niê", 1)[1].split("</tr>", 1)[0]
        # nor does what the page is made of hold it
        viewer = Viewer("lan", "tiếp dân", Scope("01"))
        found = look_up(home, {"full_name": "Y Duin Nie", "birth_date": day}, viewer).hits
        hidden = [one.hit for one in found if one.is_masked]
        assert hidden
        assert {(hit.match_weight, hit.sentence, len(hit.weights), len(hit.members)) for hit in hidden} == {
            (0, "", 0, 0)
        }
