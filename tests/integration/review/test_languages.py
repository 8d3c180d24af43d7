"""The pages in English: the switch, where it leads, and nothing Vietnamese left but what people wrote."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING

import pytest

from casework.deliveries.return_reasons import return_reasons
from casework.types import Home
from tests.integration.review.conftest import item_of
from tests.story import ask

if TYPE_CHECKING:
    from .conftest import SignIn

_VIETNAMESE = re.compile("[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
#: names that every language writes so
_NAMES = "Một Mã Tiếng Việt Đắk Lắk"


def words_of_data(home: Home) -> set[str]:
    """Every word that people wrote into the home, or that stands in the sentence of a decision."""
    columns = [
        *ask(home, "select cells from intake_row"),
        *ask(home, "select file_name from delivery"),
        *ask(home, "select sentence from decision_candidate"),
        *ask(
            home,
            "select coalesce(full_name, '') || ' ' || coalesce(residence_name, '') || ' ' || "
            "coalesce(birth_place_name, '') || ' ' || coalesce(father_name, '') || ' ' || coalesce(mother_name, '') "
            "|| ' ' || coalesce(ethnicity, '') || ' ' || coalesce(address, '') from person_version",
        ),
        *ask(home, "select full_name from account_version"),
        *ask(home, "select layout from delivery"),
    ]
    # what a sender will read stands beside the reason by which it is chosen
    texts = [reason.text for reason in return_reasons(home)]
    said = " ".join([*texts, *(_told(value) for (value,) in columns)])
    return set(re.findall(r"\w+", said.casefold()))


def _told(value: str) -> str:
    try:
        return json.dumps(json.loads(value), ensure_ascii=False)
    except ValueError:
        return value


def chrome(page: str) -> str:
    """What a page says, its attributes too, without marking."""
    page = re.sub("</?mark>", "", page)
    attributes = " ".join(re.findall(r'(?:aria-label|title|placeholder)="([^"]*)"', page))
    return html.unescape(re.sub(r"<[^>]+>", " ", page.partition("<body")[2]) + " " + attributes)


def test_the_switch_keeps_its_word_and_goes_back(sign_in: SignIn) -> None:
    client = sign_in("lan")
    assert '<html lang="vi">' in client.get("/queue?reason=twin").text
    answer = client.post("/language", data={"to": "en", "back": "/queue?reason=twin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue?reason=twin")
    page = client.get("/queue?reason=twin").text
    assert '<html lang="en">' in page
    assert "May be twins" in page
    # the button leads back here, and speaks the other language
    assert 'name="back" value="/queue?reason=twin"' in page
    assert '<button class="quiet" name="to" value="vi" lang="vi">Tiếng Việt</button>' in page
    client.post("/language", data={"to": "vi", "back": "/queue"})
    assert '<html lang="vi">' in client.get("/queue").text


@pytest.mark.parametrize("back", ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example", ""])
def test_the_switch_leads_to_our_own_pages_only(sign_in: SignIn, back: str) -> None:
    assert sign_in("").post("/language", data={"to": "en", "back": back}).headers["location"] == "/queue"


def test_an_unknown_language_changes_nothing(sign_in: SignIn) -> None:
    client = sign_in("")
    client.post("/language", data={"to": "fr", "back": "/sign-in"})
    assert '<html lang="vi">' in client.get("/sign-in").text


def test_no_page_shows_vietnamese_under_english_but_data(sign_in: SignIn, home: Home) -> None:
    client = sign_in("chief")
    client.post("/language", data={"to": "en", "back": "/queue"})
    pages = {path: client.get(path) for path in ("/queue", "/queue?reason=stale", "/sign-in", "/search", "/items/999")}
    for (item,) in ask(home, "select item_id from queue_item where state = 'open'"):
        pages[f"/items/{item}"] = client.get(f"/items/{item}")
    twin = item_of(home, "Lê Thị Phương Thư")
    pages["no note"] = client.post(f"/items/{twin}", data={"verdict": "return"})
    pages["returned"] = client.get(
        client.post(f"/items/{twin}", data={"verdict": "return", "note": "x"}).headers["location"]
    )
    pages["twice"] = client.post(f"/items/{twin}", data={"verdict": "new"})
    pages["wrong"] = client.post("/sign-in", data={"login": "x", "password": "x"})
    client.post("/search/purpose", data={"purpose": "test"})
    pages["found"] = client.post("/search", data={"box": "le thi phuong thu"})
    pages["too little"] = client.post("/search", data={"box": "mai"})
    pages["person"] = client.post("/people/1")
    written = words_of_data(home) | set(_NAMES.casefold().split())
    left = {
        (path, word)
        for path, answer in pages.items()
        for word in re.findall(r"\w+", chrome(answer.text))
        if _VIETNAMESE.search(word) and word.casefold() not in written
    }
    assert left == set()
