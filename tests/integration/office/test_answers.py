"""What senders are told comes from the ledger alone, on either engine, and is logged before it is handed out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from casework.deliveries.answers import answers, deliveries_of
from casework.errors import UsageError
from pipelines.answer_files import write_answer

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Office

FILE = (
    "Bổ sung,Vũ Ngọc Diễm,09/04/1988,Nữ,001188000777,,0190000077,Chủ hộ,09676,09676,,,01/10/2025",
    "Chết,Phan Văn Thiện,1938,Nam,,,0190000002,Chủ hộ,09676,09676,,,05/09/2025",
    "Chuyển đi,Nghiêm Xuân Tường,14/03/1951,Nam,,,,,09676,09676,,,06/09/2025",
    "Bổ sung,,31/11/1998,Nữ,,,0190000001,Con,09676,09676,,,06/09/2025",
)


def test_every_row_is_told_and_logged_and_nothing_is_locked(office: Office) -> None:
    office.run(office.file("a.csv", *FILE))
    (number,) = deliveries_of(office.home, "xa-01")
    told = []
    for answer in answers(office.home, [number, number], office.viewer):
        told.append(answer)
        entries = office.ask("select logged_by from log_entry where act = 'answer'")
        assert entries == [("lan",)]
        with office.home.ledger.writing() as session:
            assert session.seq > 0
    (answer,) = told
    added, death, left, faulty = answer.rows
    (code,) = [row.code for row in office.rows() if row.outcome == "issued"]
    assert (added.outcome, added.code, added.full_name) == ("issued", code, "Vũ Ngọc Diễm")
    assert (death.outcome, death.code, death.waiting) == ("linked", "0111000004", ("death",))
    assert (left.outcome, left.reason, left.code, left.why) == ("review", "unknown_person", None, None)
    assert faulty.outcome == "returned"
    ((row,),) = (sheet.rows for sheet in answer.error_sheets)
    assert [(at, fault.heading, fault.value) for at, fault in row.faulty] == [
        (1, "Họ và tên", None),
        (2, "Ngày sinh", "31/11/1998"),
    ]
    assert [row.sheet_row for row in answer.rows] == [2, 3, 4, 5]
    assert answer.outcomes == {"issued": 1, "linked": 1, "review": 1, "returned": 1}
    assert office.broken() == {}


def test_a_row_that_an_officer_gave_back_carries_his_note(office: Office) -> None:
    office.main("run", str(office.write("a.csv", *FILE)), "--source", "xa-01")
    office.decide(office.item(office.rows()[2]), "return", note="thiếu CCCD")
    (answer,) = answers(office.home, deliveries_of(office.home, "xa-01"), office.viewer)
    assert [(row.sheet_row, row.why.note) for row in answer.rows if row.why] == [(4, "thiếu CCCD"), (5, None)]
    assert [row.at_row for row in answer.error_sheets[0].rows] == [2, 3]


def test_an_error_file_goes_when_no_row_is_left_to_mend(office: Office, tmp_path: Path) -> None:
    office.run(office.file("a.csv", *FILE))
    (answer,) = answers(office.home, deliveries_of(office.home, "xa-01"), office.viewer)
    before = write_answer(answer, tmp_path)
    assert before.error_file is not None
    assert before.error_file.is_file()
    assert write_answer(replace(answer, error_sheets=()), tmp_path).error_file is None
    assert [path.name for path in before.folder.iterdir()] == [before.receipt.name]


def test_answers_of_nobody_are_asked_for_in_vain(office: Office) -> None:
    with pytest.raises(UsageError, match="delivery 7, 9: there is none"):
        list(answers(office.home, [7, 9], office.viewer))
    with pytest.raises(UsageError, match="has sent no file"):
        deliveries_of(office.home, "ai")
