"""Decisions of officers that are taken back as if never said, or stand since something was built on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from casework.errors import DecidedError, MotmaError, NotUndoneError, UndoneError
from casework.office.queue import change_requests, show
from casework.office.undo import UndoResult, can_undo, undo_decision
from casework.types import Viewer

if TYPE_CHECKING:
    from .conftest import Office, Row

KHAI, HANH, CHAU, THIEN, KHUYEN = (f"011100000{number}" for number in range(1, 6))
#: somebody new whose papers carry Đỗ Quang Khải's number
DOUBTED = "Bổ sung,Nghiêm Xuân Tường,15/04/1951,Nam,001071000111,,,,09676,09676,,,06/09/2025"
#: Lương Thị Hạnh or somebody else: another given name by its marks, another year, no number
WEAK = "{event},Lương Thị Hanh,02/08/1975,Nữ,,,{household},{relation},09676,{place},,,06/09/2025"
ADDITION = WEAK.format(event="Bổ sung", household="", relation="", place="09676")
#: she would move, with her household and her residence
MOVE = WEAK.format(event="Chuyển đến", household="0190000003", relation="Con", place="08995")
DEATH = "Chết,Phan Văn Thiện,1938,Nam,,,0190000002,Chủ hộ,09676,09676,,,05/09/2025"
#: all that the ledger knows of people, but for the history of it
KNOWN = """
select v.person_id, v.full_name, v.birth_date, v.sex, v.personal_id, v.residence_code, v.address, v.status, v.flags,
  h.household_code, m.relation, m.event_date, k.code, k.status
from person_current as v
left join membership_current as m on m.person_id = v.person_id
left join household as h on h.household_id = m.household_id
left join code as k on k.person_id = v.person_id
order by v.person_id, k.code
"""


def one(office: Office, line: str, name: str = "a.csv", source: str = "xa-01") -> Row:
    """The only row of a file after it ran."""
    (row,) = office.run_lines(name, line, source=source)
    return row


def again(office: Office, row: Row) -> Row:
    """The row as it stands now."""
    (found,) = (other for other in office.rows() if other.row_id == row.row_id)
    return found


def undo(office: Office, item_id: int, by: str = "lan", *, is_approver: bool = True) -> UndoResult:
    """What came of an officer's taking back."""
    return undo_decision(office.home, item_id, Viewer(by, "test", is_approver=is_approver))


def refused(office: Office, item_id: int, by: str = "lan") -> str:
    """Why a decision stands; nothing was changed by asking."""
    before = office.counts()
    with pytest.raises(NotUndoneError) as caught:
        undo(office, item_id, by)
    assert office.counts() == before
    assert office.broken() == {}
    return caught.value.why


def status(office: Office, code: str) -> str:
    ((found,),) = office.ask(
        "select v.status from code as k join person_current as v on v.person_id = k.person_id where k.code = ?", code
    )
    return str(found)


@pytest.mark.parametrize("line", [ADDITION, MOVE], ids=["addition", "move in"])
def test_a_link_is_undone_as_if_it_had_not_been_said(office: Office, line: str) -> None:
    row = one(office, line)
    item = office.item(row)
    before, opened = office.ask(KNOWN), office.ask("select opened_at from queue_item")
    seen = show(office.home, item, office.viewer).candidates
    office.decide(item, "link", HANH)
    assert (office.ask(KNOWN) != before) == (line == MOVE)
    result = undo(office, item)
    assert (result.outcome, result.reason, result.code) == ("review", row.reason, None)
    assert office.ask(KNOWN) == before
    assert office.broken() == {}
    # it waits as another item, due as before, with the candidates that were seen
    assert result.item_id == office.item(row) != item
    assert office.ask("select opened_at from queue_item where state = 'open'") == opened
    assert show(office.home, result.item_id, office.viewer).candidates == seen
    # the verdict is not remembered, and the row can be decided otherwise
    other = one(office, line.replace("06/09", "07/09"), "b.csv", "xa-02")
    assert (other.outcome, other.reason) == ("review", "waits_for_row")
    assert office.decide(result.item_id, "link", CHAU).code == CHAU
    assert office.broken() == {}


def test_an_undo_said_again_ends_as_it_ended(office: Office) -> None:
    row = one(office, ADDITION)
    item = office.item(row)
    office.decide(item, "link", HANH)
    result = undo(office, item)
    counts = office.counts()
    assert undo(office, item) == result
    assert office.counts() == counts
    assert refused(office, item, "minh") == "nothing"
    assert refused(office, result.item_id) == "nothing"
    # and the same word on the old item is not taken
    with pytest.raises(UndoneError, match=f"waits as item {result.item_id}"):
        office.decide(item, "link", HANH)
    # said again on the new one it counts, and can be taken back again
    assert office.decide(result.item_id, "link", HANH).code == HANH
    assert undo(office, result.item_id).outcome == "review"
    assert office.broken() == {}


def test_a_return_is_undone(office: Office) -> None:
    row = one(office, ADDITION)
    item = office.item(row)
    office.decide(item, "return", note="thiếu giấy khai sinh")
    result = undo(office, item)
    assert (again(office, row).outcome, again(office, row).reason) == ("review", row.reason)
    # others find it again by its keys
    other = one(office, ADDITION.replace("06/09", "07/09"), "b.csv", "xa-02")
    assert (other.outcome, other.reason) == ("review", "waits_for_row")
    assert office.broken() == {}
    assert office.decide(result.item_id, "link", HANH).outcome == "linked"
    assert again(office, other).code == HANH


def test_not_the_same_is_withdrawn_and_the_row_decided_again_without_it(office: Office) -> None:
    office.load(
        """bhxh_code,household_code,full_name,birth_date,sex,residence_code,residence_list,status
0133000001,0190000021,Kiều Ngọc Bích,1950-05-06,F,09676,2019,active
0133000002,0190000022,Kiều Ngọc Bích,1950-05-06,F,08995,2019,active
0133000003,0190000023,Kiều Ngọc Bích,1950-05-06,F,09676,2019,active
"""
    )
    office.publish()
    row = one(office, "Bổ sung,Kiều Ngọc Bích,06/05/1950,Nữ,,,,,,,,,05/09/2025")
    item = office.item(row)
    weighed = [one.posterior for one in show(office.home, item, office.viewer).candidates]
    result = office.decide(item, "not_same", "0133000002")
    assert result.outcome == "review"
    assert [one.posterior for one in show(office.home, item, office.viewer).candidates] != weighed
    assert undo(office, item).item_id == item
    assert [one.posterior for one in show(office.home, item, office.viewer).candidates] == weighed
    assert again(office, row).reason == row.reason
    assert refused(office, item) == "nothing"
    # where the machine linked the one who was left, that link goes as well
    office.decide(item, "not_same", "0133000001")
    linked = office.decide(item, "not_same", "0133000003")
    assert (linked.outcome, linked.code) == ("linked", "0133000002")
    result2 = undo(office, item)
    assert result2.outcome == "review"
    assert office.broken() == {}


def test_an_issued_code_stands(office: Office) -> None:
    row = one(office, DOUBTED)
    item = office.item(row)
    issued = office.decide(item, "new")
    assert issued.outcome == "issued"
    assert refused(office, item) == "issued"
    # also where the code came of a word that somebody is not the person
    other = one(office, ADDITION, "b.csv")
    item = office.item(other)
    assert office.decide(item, "not_same", HANH).outcome == "issued"
    assert refused(office, item) == "issued"


def test_only_who_said_it_takes_it_back_and_only_for_a_while(office: Office) -> None:
    row = one(office, ADDITION)
    item = office.item(row)
    assert refused(office, item) == "nothing"
    office.decide(item, "link", HANH)
    assert refused(office, item, "minh") == "anothers"
    rules = office.home.folder / "rules"
    rules.mkdir()
    (rules / "undo.toml").write_text('version = "x"\nhours = 0\nby_approvers = true\n', encoding="utf-8")
    assert refused(office, item) == "late"
    (rules / "undo.toml").write_text('version = "x"\nhours = 1\nby_approvers = true\n', encoding="utf-8")
    with pytest.raises(NotUndoneError, match="the word of lan"):
        undo(office, item, "minh", is_approver=False)
    assert undo(office, item, "minh").outcome == "review"
    assert office.broken() == {}
    (rules / "undo.toml").write_text('version = "x"\nhours = "1"\nterm = 2\n', encoding="utf-8")
    with pytest.raises(MotmaError, match="term is no setting; hours is '1'; by_approvers is None"):
        undo(office, item, "minh")


def test_what_the_machine_decided_is_nobodys_to_take_back(office: Office) -> None:
    first = one(office, ADDITION)
    second = one(office, ADDITION.replace("06/09", "07/09"), "b.csv", "xa-02")
    item = office.item(second)
    office.decide(office.item(first), "link", HANH)
    assert again(office, second).code == HANH
    assert refused(office, item) == "machine"


def test_a_link_stands_on_which_another_row_relied(office: Office) -> None:
    row = one(office, ADDITION)
    item = office.item(row)
    office.decide(item, "link", HANH)
    relied = one(office, ADDITION.replace("06/09", "16/09"), "b.csv", "xa-02")
    assert relied.code == HANH
    assert refused(office, item) == "relied_on"


def test_a_link_stands_where_the_person_was_changed_since(office: Office) -> None:
    row = one(office, MOVE)
    item = office.item(row)
    office.decide(item, "link", HANH)
    line = "Chuyển đến,Lương Thị Hạnh,02/08/1974,Nữ,001174000222,,0190000001,,09676,09676,,,20/09/2025"
    moved = one(office, line, "b.csv")
    assert moved.code == HANH
    assert refused(office, item) == "changed"


def test_an_agreement_is_withdrawn_while_another_is_waited_for(office: Office) -> None:
    row = one(office, DEATH)
    item = office.item(row, "death")
    office.decide(item, "approve", by="lan")
    assert refused(office, item, "minh") == "anothers"
    fresh = undo(office, item).item_id
    assert fresh == office.item(row, "death")
    # nobody has agreed now: it takes two again
    assert office.decide(fresh, "approve", by="minh").needs_approval
    assert status(office, THIEN) == "active"
    assert not office.decide(fresh, "approve", by="lan").needs_approval
    assert status(office, THIEN) == "deceased"
    assert office.broken() == {}


@pytest.mark.parametrize("by", ["lan", "minh"])
def test_a_death_is_undone_by_either_of_the_two(office: Office, by: str) -> None:
    row = one(office, DEATH)
    item = office.item(row, "death")
    before = office.ask(KNOWN)
    for officer in ("lan", "minh"):
        office.decide(item, "approve", by=officer)
    assert status(office, THIEN) == "deceased"
    result = undo(office, item, by)
    assert office.ask(KNOWN) == before
    assert (result.outcome, result.code) == ("linked", THIEN)
    assert office.decide(result.item_id, "approve", by="lan").needs_approval
    assert not office.decide(result.item_id, "approve", by="minh").needs_approval
    assert status(office, THIEN) == "deceased"
    assert office.broken() == {}


def test_a_death_stands_that_another_report_rests_on(office: Office) -> None:
    row = one(office, DEATH)
    item = office.item(row, "death")
    for officer in ("lan", "minh"):
        office.decide(item, "approve", by=officer)
    other = one(office, DEATH.replace("05/09", "06/09"), "b.csv", "xa-02")
    assert other.code == THIEN
    assert refused(office, item) == "relied_on"


def test_a_death_is_undone_where_another_report_was_refused(office: Office) -> None:
    row = one(office, DEATH)
    other = one(office, DEATH.replace("05/09", "06/09"), "b.csv", "xa-02")
    item, wrong = office.item(row, "death"), office.item(other, "death")
    for officer in ("lan", "minh"):
        office.decide(item, "approve", by=officer)
    office.decide(undo(office, item).item_id, "return", note="nhầm người")
    for officer in ("lan", "minh"):
        office.decide(wrong, "approve", by=officer)
    assert status(office, THIEN) == "deceased"
    undo(office, wrong)
    assert status(office, THIEN) == "active"
    assert office.broken() == {}


def test_a_refusal_after_one_agreement_is_taken_back_by_who_refused(office: Office) -> None:
    row = one(office, DEATH)
    item = office.item(row, "death")
    office.decide(item, "approve", by="lan")
    office.decide(item, "return", note="nhầm người", by="minh")
    with pytest.raises(DecidedError):
        office.decide(item, "approve", by="lan")
    for by, may in (("lan", False), ("minh", True)):
        assert can_undo(office.home, item, Viewer(by, "test")) is may
    with pytest.raises(NotUndoneError, match="minh"):
        undo(office, item, "lan", is_approver=False)
    fresh = undo(office, item, "minh", is_approver=False).item_id
    assert fresh == office.item(row, "death")
    assert office.decide(fresh, "approve", by="lan").needs_approval
    assert office.broken() == {}


def test_a_move_stands_that_another_report_rests_on(office: Office) -> None:
    item = office.item(one(office, MOVE))
    office.decide(item, "link", HANH)
    told = "Chuyển đến,Lương Thị Hạnh,02/08/1974,Nữ,001174000222,,0190000003,Con,09676,08995,,,07/09/2025"
    assert one(office, told, "b.csv", "xa-02").code == HANH
    assert refused(office, item) == "relied_on"


def test_a_household_change_stands_that_another_report_rests_on(office: Office) -> None:
    line = "Bổ sung,Đỗ Minh Châu,20/11/1999,Nữ,001199000333,,0190000003,Con,09676,08995,,,06/09/2025"
    item = office.item(one(office, line), "household")
    office.decide(item, "approve", by="lan")
    other = one(office, line.replace("06/09", "07/09"), "b.csv", "xa-02")
    assert other.code == CHAU
    assert refused(office, item) == "relied_on"


def test_a_death_linked_by_hand_is_undone_with_the_agreement_that_it_was(office: Office) -> None:
    row = one(office, "Chết,Phan Văn Thiên,1937,Nam,,,,,09676,09676,,,05/09/2025")
    item = office.item(row)
    linked = office.decide(item, "link", THIEN)
    result = undo(office, item)
    assert result.outcome == "review"
    assert office.ask("select kind from queue_item where state = 'open'") == [("row",)]
    with pytest.raises(MotmaError):
        office.decide(linked.item_id, "approve", by="minh")
    assert refused(office, linked.item_id) == "nothing"
    # once the second has agreed, his agreement goes first
    linked = office.decide(result.item_id, "link", THIEN)
    office.decide(linked.item_id, "approve", by="minh")
    assert status(office, THIEN) == "deceased"
    assert refused(office, result.item_id) == "beside"
    undo(office, linked.item_id, "minh")
    assert status(office, THIEN) == "active"
    assert undo(office, result.item_id).outcome == "review"
    assert office.broken() == {}


@pytest.mark.parametrize("word", ["approve", "return"])
def test_a_word_on_a_household_change_is_undone(office: Office, word: str) -> None:
    row = one(office, "Bổ sung,Đỗ Minh Châu,20/11/1999,Nữ,001199000333,,0190000003,Con,09676,08995,,,06/09/2025")
    item = office.item(row, "household")
    before = office.ask(KNOWN)
    office.decide(item, word, note="đã hỏi")
    result = undo(office, item)
    assert office.ask(KNOWN) == before
    assert again(office, row) == row
    assert office.decide(result.item_id, "approve").outcome == "linked"
    assert office.ask(KNOWN) != before
    assert office.broken() == {}


def test_a_head_who_left_by_mistake_is_head_again(office: Office) -> None:
    line = "Chuyển đi,Đỗ Quang Khai,19/07/1972,Nam,,,,,09676,09676,,,06/09/2025"
    row = one(office, line)
    assert row.outcome == "review"
    item = office.item(row)
    before = office.ask(KNOWN)
    office.decide(item, "link", KHAI)
    assert office.ask(KNOWN) != before
    undo(office, item)
    assert office.ask(KNOWN) == before
    assert office.broken() == {}


def test_a_correction_asks_for_nothing_once_it_is_undone(office: Office) -> None:
    row = one(office, "Điều chỉnh,Lương Thị Hanh,19/11/1975,Nữ,,,,,09676,09676,,,06/09/2025")
    item = office.item(row)
    office.decide(item, "link", HANH)
    asked = change_requests(office.home, 10, office.viewer)
    assert asked
    fresh = undo(office, item).item_id
    assert change_requests(office.home, 10, office.viewer) == []
    office.decide(fresh, "link", HANH)
    told = [(request["field"], request["new_value"]) for request in change_requests(office.home, 10, office.viewer)]
    assert told == [(request["field"], request["new_value"]) for request in asked]
    assert office.broken() == {}


def test_what_waited_is_settled_first_where_that_was_decided_meanwhile(office: Office) -> None:
    first = one(office, ADDITION)
    second = one(office, ADDITION.replace(",,,06/09", ",Lương Văn Tấn,,07/09"), "b.csv", "xa-02")
    assert second.reason == "waits_for_row"
    item = office.item(second)
    office.decide(item, "link", CHAU)
    office.decide(office.item(first), "link", HANH)
    # without the word the second row is weighed as if it had waited until now
    result = undo(office, item)
    assert (result.outcome, result.reason) == ("review", "weak")
    assert HANH in [seen.code for seen in show(office.home, result.item_id, office.viewer).candidates]
    assert office.broken() == {}


def test_the_command(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    row = one(office, ADDITION)
    item = office.item(row)
    assert office.main("queue", "decide", str(item), "--link", HANH, "--by", "lan") == 0
    assert office.main("queue", "undo", str(item), "--by", "minh") == 2
    assert "it is the word of lan" in capsys.readouterr().err
    assert office.main("queue", "undo", str(item), "--by", "lan") == 0
    said = capsys.readouterr().out
    assert f"Việc ấy chờ lại ở mục {office.item(row)}." in said
    assert "chờ xem xét (review)" in said
