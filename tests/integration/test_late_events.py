"""An event that comes after a later one of the same person is kept, and changes nothing of how he stands now."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from benchmarks.intake_sheets import COMMUNE
from casework.check import run_checks
from casework.home import open_home
from casework.types import Home, Viewer
from pipelines.jobs import job_run
from registry import people

SAMPLES = Path(__file__).parents[2] / "data_samples"
VIEWER = Viewer("officer.1", "test")


@pytest.fixture
def home(decided_home: Path, tmp_path: Path) -> Home:
    shutil.copytree(decided_home, tmp_path / "home")
    return open_home(tmp_path / "home")


def somebody(home: Home, relation: str) -> tuple[int, dict[str, str]]:
    """(person_id, extract row) of somebody with this relation, of whom no sender has said anything yet."""
    with home.ledger.reading() as session:
        since = people.members_since(session, range(1, 500))
        records = people.records(session, since, VIEWER).to_dicts()
    silent = {r["active_code"]: r["record_id"] for r in records if since[r["record_id"]] is None}
    with (SAMPLES / "register.csv").open(encoding="utf-8", newline="") as file:
        return next(
            (silent[row["bhxh_code"]], row)
            for row in csv.DictReader(file)
            if row["bhxh_code"] in silent
            and (row["relation_to_head"], row["status"]) == (relation, "active")
            and len(row["birth_date"]) == 10
            and len(row["personal_id"]) == 12
        )


def send(home: Home, folder: Path, person: dict[str, str], told: dict[str, str]) -> dict[str, int]:
    """The outcomes of a commune's file of one row about him."""
    row = {
        "full_name": person["full_name"],
        "birth_date": "/".join(reversed(person["birth_date"].split("-"))),
        "sex": {"M": "Nam", "F": "Nữ"}[person["sex"]],
        "personal_id": person["personal_id"],
        "bhxh_code": person["bhxh_code"],
        **told,
    }
    folder.mkdir()
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COMMUNE.heading, [row.get(column, "") for column in COMMUNE.columns]])
    return job_run(home.folder, [folder], None, "test").result.outcomes


@pytest.mark.parametrize("relation", ["Chủ hộ", "Con"])
def test_a_move_out_from_before_the_move_in(home: Home, tmp_path: Path, relation: str) -> None:
    person_id, person = somebody(home, relation)
    arrives = {"household_code": "0199999999", "relation_to_head": relation, "event_date": "18/10/2026"}
    assert send(home, tmp_path / "1", person, {"event": "Chuyển đến", **arrives}) == {"linked": 1}
    assert send(home, tmp_path / "2", person, {"event": "Chuyển đi", "event_date": "10/10/2026"}) == {"linked": 1}
    with home.ledger.reading() as session:
        (record,) = people.records(session, [person_id], VIEWER).to_dicts()
        assert people.members_since(session, [person_id]) == {person_id: "2026-10-18"}
    assert record["household_code"] == "0199999999"
    assert [(check.name, check.rows) for check in run_checks(home) if check.rows] == []
    assert send(home, tmp_path / "3", person, {"event": "Chuyển đi", "event_date": "19/10/2026"}) == {"linked": 1}
    with home.ledger.reading() as session:
        (record,) = people.records(session, [person_id], VIEWER).to_dicts()
    assert record["household_code"] is None
    assert [(check.name, check.rows) for check in run_checks(home) if check.rows] == []
