"""What is loaded, and register versions beside the tail that they are read with."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest

from casework import run as running
from casework.audit.history import show_log
from casework.deciding import apply, batch
from casework.errors import BusyError
from casework.office.search import search
from casework.register import publish as publishing
from casework.register.disputed import disputed_codes
from casework.types import Viewer
from matching import block
from registry import plans, register
from registry.checks import published

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from registry.plans import Plan

    from .conftest import Office

COLUMNS = "bhxh_code,household_code,full_name,birth_date,sex,personal_id,residence_code,residence_list,status"
NEW = "Bổ sung,Vũ Ngọc Diễm,09/04/1988,Nữ,,,0190000077,Chủ hộ,09676,09676,,,01/10/2025"
SAME_NEW = "Bổ sung,VŨ NGỌC DIỄM,09/04/1988,Nữ,,,,,09676,09676,,,02/10/2025,gửi lại"
#: what a publication or a refused verdict changes, beside what is decided
NOT_TOLD = ("tail", "weights", "candidates", "log", "judgements")
#: four reports, each of somebody whom the one before may have brought or changed
DAYS: tuple[tuple[str, ...], ...] = (
    (NEW, "Chuyển đi,Nghiêm Xuân Tường,14/03/1951,Nam,001051000999,,,,09676,09676,,,06/09/2025"),
    (SAME_NEW, "Chuyển đến,Mạc Thị Khuyên,15/06/1990,Nữ,,,0190000001,Con dâu,08995,09676,Mạc Đình Trứ,,07/09/2025"),
    (
        "Bổ sung,Nghiêm Xuân Tường,14/03/1951,Nam,001051000999,,,,09676,09676,,,07/09/2025",
        "Chết,Đỗ Quang Khải,14/03/1971,Nam,001071000111,,,,09676,09676,,,06/09/2025",
    ),
    (
        "Điều chỉnh,Mạc Thị Khuyên,15/06/1991,Nữ,,0111000005,0190000001,Con dâu,08995,09676,Mạc Đình Trứ,,09/09/2025",
        "Bổ sung,Đỗ Quang Khải,14/03/1971,Nam,001071000111,,,,09676,09676,,,10/09/2025",
        "Chuyển đi,Vu Ngoc Diem,09/04/1988,Nữ,,,0190000077,,09676,09676,,,10/11/2025",
    ),
)


def planned(office: Office, *lines: str) -> Plan:
    """The stored plan of a file that is taken in and decided, and not applied."""
    delivered = running.take_in(office.home, [office.file("planned.csv", *lines, source="xa-planned")], office.viewer)
    with office.home.ledger.writing() as session:
        (batch_id,) = plans.open_batches(session, delivered, office.viewer)
        rows = plans.undecided(session, batch_id)
    return batch.decide_batch(office.home, batch_id, rows, 1, office.viewer)


def finish(office: Office) -> None:
    """Takes up the batches that are not finished."""
    running.decide_open(office.home, office.viewer)


def with_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program whose keys are hashed otherwise, as one with another BLOCK_VERSION would."""
    monkeypatch.setattr(block, "BLOCK_VERSION", "of-another-day")
    hashed = block._hash_text
    monkeypatch.setattr(block, "_hash_text", lambda value: hashed(f"another day {value}"))


# loading ------------------------------------------------------------------------------------------------------------


def test_only_a_row_with_neither_a_name_nor_a_number_is_rejected_and_it_is_kept(empty_office: Office) -> None:
    result = empty_office.load(
        f"""{COLUMNS}
,0190000009,,1980-01-02,F,,09676,2019,active
0122000001,,,,,,,,
,,Trần Thị Bé,,,,,,
,,,,,001180000123,,,
0122000002,0190000009,Lý Văn Sáu,31/02/1980,X,123,00000,,unknown
"""
    )
    assert (result.rows, result.persons, result.rejected, result.flagged) == (5, 4, 1, 4)
    ((row, cells),) = empty_office.ask("select row, cells from register_reject")
    assert row == 1
    assert "0190000009" in json.loads(cells)
    flags = {
        name: set(json.loads(found)) for name, found in empty_office.ask("select full_name, flags from person_version")
    }
    assert {"birth_date_unreadable", "sex_unknown", "status_unknown"} <= flags["Lý Văn Sáu"]
    assert {"birth_date_missing", "sex_unknown", "code_missing"} <= flags["Trần Thị Bé"]
    assert empty_office.broken() == {}


def test_a_code_of_two_people_is_loaded_for_both_and_never_linked_by_the_machine(empty_office: Office) -> None:
    result = empty_office.load(
        f"""{COLUMNS}
0122000003,0190000011,Hồ Thị Mận,1982-03-04,F,001182000777,09676,2019,active
0122000003,0190000012,Tô Văn Đạt,1960-05-06,M,001060000888,09676,2019,active
0122000004,0190000013,Hồ Thị Đào,1984-03-04,F,,09676,2019,active
"""
    )
    assert result.disputed_codes == 1
    held = empty_office.ask("select status from code where code = '0122000003'")
    assert held == [("disputed",), ("disputed",)]
    flags = empty_office.ask("select full_name from person_version where flags like '%code_disputed%' order by 1")
    assert flags == [("Hồ Thị Mận",), ("Tô Văn Đạt",)]
    listed = disputed_codes(empty_office.home, 10, empty_office.viewer)
    assert [(one.code, one.full_name) for one in listed] == [("0122000003", "Hồ Thị Mận"), ("0122000003", "Tô Văn Đạt")]
    (last,) = show_log(empty_office.home, limit=1, after=None, row=None, act=None, viewer=empty_office.viewer)
    assert last["act"] == "disputed_code_list"

    empty_office.publish()
    one, other, third = empty_office.run_lines(
        "a.csv",
        "Chuyển đến,Hồ Thị Mận,04/03/1982,Nữ,001182000777,0122000003,0190000011,Vợ,,09676,,,06/09/2025",
        "Bổ sung,Tô Văn Đạt,06/05/1960,Nam,001060000888,,,,,09676,,,06/09/2025",
        "Bổ sung,Tạ Văn Nguyên,07/08/1999,Nam,,0122000003,,,,09676,,,06/09/2025",
    )
    assert (one.outcome, one.code) == ("review", None)
    assert (other.outcome, other.code) == ("review", None)
    assert {one.reason, other.reason} <= {"one_code_two_persons", "code_conflict", "identity_conflict"}
    assert (third.outcome, third.code) == ("review", None)
    found = search(empty_office.home, {"bhxh_code": "0122000003"}, empty_office.viewer)
    assert {hit.record["full_name"] for hit in found.hits} == {"Hồ Thị Mận", "Tô Văn Đạt"}
    assert empty_office.broken() == {}


def test_a_malformed_code_is_kept_as_another_name_of_the_person_and_can_be_searched(empty_office: Office) -> None:
    empty_office.load(f"{COLUMNS}\nTE12200003,0190000014,Cao Thị Lê,1982-03-04,F,,09676,2019,active\n")
    assert empty_office.ask("select code, status from code") == [("TE12200003", "alias")]
    assert empty_office.ask("select number from number_known") == [("TE12200003",)]
    empty_office.publish()
    found = search(empty_office.home, {"bhxh_code": "TE12200003"}, empty_office.viewer)
    assert [(hit.record["full_name"], hit.code) for hit in found.hits] == [("Cao Thị Lê", None)]
    # without a code of the right form there is nothing to link to
    (row,) = empty_office.run_lines("a.csv", "Chuyển đến,Cao Thị Lê,04/03/1982,Nữ,,,0190000014,Vợ,,09676,,,06/09/2025")
    assert (row.outcome, row.reason) == ("review", "code_conflict")


def test_the_holder_of_a_rows_code_is_weighed_however_many_namesakes_come_before_him(empty_office: Office) -> None:
    """Thirty bear the name in the commune; the code is a stranger's. Whoever knows a code has one: none is issued."""
    namesakes = "".join(
        f"01220010{at:02},01900020{at:02},Nguyễn Thị Anh,19{50 + at}-03-04,F,,09676,2019,active\n" for at in range(30)
    )
    stranger = "0122009999,0190009999,Tô Văn Đạt,1960-05-06,M,,00004,2019,active\n"
    empty_office.load(f"{COLUMNS}\n{namesakes}{stranger}")
    empty_office.publish()
    (row,) = empty_office.run_lines("a.csv", "Bổ sung,Nguyễn Thị Anh,20/11/2011,Nữ,,0122009999,,,,09676,,,06/09/2025")
    assert (row.outcome, row.reason) == ("review", "code_conflict")


def test_the_same_extract_again_changes_nothing(empty_office: Office) -> None:
    text = f"{COLUMNS}\n0122000003,0190000011,Hồ Thị Mận,1982-03-04,F,001182000777,09676,2019,active\n"
    assert empty_office.load(text).is_new
    counts = empty_office.counts()
    again = empty_office.load(text, "renamed.csv")
    assert (again.is_new, again.rows, again.persons) == (False, 1, 1)
    assert empty_office.counts() == counts


# register versions --------------------------------------------------------------------------------------------------


def test_without_a_version_that_fits_a_run_is_refused_with_the_remedy(empty_office: Office) -> None:
    file = empty_office.file("a.csv", NEW)
    for name in ("first.csv", "second.csv"):
        number = "0122000003" if name == "first.csv" else "0122000004"
        empty_office.load(f"{COLUMNS}\n{number},,Hồ Thị Mận,1982-03-04,F,,09676,2019,active\n", name)
        with pytest.raises(BusyError, match="Run `motma register publish`") as refused:
            empty_office.run(file)
        assert refused.value.exit_code == 12
        # refused means that nothing was taken in either
        assert empty_office.counts()["intake_row"] == 0
        empty_office.publish()
    assert empty_office.run(file).outcomes == {"issued": 1}


@pytest.mark.slow
def test_days_with_a_publication_between_end_as_days_without(office: Office, new_office: Callable[[], Office]) -> None:
    published = new_office()
    for number, lines in enumerate(DAYS):
        for there in (office, published):
            there.run(there.file(f"day_{number}.csv", *lines))
        published.publish()
    # a publication moves persons from the tail to the register, and counts them there; it changes no decision
    assert published.story(*NOT_TOLD) == office.story(*NOT_TOLD)
    assert [row.outcome for row in office.rows()].count("linked") >= 4
    assert office.broken() == published.broken() == {}


@pytest.mark.slow
def test_a_program_with_other_keys_is_refused_until_the_tail_is_rebuilt(
    office: Office, new_office: Callable[[], Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = new_office()
    for there in (office, undisturbed):
        for number, lines in enumerate(DAYS[:2]):
            there.run(there.file(f"day_{number}.csv", *lines))
    for number, lines in enumerate(DAYS[2:]):
        undisturbed.run(undisturbed.file(f"later_{number}.csv", *lines))
    expected = undisturbed.story(*NOT_TOLD)

    with_other_keys(monkeypatch)
    later = office.file("later_0.csv", *DAYS[2])
    for act in (lambda: office.run(later), lambda: search(office.home, {"full_name": "Vũ Ngọc Diễm"}, office.viewer)):
        with pytest.raises(BusyError, match="Run `motma register publish` first") as refused:
            act()
        assert refused.value.exit_code == 12
    item = office.item(office.rows()[1])
    with pytest.raises(BusyError, match="Run `motma register publish`"):
        office.decide(item, "not_same", "0111000001")

    office.publish()
    for number, lines in enumerate(DAYS[2:]):
        office.run(office.file(f"later_{number}.csv", *lines))
    assert office.story(*NOT_TOLD) == expected
    assert office.broken() == {}


# a batch between plan and apply -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_publications_between_plan_and_apply_hide_nobody(office: Office) -> None:
    plan = planned(office, NEW)
    # somebody else reports and gets her, and then so many versions come that the tail forgets her
    (other,) = office.run_lines("other.csv", SAME_NEW)
    assert other.outcome == "issued"
    for number in range(4):
        office.publish()
        office.run(office.file(f"day_{number}.csv", DAYS[3][0].replace("09/09", f"1{number}/09")))
    apply.apply_plan(office.home, plan, office.viewer, is_last=False)
    finish(office)
    (row,) = (row for row in office.rows() if row.file == "planned.csv")
    assert (row.outcome, row.code) == ("linked", other.code)
    assert office.broken() == {}


def test_a_plan_made_with_other_keys_is_made_anew(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(office, NEW)
    with_other_keys(monkeypatch)
    office.publish()
    (other,) = office.run_lines("other.csv", SAME_NEW)
    assert other.outcome == "issued"
    apply.apply_plan(office.home, plan, Viewer("minh", "test"), is_last=False)
    finish(office)
    (row,) = (row for row in office.rows() if row.file == "planned.csv")
    assert (row.outcome, row.code) == ("linked", other.code)
    assert office.broken() == {}


def test_a_load_between_plan_and_apply_is_published_first(empty_office: Office) -> None:
    empty_office.load(f"{COLUMNS}\n0122000003,,Hồ Thị Mận,1982-03-04,F,,09676,2019,active\n", "first.csv")
    empty_office.publish()
    plan = planned(empty_office, NEW)
    # the second part of the register holds the very person
    empty_office.load(f"{COLUMNS}\n0122000004,,Vũ Ngọc Diễm,1988-04-09,F,,09676,2019,active\n", "second.csv")
    assert apply.apply_plan(empty_office.home, plan, empty_office.viewer, is_last=False) == 1
    with pytest.raises(BusyError, match="Run `motma register publish`"):
        finish(empty_office)
    empty_office.publish()
    finish(empty_office)
    (row,) = empty_office.rows()
    assert (row.outcome, row.code) in (("linked", "0122000004"), ("review", None))
    assert empty_office.broken() == {}


def test_a_plan_is_looked_through_again_under_the_lock(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(office, NEW)
    (other,) = office.run_lines("other.csv", SAME_NEW)
    assert apply.apply_plan(office.home, plan, office.viewer, is_last=False) == 1
    finish(office)
    (row,) = (row for row in office.rows() if row.file == "planned.csv")
    assert (row.outcome, row.code) == ("linked", other.code)


def test_without_that_look_two_codes_would_be_issued(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(office, NEW)
    (other,) = office.run_lines("other.csv", SAME_NEW)
    monkeypatch.setattr(plans, "strange_keys", lambda *_arguments: set())
    apply.apply_plan(office.home, plan, office.viewer, is_last=False)
    (row,) = (row for row in office.rows() if row.file == "planned.csv")
    assert (row.outcome, row.code == other.code) == ("issued", False)


def test_a_link_is_read_again_under_the_lock(office: Office) -> None:
    dead = "Chết,Đỗ Quang Khải,14/03/1971,Nam,001071000111,,,,09676,09676,,,06/09/2025"
    plan = planned(office, dead.replace("Chết", "Chuyển đi").replace("06/09", "01/09"))
    office.run(office.file("other.csv", dead))
    apply.apply_plan(office.home, plan, office.viewer, is_last=False)
    finish(office)
    (row,) = (row for row in office.rows() if row.file == "planned.csv")
    assert (row.outcome, row.reason) == ("review", "identity_conflict")


def test_a_row_that_never_comes_to_rest_goes_to_review(office: Office) -> None:
    plan = planned(office, NEW)
    office.run(office.file("other.csv", SAME_NEW))
    assert apply.apply_plan(office.home, plan, office.viewer, is_last=True) == 0
    (row,) = (row for row in office.rows() if row.file == "planned.csv")
    assert (row.outcome, row.reason) == ("review", "stale")
    assert office.item(row)
    assert office.broken() == {}


def test_a_publication_cut_short_leaves_the_version_in_use_to_its_readers(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "_settle_tail", cut_short)
        with pytest.raises(KeyboardInterrupt):
            office.publish()
    in_use = register.current_file(office.home.register_folder)
    assert in_use is not None

    # the same process at the same seq: its version would have the name of the one in use
    with monkeypatch.context() as patched:
        patched.setattr(register, "_sync", cut_short)
        with pytest.raises(KeyboardInterrupt):
            office.publish()
    with register.open_current(office.home.register_folder) as version:
        assert version.file == in_use
    (office.home.register_folder / "unfinished.duckdb.wal").touch()
    office.publish()
    assert sorted(path.name for path in office.home.register_folder.glob("unfinished*")) == []
    assert office.broken() == {}


def test_a_version_of_the_same_name_is_not_taken_for_the_one_that_was_open(office: Office, tmp_path: Path) -> None:
    """As where another home is put in the place of one that this process has searched."""
    folder = office.home.register_folder
    with register.open_current(folder) as version:
        file = version.file
    another = tmp_path / file.name
    shutil.copy(file, another)
    with duckdb.connect(str(another)) as connection:
        connection.execute("update meta set ledger_id = 'another'")
    another.replace(file)
    found = published(folder)
    assert found is not None
    assert found[1] is not None
    assert (found[0], found[1].ledger_id) == (file.name, "another")
