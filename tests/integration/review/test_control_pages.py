"""What the control team sees of its area: figures, cases and items, to look at only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from casework.audit.check import run_checks
from casework.office.accounts import Account, add_account
from casework.types import Home, Scope
from tests.integration.review.conftest import CHIEF, PHRASE
from tests.story import ask

if TYPE_CHECKING:
    from .conftest import SignIn

AREAS = {"kiem": Scope(), "kiem.66": Scope("66"), "kiem.xa": Scope("66", "xa-24301")}


@pytest.fixture(autouse=True)
def teams(home: Home) -> None:
    """Control teams of the country, a province and a unit."""
    for login, area in AREAS.items():
        add_account(home, Account(0, login, "Tổ Kiểm Soát", area, False, None, True), PHRASE, CHIEF)


def figures(text: str) -> dict[str, int]:
    """What stands in the table of figures, by figure and line."""
    found = re.findall(r'href="(/control/figures/[^"]+)"[^>]*>(\d+)<', text)
    return {address.replace("&amp;", "&"): int(number) for address, number in found}


@pytest.mark.parametrize("by", ["officer", "unit", "province"])
@pytest.mark.parametrize("team", AREAS)
def test_every_figure_opens_its_cases(sign_in: SignIn, team: str, by: str) -> None:
    control = sign_in(team)
    shown = control.get(f"/control?by={by}")
    assert shown.status_code == 200
    counted = figures(shown.text)
    assert counted
    for address, number in counted.items():
        cases = control.get(address).text
        assert re.search(rf'id="list-title">[^<]*: {number}\s', cases), address
        assert cases.count("motma log") == min(number, 200), address


def test_a_team_sees_its_area_alone(sign_in: SignIn, home: Home) -> None:
    add_account(home, Account(0, "kiem.bd", "Tổ Kiểm Soát", Scope("66", "bd-24301"), False, None, True), PHRASE, CHIEF)
    assert figures(sign_in("kiem.bd").get("/control").text) == {}
    # an address cannot ask for more
    for asked in ("province=01", "province=66&unit=bd-24301", "officer=nobody"):
        answer = sign_in("kiem.xa").get(f"/control/figures/settled?{asked}")
        assert "<td>bd-24301</td>" not in answer.text
        assert "<td>xa-08995</td>" not in answer.text
    assert [check.name for check in run_checks(home) if check.rows] == []


def test_the_team_looks_and_does_nothing(sign_in: SignIn, home: Home) -> None:
    control = sign_in("kiem")
    ((item,),) = ask(home, "select min(item_id) from queue_item where state = 'open' and kind = 'row'")
    shown = control.get(f"/items/{item}")
    assert shown.status_code == 200
    assert 'name="verdict"' not in shown.text
    assert ask(home, "select count(*) from claim") == [(0,)]
    for address, given in (
        (f"/items/{item}", {"verdict": "return", "note": "thiếu giấy"}),
        (f"/items/{item}/undo", {}),
        (f"/items/{item}/ask", {"candidate": "1"}),
        ("/search", {"box": "an"}),
        ("/counter", {}),
        ("/counter/send", {"full_name": "An"}),
    ):
        assert control.post(address, data=given).status_code == 403, address
    for address in ("/queue", "/search"):
        assert control.get(address, follow_redirects=False).headers["location"] == "/control"
    assert ((item,),) == tuple(ask(home, "select min(item_id) from queue_item where state = 'open' and kind = 'row'"))


def test_an_officer_has_no_control_pages(sign_in: SignIn) -> None:
    for address in ("/control", "/control/figures/settled"):
        assert sign_in("lan").get(address).status_code == 403


@pytest.mark.parametrize(
    "asked",
    ["since=x&until=2026-13-01", "until=0001-01-01", "until=9999-12-31", "since=2026-12-01&until=2026-01-01", "by=x"],
)
def test_odd_questions_are_answered(sign_in: SignIn, asked: str) -> None:
    assert sign_in("kiem").get(f"/control?{asked}").status_code == 200


def test_a_look_is_logged(sign_in: SignIn, home: Home) -> None:
    control = sign_in("kiem.66")
    before = ask(home, "select count(*) from log_entry where logged_by = 'kiem.66'")
    control.get("/control")
    control.get("/control/figures/settled")
    after = ask(home, "select count(*) from log_entry where logged_by = 'kiem.66'")
    assert after[0][0] == before[0][0] + 2
