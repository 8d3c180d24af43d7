"""Looking people up in the pages: for a purpose, masked outside one's area, opened with a reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from casework.audit.check import run_checks
from casework.types import Home
from tests.integration.review.conftest import acts

if TYPE_CHECKING:
    from .conftest import SignIn


def test_a_search_wants_a_purpose_once_and_says_it_in_the_log(sign_in: SignIn, home: Home) -> None:
    client = sign_in("lan")
    assert "Tra cứu để làm gì?" in client.get("/search").text
    before = acts(home)
    assert client.post("/search", data={"box": "Lã Hải 1978"}).status_code == 303
    assert client.post("/search/purpose", data={"purpose": " "}).status_code == 400
    assert acts(home) == before
    client.post("/search/purpose", data={"purpose": "tiếp dân tại quầy"})
    text = client.post("/search", data={"box": "la hai, 21-01-1978"}).text
    assert "0151710000" in text
    assert {(by, purpose) for _, by, purpose in acts(home)[len(before) :]} == {("lan", "tiếp dân tại quầy")}
    assert [act for act, *_ in acts(home)][-1] == "search_step"
    client.post("/sign-out")
    assert "Tra cứu để làm gì?" in sign_in("lan").get("/search").text


def test_people_of_other_areas_are_masked_until_opened_with_a_reason(sign_in: SignIn, home: Home) -> None:
    client = sign_in("lan")
    client.post("/search/purpose", data={"purpose": "tiếp dân"})
    text = client.post("/search", data={"full_name": "Y Duin Nie", "birth_date": "1990"}).text
    hidden = ("6606142341", "066090333331", "18/07/1990", "6649002363")
    assert "Y Duin Niê" in text
    assert [one for one in hidden if one in text] == []
    assert "•••••••••331" in text
    path = re.search(r'action="(/people/\d+)"', text)
    assert path is not None
    asked = client.post(path[1])
    assert (asked.status_code, "Vì sao mở hồ sơ này?" in asked.text) == (403, True)
    assert [one for one in hidden if one in asked.text] == []
    assert acts(home)[-1][0] == "search_step"
    opened = client.post(path[1], data={"reason": "người dân mang căn cước đến"}).text
    assert [one for one in hidden if one in opened] == list(hidden)
    assert acts(home)[-1] == ("person_show", "lan", "người dân mang căn cước đến")
    # of one's own area nothing is hidden, and nothing more is asked
    own = sign_in("binh")
    own.post("/search/purpose", data={"purpose": "tiếp dân"})
    assert "6606142341" in own.post("/search", data={"box": "066090333331"}).text
    assert "18/07/1990" in own.post(path[1]).text
    assert acts(home)[-1] == ("person_show", "binh", "tiếp dân")
    assert {check.name for check in run_checks(home) if check.rows} == set()


@pytest.mark.parametrize("box", ["", "123456789012345678", "12345678901", "an"])
def test_what_cannot_be_searched_is_told(sign_in: SignIn, box: str) -> None:
    client = sign_in("lan")
    client.post("/search/purpose", data={"purpose": "tiếp dân"})
    answer = client.post("/search", data={"box": box})
    assert (answer.status_code, "Chưa tìm" in answer.text) == (400, True)
