"""Dead or not: a recorded death that is wrong is taken back by two people, who then dies by two people as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from casework.errors import NotApproverError, UsageError
from casework.office.choices import choices
from casework.office.desk import ended
from casework.office.queue import decide, show
from casework.office.undo import undo_decision
from casework.office.verdicts import Verdict
from casework.types import Viewer
from tests.integration.office.test_queue import KHAI, one, status

if TYPE_CHECKING:
    from .conftest import Office

DEATH = "Chết,Đỗ Quang Khải,14/03/1971,Nam,001071000111,,,,09676,09676,,,{day}/09/2025"
LIVING = "Bổ sung,Đỗ Quang Khải,14/03/1971,Nam,001071000111,,,,09676,09676,,,08/09/2025"


def recorded(office: Office) -> int:
    """The item of somebody alive whose death the machine has recorded by his number."""
    assert one(office, DEATH.format(day="06"), "death.csv").outcome == "linked"
    assert status(office, KHAI) == "deceased"
    row = one(office, LIVING, "living.csv")
    assert (row.outcome, row.reason) == ("review", "identity_conflict")
    return office.item(row)


def test_two_people_take_a_recorded_death_back(office: Office) -> None:
    item = recorded(office)
    offered = {choice.word: choice.code for choice in choices(show(office.home, item, office.viewer))}
    assert offered["alive"] == KHAI
    first = office.decide(item, "alive", KHAI, note="đã gặp", by="lan")
    assert (first.outcome, first.alive_by, status(office, KHAI)) == ("review", ["lan"], "deceased")
    # nobody is two people, however his name is typed
    for name in ("lan", "Lan ", "lan\u200b"):
        assert office.decide(item, "alive", KHAI, by=name) == first
    assert ended(office.home, item, office.viewer).alive_by == ["lan"]
    with pytest.raises(NotApproverError):
        decide(office.home, item, Verdict("alive", KHAI), Viewer("an", "test", is_approver=False))
    assert status(office, KHAI) == "deceased"
    # the second takes it back, and the row is decided again at once
    second = office.decide(item, "alive", KHAI, by="minh")
    assert (second.outcome, second.code, second.alive_by) == ("linked", KHAI, [])
    assert status(office, KHAI) == "active"
    before = office.counts()
    assert office.decide(item, "alive", KHAI, by="minh").outcome == "linked"
    assert office.counts() == before
    assert office.broken() == {}


def test_a_death_that_was_taken_back_keeps_no_later_one(office: Office) -> None:
    item = recorded(office)
    for by in ("lan", "minh"):
        office.decide(item, "alive", KHAI, by=by)
    death = office.item(one(office, DEATH.format(day="20"), "again.csv"), "death")
    for by in ("lan", "minh"):
        office.decide(death, "approve", by=by)
    assert status(office, KHAI) == "deceased"
    undo_decision(office.home, death, Viewer("lan", "test", is_approver=True))
    assert status(office, KHAI) == "active"
    assert office.broken() == {}


def test_who_was_called_dead_wrongly_dies_by_two_people(office: Office) -> None:
    item = recorded(office)
    for by in ("lan", "minh"):
        office.decide(item, "alive", KHAI, by=by)
    again = one(office, DEATH.format(day="20"), "again.csv")
    assert (again.outcome, status(office, KHAI)) == ("linked", "active")
    waits = office.item(again, "death")
    for by in ("lan", "minh"):
        office.decide(waits, "approve", by=by)
    assert status(office, KHAI) == "deceased"
    assert office.broken() == {}


def test_a_run_finishes_what_taking_back_was_cut_short_in(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    item = recorded(office)
    office.decide(item, "alive", KHAI, by="lan")
    monkeypatch.setattr("casework.office.queue.redecide", _die)
    with pytest.raises(KeyboardInterrupt):
        office.decide(item, "alive", KHAI, by="minh")
    monkeypatch.undo()
    assert status(office, KHAI) == "active"
    one(office, "Bổ sung,Vũ Ngọc Diễm,09/04/1988,Nữ,001188000777,,0190000077,Chủ hộ,09676,09676,,,01/10/2025", "b.csv")
    (row,) = (row for row in office.rows() if row.file == "living.csv")
    assert (row.outcome, row.code, row.decided_by) == ("linked", KHAI, "minh")
    assert office.broken() == {}


def test_two_people_may_meet_one_death_on_two_items(office: Office) -> None:
    item = recorded(office)
    other = one(office, LIVING.replace("08/09", "09/09"), "other.csv", "xa-02")
    office.decide(item, "alive", KHAI, by="lan")
    assert office.decide(office.item(other), "alive", KHAI, by="minh").code == KHAI
    office.decide(office.item(one(office, "Chuyển đi,Nghiêm Xuân Tường,1951,Nam", "b.csv")), "return", note="thiếu")
    assert [row.outcome for row in office.rows() if row.file == "living.csv"] == ["linked"]
    assert office.broken() == {}


def test_a_death_of_somebody_alive_is_not_recorded(office: Office) -> None:
    death = one(office, "Chết,Phan Văn Thiện,1938,Nam,,,0190000002,Chủ hộ,09676,09676,,,05/09/2025")
    item = office.item(death, "death")
    result = decide(office.home, item, Verdict("return", reason="alive"), Viewer("lan", "test"))
    assert (result.outcome, result.needs_approval) == ("linked", False)
    ((content,),) = office.ask("select content from log_entry where act = 'give_back'")
    assert '"reason":"alive"' in content
    # and nobody is called alive whose death is not recorded
    living = one(office, LIVING.replace("001071000111", "").replace("Khải", "Khai"), "b.csv")
    with pytest.raises(UsageError):
        office.decide(office.item(living), "alive", KHAI)
    assert office.broken() == {}


def _die(*_: object) -> None:
    raise KeyboardInterrupt
