"""Which number becomes a code: drawn or personal, by the day, and never one that was used in any state."""

from __future__ import annotations

import json
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Self

import pytest

from casework.deciding.batch import decide_batch
from casework.deliveries.intake import take_in
from casework.register.load import load_extract
from pipelines.extract_files import read_extract
from registry import plans
from registry.codes import permute
from tests.policies import SCHEMES, with_policy

if TYPE_CHECKING:
    from .conftest import Office

WITH_NUMBER = "Bổ sung,Vũ Ngọc Diễm,09/04/1988,Nữ,001188000777,,0190000077,Chủ hộ,09676,09676,,,01/10/2025"
WITHOUT = "Bổ sung,Kha Mỹ Huyền,19/07/1985,Nữ,,,0190000078,Chủ hộ,09676,09676,,,01/10/2025"
#: a child of 2015 with the number of a mother whom nobody knows
MOTHERS = "Sinh,Tống Gia Hân,12/02/2015,Nữ,001186000555,,0190000079,Con,09676,09676,,Tống Thị Lan,01/10/2025"
BEFORE, AFTER = "2026-08-31T16:59:59.000000Z", "2026-08-31T17:00:00.000000Z"


def set_clock(patched: pytest.MonkeyPatch, at: str) -> None:
    """Sets the clock of the ledger, and the one by which its log must be sealed."""

    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromisoformat(at)

    patched.setattr("registry.engine.now", lambda: at)
    patched.setattr("casework.audit.sealing.datetime", Then)


def test_the_personal_number_is_the_code_from_its_day_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with_policy(office.home, "codes", SCHEMES)
    set_clock(monkeypatch, AFTER)
    with_number, without, mothers = office.run_lines("a.csv", WITH_NUMBER, WITHOUT, MOTHERS)
    assert [row.outcome for row in (with_number, without, mothers)] == ["issued"] * 3
    assert with_number.code == "001188000777"
    assert [(row.code or "")[:2] for row in (without, mothers)] == ["01", "01"]
    assert [len(row.code or "") for row in (without, mothers)] == [10, 10]
    assert office.ask("select count(*) from code_draw") == [(2,)]
    assert office.broken() == {}

    (again,) = office.run_lines("b.csv", WITH_NUMBER.replace("01/10/2025", "02/10/2025"))
    assert (again.outcome, again.person_id, again.code) == ("linked", with_number.person_id, with_number.code)
    assert office.broken() == {}


def test_the_day_of_the_applying_transaction_counts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with_policy(office.home, "codes", SCHEMES)
    set_clock(monkeypatch, BEFORE)
    file = office.file("a.csv", WITH_NUMBER)
    delivered = take_in(office.home, [file], office.viewer)
    with office.home.ledger.writing() as session:
        (batch_id,) = plans.open_batches(session, delivered, office.viewer)
    with office.home.ledger.reading() as session:
        rows = plans.undecided(session, batch_id)
    assert decide_batch(office.home, batch_id, rows, 1, office.viewer) is not None
    set_clock(monkeypatch, AFTER)
    office.run(file)
    (row,) = office.rows()
    assert (row.outcome, row.code) == ("issued", "001188000777")
    assert office.broken() == {}


def test_before_its_day_ten_digits_are_drawn(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with_policy(office.home, "codes", SCHEMES)
    set_clock(monkeypatch, BEFORE)
    (row,) = office.run_lines("a.csv", WITH_NUMBER)
    assert len(row.code or "") == 10


def test_a_personal_number_that_was_a_code_is_never_one_again(
    empty_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = empty_office
    office.load(
        "bhxh_code,full_name,birth_date,sex,status\n001188000777,Trịnh Hoài Bắc,1950-01-02,M,active\n"
        "0100000001,Mai Thu Cúc,1960-03-04,F,active\n"
    )
    assert office.ask("select status from code order by code") == [("alias",), ("active",)]
    office.publish()
    with_policy(office.home, "codes", SCHEMES)
    set_clock(monkeypatch, AFTER)
    (row,) = office.run_lines("a.csv", WITH_NUMBER)
    assert (row.outcome, row.reason) == ("review", "code_conflict")
    assert office.broken() == {}
    decided = office.decide(office.item(row), "new")
    assert decided.outcome == "issued"
    assert len(decided.code or "") == 10
    assert office.ask("select count(*) from code where code = '001188000777'") == [(1,)]
    assert office.broken() == {}


def test_a_number_known_as_an_alias_is_drawn_and_skipped(empty_office: Office) -> None:
    """An alias has another form as a rule; one with ten digits comes from a disputed or retired code."""
    office = empty_office
    key = office.home.key("code_permutation")
    first, second = (f"01{permute(value, key, '01'):08d}" for value in (1, 2))
    office.load(f"bhxh_code,full_name,birth_date,sex,status\n{first},Trịnh Hoài Bắc,1950-01-02,M,active\n")
    # the register gives the number up; it stays an alias of its person
    with office.home.ledger.store.write_engine.begin() as connection:
        connection.exec_driver_sql("update code set status = 'alias'")
        connection.exec_driver_sql("insert into code_status select code_id, seq + 1, 'alias' from code")
        connection.exec_driver_sql("update ledger_state set seq = seq + 1")
    office.publish()
    (row,) = office.run_lines("a.csv", WITHOUT)
    assert (row.outcome, row.code) == ("issued", second)
    draws = office.ask("select value, number, outcome from code_draw order by value")
    assert draws == [(1, first, "skipped"), (2, second, "issued")]
    assert office.broken() == {}


def test_a_personal_number_in_an_extract_is_an_active_code(empty_office: Office) -> None:
    office = empty_office
    text = "bhxh_code,full_name,birth_date,sex,personal_id,status\n"
    path = office.inbox / "extract.csv"
    path.write_text(text + "001188000777,Vũ Ngọc Diễm,1988-04-09,F,001188000777,active\n", encoding="utf-8")
    assert load_extract(office.home, read_extract(path)[0], None, office.viewer).flagged == 0
    assert office.ask("select code, status from code") == [("001188000777", "active")]
    assert office.broken() == {}


def test_the_report_tells_what_is_drawn_and_left(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.run_lines("a.csv", WITHOUT)
    held = office.ask("select count(*) from code where code like '01%' and origin = 'extract' and length(code) = 10")
    capsys.readouterr()
    assert office.main("register", "codes", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    (province,) = told["provinces"]
    assert province == {
        "province": "01",
        "drawn": 1,
        "issued": 1,
        "skipped": 0,
        "known_ahead": held[0][0],
        "left": 100_000_000 - 1 - 1 - held[0][0],
        "is_low": False,
    }
    assert office.main("register", "codes") == 0
    said = capsys.readouterr().out
    assert "Còn lại\n" in said
    assert "·" not in said
    with_policy(office.home, "codes", SCHEMES.replace("0.1", "1"))
    assert office.main("register", "codes") == 0
    said = capsys.readouterr().out
    assert "Lưu ý\n" in said
    assert "SẮP HẾT\n" in said
