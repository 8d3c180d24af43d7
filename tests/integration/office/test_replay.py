"""Decisions that are made again come out as they did, whatever happened since; what was altered is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from casework.audit.replay import Replayed, replay, sample
from casework.office.undo import undo_decision
from casework.types import Home, Viewer
from matching import model_files
from matching.model import MODELS
from matching.model_files import load_model
from tests.papers import EVERY_OUTCOME
from tests.planting import unguarded
from tests.story import ask

if TYPE_CHECKING:
    from .conftest import Office

CONTROL = Viewer("kiem.soat", "test")
DECISIONS = "select row_id, decision_no from decision where batch_id is not null order by row_id, decision_no"
HANH = "0111000002"
#: Lương Thị Hạnh or somebody else, twice
WEAK = "Bổ sung,Lương Thị Hanh,02/08/1975,Nữ,,,,,09676,09676,,,06/09/2025"
WEAK_AGAIN = "Bổ sung,Lương Thị Hanh,02/08/1975,Nữ,,,,,09676,09676,,,07/09/2025"


def told(home: Home, *, full: bool) -> list[Replayed]:
    """What comes of every decision of a home that was searched for."""
    wanted = [(row_id, number) for row_id, number in ask(home, DECISIONS)]
    assert wanted
    return replay(home, wanted, CONTROL, full=full)


def otherwise(found: list[Replayed]) -> list[Replayed]:
    """Those that do not come out the same."""
    return [each for each in found if each.result != "same"]


def linked(office: Office) -> int:
    """The id of the first row that was linked to a person whom the register knew."""
    ((row_id,),) = office.ask("select min(row_id) from decision where outcome = 'linked'")
    return int(row_id)


@pytest.mark.parametrize("full", [False, True], ids=["named", "full"])
def test_every_decision_comes_out_the_same(home: Home, full: bool) -> None:
    assert otherwise(told(home, full=full)) == []


def test_what_happened_since_changes_nothing(office: Office) -> None:
    office.run(office.file("a.csv", *EVERY_OUTCOME, WEAK))
    office.run(office.file("again.csv", *reversed(EVERY_OUTCOME)))
    (weak, *_) = [row for row in office.rows() if row.reason == "weak"]
    # a verdict, which is taken back and said again; what waits for the row is decided again with it
    item = office.item(weak)
    office.decide(item, "link", HANH)
    undone = undo_decision(office.home, item, office.viewer)
    office.run(office.file("b.csv", WEAK_AGAIN))
    office.publish()
    office.decide(undone.item_id, "not_same", HANH)
    office.run(office.file("c.csv", *EVERY_OUTCOME[2:4], EVERY_OUTCOME[6].replace("07/09", "09/09"), source="xa-02"))
    for full in (False, True):
        assert otherwise(told(office.home, full=full)) == []
    # what is counted of names is kept with three versions; from the ledger it is counted anew
    office.publish()
    office.run(office.file("d.csv", WEAK.replace("1975", "1976")))
    office.publish()
    office.publish()
    gone = otherwise(told(office.home, full=False))
    assert gone
    assert all("is not kept any more" in (each.why or "") for each in gone)
    assert otherwise(told(office.home, full=True)) == []


def test_a_decision_that_a_person_made_alone_is_replayed_up_to_it(office: Office) -> None:
    (row,) = office.run_lines("a.csv", WEAK)
    office.decide(office.item(row), "return", note="thiếu giấy khai sinh", by="minh")
    (found,) = replay(office.home, [(row.row_id, None)], CONTROL)
    assert (found.result, found.by_hand, found.decision_no, found.outcome) == ("same", "minh", 1, "review")
    assert office.main("log", "replay", str(row.row_id)) == 12
    assert office.main("log", "replay", str(row.row_id), "--no", "1") == 0
    assert office.main("log", "replay", str(row.row_id), "--no", "3") == 2


def test_who_said_what_before_is_told(office: Office) -> None:
    (row,) = office.run_lines("a.csv", WEAK)
    office.decide(office.item(row), "link", HANH, by="minh")
    (found,) = replay(office.home, [(row.row_id, None)], CONTROL, full=True)
    assert (found.result, found.outcome, found.words) == ("same", "linked", [("minh", "same")])


ALTERED = {
    "weight": ("update decision_candidate set match_weight = match_weight + 1 where rank = 1", "candidate 1: weight"),
    "person": (
        "update person_version set full_name = 'Đỗ Quang Khánh', birth_date = '1971-04-13' "
        "where full_name = 'Đỗ Quang Khải'",
        "outcome",
    ),
    "code": ("update code_status set status = 'disputed'", "outcome"),
    "log": (
        'update log_entry set content = replace(content, \'"outcome":"linked"\', \'"outcome":"issued"\')',
        "log: outcome",
    ),
    "code of the decision": ("update decision set bhxh_code = '0111000002'", "log: code"),
    "who decided": ("update decision set decided_by = 'officer.9'", "log: by"),
    "when": ("update decision set decided_at = '2026-01-01T00:00:00Z'", "log: at"),
    "code of the entry": (
        "update log_entry set content = replace(content, '\"code\":\"', '\"code\":\"0') where act = 'decision'",
        "log: code",
    ),
    "step": (
        "update log_entry set content = replace(content, '\"hits\":', '\"hits\":1') where act = 'search_step'",
        "log: step code",
    ),
}


@pytest.mark.parametrize("what", ALTERED)
@pytest.mark.parametrize("full", [False, True], ids=["named", "full"])
def test_what_was_altered_is_named(office: Office, what: str, full: bool) -> None:
    office.run(office.file("a.csv", "Bổ sung,Đỗ Quang Khải,14/03/1971,Nam,001071000111,,,,09676,09676,,,06/09/2025"))
    row_id = linked(office)
    assert otherwise(told(office.home, full=full)) == []
    script, field = ALTERED[what]
    with unguarded(office.home) as ledger:
        ledger.run(f"{script};")
    (found,) = replay(office.home, [(row_id, None)], CONTROL, full=full)
    assert (found.result, found.differences[0].field) == ("different", field)
    assert found.differences[0].decided != found.differences[0].replayed


def test_an_altered_model_is_named_and_a_missing_one_is_said(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    office.run(office.file("a.csv", *EVERY_OUTCOME))
    row_id, version = linked(office), load_model().version
    shutil.copytree(MODELS, tmp_path / "models")
    monkeypatch.setattr(model_files, "MODELS", tmp_path / "models")
    model = tmp_path / "models" / f"{version}.toml"
    model.write_text(model.read_text(encoding="utf-8").replace("addition = 0.5", "addition = 0.4"), encoding="utf-8")
    found = otherwise(told(office.home, full=False))
    assert found
    assert {each.differences[0].field for each in found} <= {"posterior", "outcome"}
    model.unlink()
    assert office.main("log", "replay", str(row_id)) == 12
    assert f"model {version}" in capsys.readouterr().out


def test_a_sample_is_replayed_for_the_control_team(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.run(office.file("a.csv", *EVERY_OUTCOME))
    assert sample(office.home, 3, 5) == sample(office.home, 3, 5) != sample(office.home, 3, 6)
    assert office.main("log", "replay", "--sample", "3", "--seed", "5", "--json", "--by", "kiem.soat") == 0
    rows = [each["row_id"] for each in json.loads(capsys.readouterr().out)]
    assert len(rows) == 3
    logged = office.ask("select row_id, logged_by from log_entry where act = 'replay' order by entry_no")
    assert logged == [(row_id, "kiem.soat") for row_id in rows]
    assert office.broken() == {}
