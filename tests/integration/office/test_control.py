"""Compliance finds exactly the officers who erred in a generated time, on both engines, and each team its area only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from python_calamine import CalamineWorkbook

from benchmarks.control_year import (
    FAULTS,
    FIRST_MONDAY,
    OFFICERS,
    PHRASE,
    TEAMS,
    Year,
    at,
    found,
    go_by,
    make,
    set_clock,
)
from casework.control.compliance import GROUPS, Period, cases_of, compliance
from casework.errors import IntegrityError, NotControlError, OnlyLooksError, UsageError
from casework.office.accounts import Account, add_account
from casework.office.questions import answer
from casework.office.undo import undo_decision
from casework.policy import PolicyError
from casework.types import Home, Scope, Viewer
from pipelines import control_workbook
from pipelines.cli import main
from registry import queue
from tests.engines import Model, Places
from tests.policies import with_policy
from tests.story import ask

if TYPE_CHECKING:
    from .conftest import Office

WEEKS = 2
PERIOD = Period(FIRST_MONDAY, FIRST_MONDAY + timedelta(weeks=WEEKS))
CENTRAL = Viewer("kiem.tw", "kiểm soát")
HOURS = (
    'version = "x"\nholidays = []\nhours = [{ since = "2020-01-01", days = [1, 8], opens = "07:30", closes = "17:30" }]'
)


class Worked(NamedTuple):
    """A home where two weeks went by, and what was done in them."""

    home: Home
    year: Year


@pytest.fixture(scope="module")
def worked(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worked]:
    """That home."""
    model = Model(tmp_path_factory.mktemp("control") / "home", places.new())
    with set_clock():
        at(FIRST_MONDAY - timedelta(days=7), 9)
        make(model, 346)
        home = model.opened()
        year = go_by(home, model.folder, WEEKS, 346)
    yield Worked(home, year)
    home.ledger.close()
    places.drop(model.ledger_url)


def test_exactly_who_erred_is_found(worked: Worked) -> None:
    seen = found(worked.home, WEEKS, Scope(), CENTRAL.by)
    assert seen == {fault: worked.year.done[fault] for fault in FAULTS}
    assert {name for counts in seen.values() for name in counts} == {
        name for name, (fault, *_) in OFFICERS.items() if fault
    }


@pytest.mark.parametrize("by", GROUPS)
def test_a_figure_is_the_number_of_its_cases(worked: Worked, by: str) -> None:
    seen = compliance(worked.home, PERIOD, Scope(), CENTRAL)
    for figure in seen.figures:
        _, cases = cases_of(worked.home, figure.code, PERIOD, Scope(), CENTRAL)
        assert Counter(getattr(case, by) for case in cases) == Counter(
            {line.name: line.figures[figure.code] for line in seen.lines(by)}
        )
    decided = ask(worked.home, "select count(*) from decision where outcome in ('linked', 'issued', 'returned')")
    assert [(sum(line.figures["settled"] for line in seen.lines(by)),)] == decided


def test_searches_before_an_issue_are_those_of_the_log(worked: Worked) -> None:
    _, issued = cases_of(worked.home, "issued", PERIOD, Scope(), CENTRAL)
    searches = "select count(*) from log_entry where act = 'search_step' and row_id = ?"
    assert issued
    assert all([(case.number,)] == ask(worked.home, searches, case.row_id) for case in issued)


def test_each_team_sees_its_area(worked: Worked) -> None:
    everything = compliance(worked.home, PERIOD, Scope(), CENTRAL).cases
    for team, scope in TEAMS.items():
        seen = compliance(worked.home, PERIOD, Scope(), Viewer(team, "x"))
        assert seen.area == scope
        for code, cases in everything.items():
            own = [
                case.case_id
                for case in cases
                if scope.province in (None, case.province) and scope.unit in (None, case.unit)
            ]
            assert [case.case_id for case in seen.cases[code]] == own
    with pytest.raises(UsageError, match="outside the area"):
        compliance(worked.home, PERIOD, Scope("66"), Viewer("kiem.01", "x"))
    with pytest.raises(NotControlError):
        cases_of(worked.home, "late", PERIOD, Scope(), Viewer("an", "x"))


def test_every_look_is_logged(worked: Worked) -> None:
    cases_of(worked.home, "late", PERIOD, Scope("01"), CENTRAL, officer="cuc")
    ((by, content),) = ask(
        worked.home,
        "select logged_by, content from log_entry where act = 'control_show' order by entry_no desc limit 1",
    )
    assert by == CENTRAL.by
    assert all(
        told in content for told in ('"figure":"late"', '"officer":"cuc"', f'"cases":{WEEKS}', '"province":"01"')
    )


def test_hours_are_a_policy(worked: Worked) -> None:
    _, before = cases_of(worked.home, "out_of_hours", PERIOD, Scope(), CENTRAL)
    with_policy(worked.home, "control", HOURS.replace("[1, 8]", "[]"))
    _, never = cases_of(worked.home, "out_of_hours", PERIOD, Scope(), CENTRAL)
    _, said = cases_of(worked.home, "by_hand", PERIOD, Scope(), CENTRAL)
    with_policy(worked.home, "control", HOURS)
    with pytest.raises(PolicyError, match="1 to 7"):
        cases_of(worked.home, "out_of_hours", PERIOD, Scope(), CENTRAL)
    (worked.home.folder / "rules" / "control.toml").unlink()
    assert len(before) < len(never) == len(said)


def test_the_control_team_decides_nothing(office: Office) -> None:
    add_account(office.home, Account(0, "kiem", "Kiểm", Scope(), True, None, is_control=True), PHRASE, office.viewer)
    team = Viewer("kiem", "x")
    (row,) = office.run_lines("a.csv", "Chết,Phan Văn Thiện,1938,Nam,,,0190000002,Chủ hộ,09676,09676,,,05/09/2025")
    item = office.item(row, "death")
    before = office.counts()
    for word in ("approve", "return"):
        with pytest.raises(OnlyLooksError):
            office.decide(item, word, note="x", by="kiem")
        with pytest.raises(OnlyLooksError):
            office.decide(item, word, note="x", by=" KIEM")
    with pytest.raises(OnlyLooksError):
        undo_decision(office.home, item, team)
    with pytest.raises(OnlyLooksError):
        answer(office.home, 1, "same", None, team)
    # the ledger refuses as well, whoever asks it
    with pytest.raises(IntegrityError, match="decides nothing"), office.home.ledger.writing() as session:
        queue.approve(session, item, team)
    assert office.counts() == before


def test_the_report_holds_every_case(worked: Worked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = worked.home
    monkeypatch.setenv("MOTMA_LEDGER_URL", home.ledger_url or "")
    out = tmp_path / "r.xlsx"
    days = ["--from", PERIOD.since.isoformat(), "--to", PERIOD.until.isoformat()]
    environ = {"MOTMA_HOME": str(home.folder), "MOTMA_LEDGER_URL": home.ledger_url or ""}
    assert main(["control", "report", "--by", "kiem.01", *days, "--out", str(out)], environ) == 0
    book = CalamineWorkbook.from_path(out)
    counted = compliance(home, PERIOD, Scope("01"), CENTRAL)
    titles = [figure.title for figure in counted.figures]
    assert book.sheet_names == ["Theo cán bộ", "Theo đơn vị", "Theo tỉnh", *titles, "Định nghĩa"]
    for figure in counted.figures:
        _, _, _, *rows = book.get_sheet_by_name(figure.title).to_python()
        assert [(row[0], row[1]) for row in rows] == [
            (case.case_id, case.officer) for case in counted.cases[figure.code]
        ]
    _, _, headings, *rows = book.get_sheet_by_name("Theo cán bộ").to_python()
    assert {row[0]: row[headings.index("Quá hạn")] for row in rows if row[headings.index("Quá hạn")]} == {"cuc": WEEKS}
    assert "tỉnh 01" in str(book.get_sheet_by_name("Theo tỉnh").to_python()[0][0])
    assert main(["control", "report", "--by", "kiem.01", "--area", "66", *days, "--out", str(out)], environ) == 2
    for by in ("an", "AN"):
        assert main(["control", "report", "--by", by, *days, "--out", str(out)], environ) == 2
    nowhere = ["--out", str(tmp_path / "none" / "r.xlsx")]
    assert main(["control", "report", "--by", "kiem.01", *days, *nowhere], environ) == 2
    ever = ["--from", "0001-01-01", "--to", "9999-12-31"]
    assert main(["control", "report", "--by", "kiem.01", *ever, "--out", str(out)], environ) == 2
    # what a sheet has no room for is told
    monkeypatch.setattr(control_workbook, "_LAST_ROW", 5)
    assert main(["control", "report", "--by", "kiem.01", *days, "--out", str(out)], environ) == 0
    figure = counted.figures[0]
    cut = CalamineWorkbook.from_path(out).get_sheet_by_name(figure.title).to_python()
    total = len(counted.cases[figure.code])
    assert (len(cut), f"chỉ chứa 2 dòng đầu trong {total:,}" in str(cut[1][0])) == (5, True)
