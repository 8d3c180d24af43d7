"""The officer's desk on both engines: what waits, which comes next, and whose an item is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from casework.counter_request import send
from casework.errors import BusyError, ClaimedError, UsageError
from casework.office.claims import release, show_claimed
from casework.office.counter import look_up, open_person
from casework.office.desk import desk, ended, next_item
from casework.types import Scope, Viewer
from tests.integration.office.test_queue import DEATH, DOUBTED, HANH, UNKNOWN, one

if TYPE_CHECKING:
    from .conftest import Office

LAN, MINH = Viewer("lan", "review"), Viewer("minh", "review")


def claimant(office: Office, item: int, viewer: Viewer) -> str | None:
    """Who is at work on an item once somebody has opened it."""
    claim = show_claimed(office.home, item, viewer)[1]
    return None if claim is None else claim.claimed_by


def test_piles_and_lines(office: Office) -> None:
    one(office, UNKNOWN, "a.csv", "xa-01")
    one(office, DOUBTED, "b.csv", "xa-02")
    one(office, DEATH, "c.csv", "xa-02")
    found = desk(office.home, None, None, LAN)
    assert (found.items, found.overdue) == (3, 0)
    assert [(pile.name, pile.items) for pile in found.units] == [("xa-02", 2), ("xa-01", 1)]
    assert {pile.name: pile.items for pile in found.reasons}["unknown_person"] == 1
    narrowed = desk(office.home, "unknown_person", "xa-01", LAN)
    assert (narrowed.items, [line.item.source for line in narrowed.lines]) == (3, ["xa-01"])
    assert desk(office.home, None, None, Viewer("lan", "review", Scope("44"))).items == 0


def test_an_item_is_one_officers_until_he_gives_it_up(office: Office) -> None:
    first = office.item(one(office, UNKNOWN, "a.csv", "xa-01"))
    second = office.item(one(office, DOUBTED, "b.csv", "xa-02"))
    assert next_item(office.home, None, None, None, MINH) == first
    for viewer in (LAN, LAN, MINH):
        assert claimant(office, first, viewer) == "lan"
    assert next_item(office.home, None, None, None, MINH) == second
    assert next_item(office.home, second, None, None, MINH) is None
    with pytest.raises(ClaimedError):
        office.decide(first, "return", note="thiếu", by="minh")
    assert office.broken() == {}
    release(office.home, first, LAN)
    office.decide(first, "return", note="thiếu", by="minh")
    assert claimant(office, first, LAN) is None
    closed = ended(office.home, first, LAN)
    assert (closed.is_open, closed.outcome) == (False, "returned")
    show_claimed(office.home, second, LAN)
    release(office.home, None, LAN)
    assert next_item(office.home, None, None, None, MINH) == second
    assert office.broken() == {}


def test_a_person_at_the_counter(office: Office) -> None:
    hanoi = Viewer("lan", "tiếp dân", Scope("66"))
    (shown,) = look_up(office.home, {"bhxh_code": HANH}, hanoi).hits
    assert (shown.is_masked, shown.hit.code) == (True, "•••••••002")
    before = office.counts()
    with pytest.raises(UsageError, match="lives outside your area"):
        open_person(office.home, shown.hit.person_id, None, hanoi)
    opened = open_person(office.home, shown.hit.person_id, "đối chiếu giấy tờ", hanoi)
    assert [told[:3] for told in opened.codes] == [(HANH, "active", "extract")]
    assert opened.record["personal_id"] == "001174000222"
    assert [member["relation"] for member in opened.members] == ["head", "spouse", "child"]
    told = office.ask("select logged_by, purpose from log_entry where act = 'person_show'")
    assert told == [("lan", "đối chiếu giấy tờ")]
    assert office.counts() == before
    with pytest.raises(UsageError, match="not in the register"):
        open_person(office.home, 900_009, "thử", LAN)


def test_a_request_that_could_not_be_decided_at_once_is_decided_by_the_next_run(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_counter = Viewer("lan", "tiếp dân", Scope("01"))
    asked = {
        "event": "bổ sung",
        "event_date": "01/10/2025",
        "full_name": "Vũ Ngọc Diễm",
        "birth_date": "09/04/1988",
        "sex": "Nữ",
        "birth_place_code": "09676",
        "residence_code": "09676",
    }
    with monkeypatch.context() as busy:
        busy.setattr("casework.counter_request.decide_deliveries", Mock(side_effect=BusyError("busy")))
        assert send(office.home, asked, at_the_counter).outcome is None
    other = "Bổ sung,Kiều Xuân Lộc,01/04/1978,Nam,,,,,09676,09676,,,01/10/2025"
    office.run_lines("other.csv", other)
    taken = send(office.home, asked, at_the_counter)
    assert [row.outcome for row in office.rows()] == ["issued", "issued"]
    assert taken.code in {row.code for row in office.rows()}
    assert office.broken() == {}
