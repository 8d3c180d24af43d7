"""What officers decide: link, new, not the same, return, and what waits beside a link."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from casework.deliveries.intake import take_in
from casework.errors import UsageError
from casework.office import queue
from casework.office.queue import change_requests, listing
from registry.moments import moment

if TYPE_CHECKING:
    from .conftest import Office, Row

KHAI, HANH, CHAU, THIEN, KHUYEN = (f"011100000{number}" for number in range(1, 6))
#: somebody new whose papers carry Đỗ Quang Khải's number
DOUBTED = "Bổ sung,Nghiêm Xuân Tường,15/04/1951,Nam,001071000111,,,,09676,09676,,,06/09/2025"
#: a mover-out who is not in the register: nobody resembles him
UNKNOWN = "Chuyển đi,Nghiêm Xuân Tường,14/03/1951,Nam,,,,,09676,09676,,,06/09/2025"
#: Lương Thị Hạnh or somebody else: another given name by its marks, another year, no number
WEAK = "Bổ sung,Lương Thị Hanh,02/08/1975,Nữ,,,,,09676,09676,,,06/09/2025"
DEATH = "Chết,Phan Văn Thiện,1938,Nam,,,0190000002,Chủ hộ,09676,09676,,,05/09/2025"


def status(office: Office, code: str) -> str:
    """Whether the holder of a code is alive."""
    ((found,),) = office.ask(
        "select v.status from code as k join person_current as v on v.person_id = k.person_id where k.code = ?", code
    )
    return str(found)


def household(office: Office, code: str | None) -> str | None:
    """The household of the holder of a code."""
    ((found,),) = office.ask(
        """select h.household_code from code as k
        join membership_current as m on m.person_id = k.person_id
        left join household as h on h.household_id = m.household_id where k.code = ?""",
        code,
    )
    return None if found is None else str(found)


def one(office: Office, line: str, name: str = "a.csv", source: str = "xa-01") -> Row:
    """The only row of a file after it ran."""
    (row,) = office.run_lines(name, line, source=source)
    return row


def again(office: Office, row: Row) -> Row:
    """The row as it stands now."""
    (found,) = (other for other in office.rows() if other.row_id == row.row_id)
    return found


def test_link(office: Office) -> None:
    row = one(office, WEAK)
    assert row.outcome == "review"
    counts = office.counts()
    result = office.decide(office.item(row), "link", HANH)
    row = again(office, row)
    assert (result.outcome, result.code) == ("linked", HANH)
    assert (row.outcome, row.code, row.decided_by, row.decision_no) == ("linked", HANH, "lan", 2)
    assert office.counts()["code"] == counts["code"]
    assert office.broken() == {}
    counts = office.counts()
    assert office.decide(1, "link", HANH) == result
    assert office.counts() == counts
    for word, code, by in (("link", CHAU, "lan"), ("new", None, "lan"), ("link", HANH, "minh")):
        with pytest.raises(UsageError, match="decided already by lan"):
            office.decide(1, word, code, by=by)


def test_an_officer_may_link_to_somebody_whom_the_search_did_not_meet(office: Office) -> None:
    row = one(office, UNKNOWN)
    assert row.reason == "unknown_person"
    result = office.decide(office.item(row), "link", KHUYEN)
    assert (result.outcome, result.code) == ("linked", KHUYEN)
    # and the word is remembered, although no key leads from the one to the other
    again_ = one(office, UNKNOWN.replace("Nghiêm Xuân Tường", "NGHIÊM XUÂN  TƯỜNG"), "b.csv", "xa-02")
    assert (again_.outcome, again_.code) == ("linked", KHUYEN)
    assert office.broken() == {}


@pytest.mark.parametrize(("code", "said"), [("9999999999", "is not known"), (None, "takes a BHXH code")])
def test_a_link_takes_a_code_that_somebody_holds(office: Office, code: str | None, said: str) -> None:
    row = one(office, UNKNOWN)
    with pytest.raises(UsageError, match=said):
        office.decide(office.item(row), "link", code)
    assert again(office, row) == row
    assert office.ask("select count(*) from judgement") == [(0,)]


def test_new(office: Office) -> None:
    row = one(office, DOUBTED)
    result = office.decide(office.item(row), "new")
    assert result.outcome == "issued"
    assert again(office, row).code == result.code
    assert office.ask("select count(*) from code where code = ? and status = 'active'", result.code) == [(1,)]
    assert office.broken() == {}


@pytest.mark.parametrize("event", ["Chết", "Chuyển đi", "Điều chỉnh"])
def test_a_change_that_brings_nobody_new_earns_no_code(office: Office, event: str) -> None:
    row = one(office, UNKNOWN.replace("Chuyển đi", event))
    assert (row.outcome, row.reason) == ("review", "unknown_person")
    with pytest.raises(UsageError, match="brings nobody new"):
        office.decide(office.item(row), "new")
    assert again(office, row) == row
    assert office.ask("select count(*) from code_draw") == [(0,)]


@pytest.mark.parametrize(
    ("line", "lacks"),
    [
        ("Bổ sung,Nghiêm Xuân Tường,14/03/1951,,,,,,09676,09676,,,06/09/2025", "sex"),
        ("Bổ sung,Tường,14/03/1951,Nam,,,,,09676,09676,,,06/09/2025", "full_name"),
        ("Bổ sung,NguyÔn V¨n Tõ,14/03/1951,Nam,,,,,09676,09676,,,06/09/2025", "full_name"),
        ("Bổ sung,Nghiêm Xuân Tường,14/03/1951,Nam,,,,,09676,,,,06/09/2025", "residence"),
    ],
    ids=["sex", "full name", "full name in Unicode", "residence"],
)
def test_no_new_code_while_something_is_lacking(office: Office, line: str, lacks: str) -> None:
    row = one(office, line)
    assert row.outcome == "review"
    with pytest.raises(UsageError, match=f"lacks .*{lacks}"):
        office.decide(office.item(row), "new")
    assert again(office, row) == row
    assert office.ask("select count(*) from code_draw") == [(0,)]


def test_new_is_no_second_code_for_whom_another_batch_has_issued_one_meanwhile(office: Office) -> None:
    waiting = one(office, DOUBTED)
    item = office.item(waiting)
    # the same person comes as new by somebody else, and is found to be the one in review …
    other = one(office, DOUBTED, "b.csv", "xa-02")
    assert (other.outcome, other.reason) == ("review", "waits_for_row")
    # … whom an officer has just given a code to, while another officer has the first case on the screen
    issued = office.decide(office.item(other), "new")
    assert issued.outcome == "issued"
    if again(office, waiting).outcome == "review":
        office.decide(item, "new")
    assert office.ask("select count(*) from code_draw where outcome = 'issued'") == [(1,)]
    assert again(office, waiting).code == issued.code


def test_not_the_same(office: Office) -> None:
    row = one(office, WEAK)
    assert row.outcome == "review"
    result = office.decide(office.item(row), "not_same", HANH)
    # nobody else resembles her, so a code is issued as if Lương Thị Hạnh were not there
    assert result.outcome == "issued"
    assert result.code != HANH
    assert office.broken() == {}


def test_return(office: Office) -> None:
    row = one(office, UNKNOWN)
    item = office.item(row)
    with pytest.raises(UsageError, match="say why"):
        office.decide(item, "return")
    result = office.decide(item, "return", note="sai đơn vị")
    assert result.outcome == again(office, row).outcome == "returned"
    assert office.ask("select count(*) from queue_item where state = 'open'") == [(0,)]
    assert office.broken() == {}


@pytest.mark.parametrize("word", ["link", "not_same"])
def test_a_verdict_is_remembered_when_the_row_comes_again_otherwise_written(office: Office, word: str) -> None:
    first = one(office, WEAK)
    assert first.outcome == "review"
    decided = office.decide(office.item(first), word, HANH)
    written = "Bổ sung,LƯƠNG  THỊ HANH,2/8/1975,Nữ,,,,,09676,09676,,,16/09/2025,gửi lại"
    second = one(office, written, "b.csv", "xa-02")
    assert (second.outcome, second.code) == ("linked", decided.code)
    assert (decided.code == HANH) == (word == "link")


def test_a_verdict_ends_when_a_strong_field_changes(office: Office) -> None:
    first = one(office, WEAK)
    office.decide(office.item(first), "not_same", HANH)
    # the same sender again, now with Lương Thị Hạnh's own number and date: no verdict on her stands against that
    second = one(office, "Bổ sung,Lương Thị Hạnh,02/08/1974,Nữ,001174000222,,,,09676,09676,,,16/09/2025", "b.csv")
    assert second.code in (HANH, None)
    assert second.outcome in ("linked", "review")
    assert second.outcome == "linked" or second.reason != "weak"


def test_a_death_without_a_strong_number_takes_two_people(office: Office) -> None:
    row = one(office, DEATH)
    assert (row.outcome, row.code) == ("linked", THIEN)
    assert status(office, THIEN) == "active"
    item = office.item(row, "death")
    first = office.decide(item, "approve", by="lan")
    assert (first.needs_approval, first.approved_by) == (True, ["lan"])
    assert status(office, THIEN) == "active"
    assert office.decide(item, "approve", by="lan") == first
    assert status(office, THIEN) == "active"
    second = office.decide(item, "approve", by="minh")
    assert (second.needs_approval, second.approved_by) == (False, ["lan", "minh"])
    assert status(office, THIEN) == "deceased"
    with pytest.raises(UsageError, match="decided already"):
        office.decide(item, "approve", by="an")
    assert office.broken() == {}


def test_who_links_a_death_by_hand_is_the_first_of_the_two(office: Office) -> None:
    row = one(office, "Chết,Phan Văn Thiên,1937,Nam,,,,,09676,09676,,,05/09/2025")
    assert row.outcome == "review"
    result = office.decide(office.item(row), "link", THIEN, by="lan")
    assert (result.outcome, result.needs_approval, result.approved_by) == ("linked", True, ["lan"])
    assert office.decide(result.item_id, "link", THIEN, by="lan") == result
    assert status(office, THIEN) == "active"
    office.decide(result.item_id, "link", THIEN, by="minh")
    assert status(office, THIEN) == "deceased"
    assert office.broken() == {}


def test_a_death_with_an_agreeing_personal_id_is_recorded_at_once(office: Office) -> None:
    row = one(office, "Chết,Đỗ Quang Khải,14/03/1971,Nam,001071000111,,,,09676,09676,,,06/09/2025")
    assert (row.outcome, row.code) == ("linked", KHAI)
    assert status(office, KHAI) == "deceased"
    assert office.ask("select count(*) from queue_item") == [(0,)]
    # who is dead is linked to by a death that is known already, and by nothing else
    death = one(office, "Chết,Đỗ Quang Khải,14/03/1971,Nam,001071000111,,,,09676,09676,,,07/09/2025", "b.csv")
    assert (death.outcome, death.code) == ("linked", KHAI)
    alive = one(office, "Bổ sung,Đỗ Quang Khải,14/03/1971,Nam,001071000111,,,,09676,09676,,,08/09/2025", "c.csv")
    assert (alive.outcome, alive.reason) == ("review", "identity_conflict")
    assert office.broken() == {}


@pytest.mark.parametrize(("word", "where"), [("approve", "0190000003"), ("return", "0190000001")])
def test_a_household_conflict_does_not_undo_the_link(office: Office, word: str, where: str) -> None:
    # an addition claims for another household somebody who belongs to one
    row = one(office, "Bổ sung,Đỗ Minh Châu,20/11/1999,Nữ,001199000333,,0190000003,Con,09676,08995,,,06/09/2025")
    assert (row.outcome, row.code) == ("linked", CHAU)
    assert household(office, CHAU) == "0190000001"
    office.decide(office.item(row, "household"), word, note="đã hỏi")
    assert household(office, CHAU) == where
    assert again(office, row) == row
    assert office.broken() == {}


def test_a_second_head_waits_and_his_code_is_issued(office: Office) -> None:
    row = one(office, "Bổ sung,Vũ Ngọc Diễm,09/04/1988,Nữ,,,0190000001,Chủ hộ,09676,09676,,,01/10/2025")
    assert row.outcome == "issued"
    assert office.item(row, "household")
    assert office.ask("select count(*) from membership where person_id = ?", row.person_id) == [(0,)]


def test_a_correction_asks_for_changes_and_changes_nobody(office: Office) -> None:
    counts = office.counts()
    row = one(
        office,
        "Điều chỉnh,Đỗ Minh Châu,20/11/1998,Nữ,001199000333,,0190000001,Con,09676,09676,Đỗ Quang Khai,"
        "LƯƠNG THỊ HẠNH,06/09/2025",
    )
    assert (row.outcome, row.code) == ("linked", CHAU)
    asked = {
        (request["field"], request["old_value"], request["new_value"], request["bhxh_code"])
        for request in change_requests(office.home, 10, office.viewer)
    }
    assert asked == {
        ("birth_date", "1999-11-20", "1998-11-20", CHAU),
        ("father_name", "Đỗ Quang Khải", "Đỗ Quang Khai", CHAU),
    }
    after = office.counts()
    assert [after[name] - counts[name] for name in ("person", "person_version", "membership")] == [0, 0, 0]
    assert office.broken() == {}


def test_another_spelling_outside_a_correction_asks_for_nothing(office: Office) -> None:
    row = one(office, "Chuyển đến,DO MINH CHAU,20/11/1999,Nữ,001199000333,,0190000003,Con,09676,08995,,,06/09/2025")
    assert (row.outcome, row.code) == ("linked", CHAU)
    assert household(office, CHAU) == "0190000003"
    assert office.ask("select count(*) from change_request") == [(0,)]
    ((name,),) = office.ask("select full_name from person_current where person_id = ?", row.person_id)
    assert name == "Đỗ Minh Châu"


def test_a_verdict_on_a_row_without_a_number_says_nothing_of_a_namesake_elsewhere(office: Office) -> None:
    weak = one(office, "Bổ sung,Lương Thị Hanh,02/08/1975,Nữ,,,,,09676,09676,,,06/09/2025")
    office.decide(office.item(weak), "link", HANH)
    namesake = one(office, "Bổ sung,Lương Thị Hanh,02/08/1975,Nữ,,,,,24292,24305,,,07/09/2025", "b.csv", "xa-66")
    assert namesake.code != HANH


def test_one_person_is_one_however_the_name_is_typed(office: Office) -> None:
    death = one(office, "Chết,Phan Văn Thiện,1938,Nam,,,0190000002,Chủ hộ,09676,09676,,,05/09/2025")
    assert death.code == THIEN
    item = office.item(death, "death")
    assert office.decide(item, "approve", by="lan").needs_approval
    for same in ("lan", "Lan", " LAN ", unicodedata.normalize("NFD", "lan")):
        assert office.decide(item, "approve", by=same).approved_by == ["lan"]
    assert not office.decide(item, "approve", by="Minh").needs_approval


def test_saying_who_it_is_not_agrees_to_nobodys_death(office: Office) -> None:
    """The machine links to the one who is left; the officer has not said that this one is dead."""
    office.load(
        """bhxh_code,household_code,full_name,birth_date,sex,residence_code,residence_list,status
0133000001,0190000021,Kiều Ngọc Bích,1950-05-06,F,09676,2019,active
0133000002,0190000022,Kiều Ngọc Bích,1950-05-06,F,08995,2019,active
"""
    )
    office.publish()
    row = one(office, "Chết,Kiều Ngọc Bích,06/05/1950,Nữ,,,,,,,,,05/09/2025")
    assert row.outcome == "review"
    result = office.decide(office.item(row), "not_same", "0133000002", by="binh")
    assert (result.outcome, result.code, result.needs_approval) == ("linked", "0133000001", True)
    assert list(result.approved_by) == []
    assert office.decide(result.item_id, "approve", by="chi").needs_approval
    assert not office.decide(result.item_id, "approve", by="binh").needs_approval


def test_whom_an_officer_calls_new_is_not_the_row_of_his_file_that_has_become_a_person(office: Office) -> None:
    line = "Bổ sung,Nguyễn Văn Luân,{},Nam,,,,,26734,24322,,,06/09/2025"
    first, second = office.run_lines("a.csv", line.format("13/08/1977"), line.format("13/11/1979"))
    assert (first.outcome, second.outcome, second.reason) == ("issued", "review", "in_batch")
    assert office.decide(office.item(second), "new").outcome == "issued"
    first, second = office.rows()
    assert first.code != second.code
    assert office.broken() == {}


@pytest.mark.parametrize("behind", [0, 3600], ids=["clocks agree", "a clock is behind"])
def test_rows_that_weighed_a_settled_row_are_decided_again_by_whoever_comes_next(
    office: Office, monkeypatch: pytest.MonkeyPatch, behind: int
) -> None:
    first, second = office.run_lines("a.csv", DOUBTED, DOUBTED.replace("001071000111", "").replace("06/09", "07/09"))
    assert (first.outcome, second.outcome) == ("review", "review")
    with office.home.ledger.writing() as session:
        session.text_rows("update queue_item set waits_for_row_id = null returning item_id")

    def cut_short(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(queue, "settle_waiting", cut_short)
        patched.setattr("registry.engine.now", lambda: moment(datetime.now(UTC) - timedelta(seconds=behind)))
        with pytest.raises(KeyboardInterrupt):
            office.decide(office.item(first), "new")
    assert (again(office, first).outcome, again(office, second).outcome) == ("issued", "review")
    office.run()
    assert again(office, second).code == again(office, first).code
    assert office.broken() == {}


def test_the_oldest_stands_first_with_those_that_wait_for_it(office: Office) -> None:
    kept = {
        "last.csv": UNKNOWN.replace("Nghiêm Xuân Tường,14/03/1951", "Kiều Văn Phước,20/07/1966"),
        "third.csv": UNKNOWN.replace("14/03/1951", "14/03/1952"),
        "first.csv": DOUBTED,
        "fourth.csv": UNKNOWN.replace("Nghiêm Xuân Tường,14/03/1951", "Mạc Đình Lộc,02/11/1980"),
        "second.csv": UNKNOWN,
    }
    take_in(office.home, [office.file(name, line) for name, line in kept.items()], office.viewer)
    for name in ("first.csv", "fourth.csv", "second.csv", "third.csv", "last.csv"):
        assert office.main("run", str(office.write(name, kept[name])), "--source", "xa-01") == 0
    found = listing(office.home, None, 10, office.viewer).items
    rows = {item.file_name: item.row_id for item in found}
    assert list(rows) == ["first.csv", "second.csv", "third.csv", "fourth.csv", "last.csv"]
    assert [item.waits_for_row for item in found] == [None, rows["first.csv"], rows["second.csv"], None, None]
    assert sorted(rows, key=rows.__getitem__) == list(kept)
    assert [item.file_name for item in listing(office.home, None, 2, office.viewer).items] == list(rows)[:2]
