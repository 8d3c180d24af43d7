"""The control team's ladder: opened by hand and by rule, answered, raised, closed; nobody does another's part."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from casework.control import ladder
from casework.control.compliance import Period, compliance
from casework.control.ladder import MeasureRefusedError
from casework.control.ladder_by_rule import LadderResult, OfficersCase, follow_rules
from casework.errors import NotControlError, UsageError
from casework.office.accounts import Account, add_account, change_account
from casework.office.undo import undo_decision
from casework.policy import PolicyError
from casework.types import Scope, Viewer
from casework.vietnam_time import today, utc_moment
from tests.papers import EVERY_OUTCOME

if TYPE_CHECKING:
    from .conftest import Office

PHRASE = "ba con mèo vàng"
CHIEF = Viewer("chief", "accounts")
LAN, TEAM, OTHERS, BOSS = (Viewer(login, "kiểm soát") for login in ("lan", "kiem", "kiem.66", "tw"))
ANSWER = "Đã tra cứu lại, xin giải trình."

#: a policy under which a case of "out_of_hours" reminds, three of them warn, and a warning follows a reminder by itself
RULES = """
version = "test"
rung = [
  { code = "reminder", answer_days = 5, next_days = 2 },
  { code = "warning", answer_days = 3, next_days = 0 },
  { code = "proposal", answer_days = 3, next_days = 0 },
]
ground = [{ code = "out_of_hours", title = "làm đêm" }]
opens = [
  { figure = "out_of_hours", ground = "out_of_hours", rung = "reminder", cases = 1, days = 30 },
  { figure = "out_of_hours", ground = "out_of_hours", rung = "warning", cases = 3, days = 30 },
]
"""


@pytest.fixture
def team(office: Office) -> Office:
    """An office with an officer of province 01, and control teams of 01, of 66 and of the country."""
    for login, area, is_control in (
        ("lan", Scope("01"), False),
        ("kiem", Scope("01"), True),
        ("kiem.66", Scope("66"), True),
        ("tw", Scope(), True),
    ):
        add_account(office.home, Account(0, login, login.title(), area, False, None, is_control), PHRASE, CHIEF)
    return office


def set_rules(office: Office) -> None:
    """Gives the home the policy of these tests."""
    rules = office.home.folder / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "ladder.toml").write_text(RULES, encoding="utf-8")


def opened(office: Office, viewer: Viewer = TEAM, officer: str = "lan", rung: str = "reminder") -> ladder.Measure:
    """A measure about a late decision."""
    return ladder.open_measure(office.home, officer, "late", rung, viewer, said="Quá hạn ba ngày.", row_ids=[])


def night(case: str, days_ago: int = 0, officer: str = "lan") -> OfficersCase:
    """A case of a decision by night."""
    return OfficersCase("out_of_hours", case, None, utc_moment(today() - timedelta(days=days_ago)), officer)


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Some days go by."""
    monkeypatch.setattr("registry.engine.now", lambda: utc_moment(today() + timedelta(days=days)))


def why(error: pytest.ExceptionInfo[MeasureRefusedError]) -> str:
    return error.value.why


def test_the_whole_way(team: Office) -> None:
    row = team.run_lines("a.csv", "1,Bổ sung,Trần Văn Mới,02/02/1990,Nam,08995,,,,,,,,")[0]
    begun = ladder.open_measure(team.home, "lan", "late", "reminder", TEAM, said="Quá hạn.", row_ids=[row.row_id])
    assert (begun.rung, begun.act, begun.cases) == ("reminder", "opened", 1)
    assert date.fromisoformat(begun.answer_until) == today() + timedelta(days=5)
    assert ladder.stands(team.home, "lan") == (1, begun.answer_until)
    assert ladder.answer(team.home, begun.measure_id, ANSWER, LAN).act == "answered"
    assert ladder.stands(team.home, "lan") == (1, None)
    raised = ladder.escalate(team.home, begun.measure_id, "Vẫn tái diễn.", [], TEAM)
    assert (raised.rung, raised.is_waiting) == ("warning", True)
    assert ladder.close(team.home, begun.measure_id, "upheld", "Giữ nguyên.", BOSS).outcome == "upheld"
    view = ladder.show(team.home, begun.measure_id, LAN)
    assert [(step.act, step.said_by) for step in view.steps] == [
        ("opened", "kiem"),
        ("answered", "lan"),
        ("escalated", "kiem"),
        ("closed", "tw"),
    ]
    assert [(case.row_id, case.sheet_row) for case in view.cases] == [(row.row_id, 2)]
    assert not view.may_answer
    acts = team.ask("select act, logged_by from log_entry where act like 'measure%' order by entry_no")
    assert acts == [*(("measure", by) for by in ("kiem", "lan", "kiem", "tw")), ("measure_show", "lan")]
    # who was reminded and warned before may be proposed for sanction next time
    assert opened(team, rung="proposal").rung == "proposal"


def test_nobody_does_anothers_part(team: Office) -> None:
    for viewer, expected in ((LAN, "team"), (Viewer("nobody", "x"), "team"), (OTHERS, "area")):
        with pytest.raises(MeasureRefusedError) as caught:
            opened(team, viewer)
        assert why(caught) == expected
    with pytest.raises(MeasureRefusedError) as caught:
        opened(team, TEAM, "kiem")
    assert why(caught) == "own"
    with pytest.raises(MeasureRefusedError) as caught:
        opened(team, officer="nobody")
    assert why(caught) == "account"
    with pytest.raises(MeasureRefusedError) as caught:
        opened(team, rung="warning")
    assert why(caught) == "below"
    measure = opened(team).measure_id
    with pytest.raises(MeasureRefusedError) as caught:
        opened(team)
    assert why(caught) == "open"
    for viewer, expected in ((TEAM, "anothers"), (BOSS, "anothers")):
        with pytest.raises(MeasureRefusedError) as caught:
            ladder.answer(team.home, measure, ANSWER, viewer)
        assert why(caught) == expected
    for viewer, expected in ((LAN, "team"), (OTHERS, "area")):
        with pytest.raises(MeasureRefusedError) as caught:
            ladder.close(team.home, measure, "upheld", "x", viewer)
        assert why(caught) == expected
        with pytest.raises(MeasureRefusedError):
            ladder.of_the_area(team.home, None, LAN)
    with pytest.raises(MeasureRefusedError):
        ladder.show(team.home, measure, OTHERS)
    ladder.answer(team.home, measure, ANSWER, LAN)
    with pytest.raises(MeasureRefusedError) as caught:
        ladder.answer(team.home, measure, ANSWER, LAN)
    assert why(caught) == "answered"
    ladder.close(team.home, measure, "unfounded", "Cán bộ đúng.", TEAM)
    with pytest.raises(MeasureRefusedError) as caught:
        ladder.escalate(team.home, measure, "x", [], TEAM)
    assert why(caught) == "closed"
    # what was unfounded is no step below
    with pytest.raises(MeasureRefusedError) as caught:
        opened(team, rung="warning")
    assert why(caught) == "below"


def test_what_no_ledger_holds_is_not_there(team: Office) -> None:
    for act in (
        lambda: ladder.show(team.home, 10**30, TEAM),
        lambda: ladder.close(team.home, -(10**30), "upheld", "x", TEAM),
        lambda: opened(team, officer="la\0n"),
    ):
        with pytest.raises(UsageError):
            act()


def test_an_account_that_has_ended_is_of_no_team(team: Office) -> None:
    measure = opened(team).measure_id
    change_account(team.home, "kiem", {"expires_on": "2020-01-01"}, CHIEF)
    for act in (
        lambda: opened(team, officer="kiem.66"),
        lambda: ladder.close(team.home, measure, "upheld", "x", TEAM),
        lambda: ladder.show(team.home, measure, TEAM),
        lambda: ladder.of_the_area(team.home, None, TEAM),
    ):
        with pytest.raises(MeasureRefusedError):
            act()
    month = Period(today() - timedelta(days=30), today())
    with pytest.raises(NotControlError):
        compliance(team.home, month, Scope("01"), TEAM)


def test_each_team_sees_its_area(team: Office) -> None:
    opened(team)
    seen = {viewer.by: len(ladder.of_the_area(team.home, None, viewer)) for viewer in (TEAM, OTHERS, BOSS)}
    assert seen == {"kiem": 1, "kiem.66": 0, "tw": 1}
    assert [one.officer for one in ladder.against(team.home, LAN)] == ["lan"]
    assert ladder.against(team.home, TEAM) == []


def test_rules_open_once_and_from_the_lowest_rung(team: Office) -> None:
    set_rules(team)
    cases = [night("1"), night("2"), night("3"), night("old", days_ago=31), night("9", officer="máy")]
    first = follow_rules(team.home, cases, Viewer("operator", "rule"))
    assert first == LadderResult(first.opened, [], [("máy", 1)])
    (number,) = first.opened
    view = ladder.show(team.home, number, TEAM)
    assert (view.measure.rung, view.title) == ("reminder", "làm đêm")
    assert {case.case_id for case in view.cases} == {"1", "2", "3"}
    # the same cases open no other, nor does a new one while the matter is open
    assert follow_rules(team.home, [*cases, night("4")], TEAM).opened == []
    ladder.close(team.home, number, "upheld", "Giữ nguyên.", TEAM)
    assert follow_rules(team.home, cases, TEAM).opened == []
    (again,) = follow_rules(team.home, [*cases, night("4"), night("5"), night("6")], TEAM).opened
    assert ladder.show(team.home, again, TEAM).measure.rung == "warning"


def test_rules_raise_what_nobody_answered(team: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    set_rules(team)
    (number,) = follow_rules(team.home, [night("1")], TEAM).opened
    for days, raised in ((7, []), (8, [number]), (60, [])):
        later(monkeypatch, days)
        assert follow_rules(team.home, [], TEAM).escalated == raised
    measure = ladder.show(team.home, number, TEAM).measure
    assert (measure.rung, date.fromisoformat(measure.answer_until)) == ("warning", today() + timedelta(days=11))


def test_nothing_goes_by_rule_against_who_cannot_answer(team: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    set_rules(team)
    (number,) = follow_rules(team.home, [night("1")], TEAM).opened
    change_account(team.home, "lan", {"expires_on": today().isoformat()}, CHIEF)
    later(monkeypatch, 8)
    assert follow_rules(team.home, [], TEAM).escalated == []
    ladder.close(team.home, number, "upheld", "Đã nghỉ việc.", TEAM)
    assert follow_rules(team.home, [night("2")], TEAM) == LadderResult([], [], [("lan", 1)])


def test_a_faulty_policy_is_told_whole(team: Office) -> None:
    set_rules(team)
    file = team.home.folder / "rules" / "ladder.toml"
    file.write_text(RULES.replace('"warning", cases = 3', '"word", cases = 0').replace("version", "virsion"), "utf-8")
    with pytest.raises(PolicyError, match=r"virsion is no setting; version is missing; .*word is no rung; .*a count"):
        follow_rules(team.home, [], TEAM)
    for faulty, told in (
        (RULES.replace('figure = "', 'figure = "un'), "opens: un.* is no figure"),
        ('version = "test"\nrung = "x"', r"rung is no list of entries, each below \[\[rung\]\]"),
    ):
        file.write_text(faulty, "utf-8")
        with pytest.raises(PolicyError, match=told):
            follow_rules(team.home, [], TEAM)


def test_the_command_line_goes_the_whole_way(team: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def motma(*args: str, by: str = "kiem") -> int:
        return team.main("control", *args, "--by", by)

    assert motma("open", "lan", "--ground", "late", "--text", "Bốn hồ sơ quá hạn.") == 0
    number = team.ask("select measure_id from measure")[0][0]
    assert motma("answer", str(number), "--text", ANSWER) == 2
    assert "only the officer concerned answers" in capsys.readouterr().err
    assert motma("answer", str(number), "--text", ANSWER, by="lan") == 0
    assert motma("escalate", str(number), "--text", "Vẫn tái diễn.") == 0
    assert motma("letter", str(number), "--out", str(tmp_path / "a.docx")) == 0
    assert (tmp_path / "a.docx").read_bytes().startswith(b"PK")
    assert motma("letter", str(number), "--out", str(tmp_path / "a.txt")) == 2
    assert motma("close", str(number), "--as", "mended", "--text", "Đã sửa.") == 0
    capsys.readouterr()
    assert motma("list") == 0
    assert "kết thúc: đã khắc phục" in capsys.readouterr().out
    assert motma("list", "--own", by="lan") == 0
    assert motma("show", str(number), by="lan") == 0
    told = capsys.readouterr().out
    assert all(text in told for text in ("quyết định hồ sơ quá thời hạn", ANSWER, "Vẫn tái diễn.", "Đã sửa."))


def test_the_command_follows_the_figures_of_compliance(team: Office, capsys: pytest.CaptureFixture[str]) -> None:
    set_rules(team)
    file = team.home.folder / "rules" / "ladder.toml"
    file.write_text(RULES.replace("out_of_hours", "overturned"), "utf-8")
    row = next(row for row in team.run_lines("a.csv", *EVERY_OUTCOME) if row.outcome == "review")
    item = team.item(row)
    team.decide(item, "return", note="thiếu giấy khai sinh")
    undo_decision(team.home, item, LAN)
    for opened_now in (1, 0):
        assert team.main("control", "ladder", "--by", "operator") == 0
        assert f"Mở mới: {opened_now}. Nâng bước: 0." in capsys.readouterr().out
    (measure,) = ladder.of_the_area(team.home, "lan", TEAM)
    (case,) = ladder.show(team.home, measure.measure_id, LAN).cases
    assert (case.figure, case.row_id, case.source) == ("overturned", row.row_id, "xa-01")
