"""Changes of households whose members are found by other keys then, with `motma check` clean after each."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from benchmarks.intake_sheets import COMMUNE
from casework.audit.check import run_checks
from casework.home import create_home, open_home
from casework.office.queue import decide, listing
from casework.office.verdicts import Verdict
from casework.run import RunResult
from casework.types import Viewer
from pipelines.jobs import job_load, job_publish, job_run
from registry import people

COLUMNS = (
    *("bhxh_code", "household_code", "full_name", "birth_date", "sex", "personal_id"),
    *("birth_place_code", "birth_place_list", "residence_code", "residence_list", "relation_to_head", "status"),
)
HOUSEHOLD = "0100000099"
#: Old registers give a household two heads now and then.
HAU, TUYET, ANH = (
    ["0100000001", HOUSEHOLD, "Trần Văn Hậu", "1970-05-20", "M", "001070000001", "Chủ hộ"],
    ["0100000002", HOUSEHOLD, "Phạm Thị Tuyết", "1972-06-21", "F", "001172000002", "Chủ hộ"],
    ["0100000003", HOUSEHOLD, "Trần Thị Ngọc Ánh", "2008-07-29", "F", "001308000003", "Con"],
)
OFFICERS = (Viewer("officer.1", "test"), Viewer("officer.2", "test"))


class Office:
    """A home with these three people, and what senders tell of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        create_home(folder / "home", None, OFFICERS[0])
        self.home = open_home(folder / "home")
        with (folder / "register.csv").open("w", encoding="utf-8", newline="") as file:
            places = ["00025", "2025", "00025", "2025"]
            rows = [[*person[:6], *places, person[6], "active"] for person in (HAU, TUYET, ANH)]
            csv.writer(file).writerows([COLUMNS, *rows])
        job_load(self.home.folder, [folder / "register.csv"], None, "test")
        job_publish(self.home.folder, "test")

    def send(self, person: list[str], event: str, day: str, **told: str) -> dict[str, int]:
        """What waits after a file of one row."""
        return self.send_rows(self.row(person, event, day, **told))

    def row(self, person: list[str], event: str, day: str, **told: str) -> list[str]:
        row = {"event": event, "event_date": day, "full_name": person[2], "bhxh_code": person[0], **told}
        row["birth_date"] = "/".join(reversed(person[3].split("-")))
        row["sex"] = {"M": "Nam", "F": "Nữ"}[person[4]]
        row.setdefault("personal_id", person[5])
        return [row.get(column, "") for column in (*COMMUNE.columns, "residence_code")]

    def send_rows(self, *rows: list[str]) -> dict[str, int]:
        """What waits after a file of some rows, which are linked, and break no promise."""
        result = self.run_rows(*rows)
        assert result.outcomes == {"linked": len(rows)}
        return result.waiting

    def run_rows(self, *rows: list[str]) -> RunResult:
        """What came of a file of some rows, which break no promise."""
        path = self.folder / "change.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[*COMMUNE.heading, "Mã xã nơi cư trú"], *rows])
        result = job_run(self.home.folder, [path], None, "test").result
        self.check()
        return result

    def check(self) -> None:
        assert [(check.name, check.rows) for check in run_checks(self.home) if check.rows] == []

    def record(self, person: list[str]) -> dict[str, Any]:
        with self.home.ledger.reading() as session:
            records = people.records(session, range(1, 6), OFFICERS[0]).to_dicts()
        return next(record for record in records if record["full_name"] == person[2])


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.mark.parametrize("relation", ["Chủ hộ", "Con"])
def test_a_move_out_from_before_the_move_in_is_kept_and_changes_nothing_now(office: Office, relation: str) -> None:
    office.send(ANH, "Chuyển đến", "18/10/2026", household_code="0199999999", relation_to_head=relation)
    office.send(ANH, "Chuyển đi", "10/10/2026")
    assert office.record(ANH)["household_code"] == "0199999999"
    office.send(ANH, "Chuyển đi", "19/10/2026")
    assert office.record(ANH)["household_code"] is None


@pytest.mark.parametrize(("event", "left"), [("Chuyển đi", {2, 3}), ("Chết", {1, 2, 3})])
def test_where_one_of_two_heads_leaves_or_dies_the_others_are_found_by_the_other(
    office: Office, event: str, left: set[int]
) -> None:
    office.send(ANH, "Chuyển đi", "01/10/2026")
    office.send(ANH, "Chuyển đến", "02/10/2026", household_code=HOUSEHOLD, relation_to_head="Con")
    assert office.record(ANH)["head_name"] == HAU[2]
    assert office.send(HAU, event, "03/10/2026") == {}
    assert office.record(ANH)["head_name"] == TUYET[2]
    with office.home.ledger.reading() as session:
        ids = {member.person_id for member in people.members(session, [HOUSEHOLD], OFFICERS[0])}
    assert ids == left


def test_where_officers_agree_to_the_death_of_one_of_two_heads_too(office: Office) -> None:
    office.send(ANH, "Chuyển đi", "01/10/2026")
    office.send(ANH, "Chuyển đến", "02/10/2026", household_code=HOUSEHOLD, relation_to_head="Con")
    told = {"personal_id": "", "bhxh_code": "", "household_code": HOUSEHOLD}
    assert office.send(HAU, "Chết", "03/10/2026", **told) == {"death": 1}
    (item,) = listing(office.home, None, 10, OFFICERS[0]).items
    for officer in OFFICERS:
        decide(office.home, item.item_id, Verdict("approve"), officer)
    assert office.record(HAU)["status"] == "deceased"
    assert office.record(ANH)["head_name"] == TUYET[2]
    office.check()


def test_a_new_head_follows_in_the_same_file_the_one_who_leaves(office: Office) -> None:
    office.send(TUYET, "Chuyển đi", "01/10/2026")
    leaves = office.row(HAU, "Chuyển đi", "02/10/2026")
    joins = office.row(TUYET, "Chuyển đến", "03/10/2026", household_code=HOUSEHOLD, relation_to_head="Chủ hộ")
    assert office.send_rows(leaves, joins) == {}
    assert office.record(ANH)["head_name"] == TUYET[2]


def test_a_member_who_moved_before_the_new_head_came_is_found_by_both_changes_of_one_file(office: Office) -> None:
    office.send(TUYET, "Chuyển đi", "01/10/2026")
    office.send(HAU, "Chuyển đi", "02/10/2026")
    moves = office.row(ANH, "Chuyển đến", "03/10/2026", household_code=HOUSEHOLD, residence_code="10441")
    joins = office.row(TUYET, "Chuyển đến", "04/10/2026", household_code=HOUSEHOLD, relation_to_head="Chủ hộ")
    assert office.send_rows(moves, joins) == {}
    found = office.record(ANH)
    assert (found["residence_code"], found["head_name"]) == ("10441", TUYET[2])


def test_a_newborn_is_found_by_the_name_of_a_head_who_comes_in_a_later_row_of_the_file(office: Office) -> None:
    house = {"household_code": "0100000077", "birth_place_code": "00025", "residence_code": "00025"}
    born = ["", "", "Lạc Gia Bảo", "2026-09-05", "M", ""]
    head = ["", "", "Lạc Thế Vinh", "1989-02-11", "M", "001089000888"]
    result = office.run_rows(
        office.row(born, "Sinh", "05/10/2026", relation_to_head="Con", **house),
        office.row(head, "Bổ sung", "05/10/2026", relation_to_head="Chủ hộ", **house),
    )
    assert result.outcomes == {"issued": 2}
    assert office.record(born)["head_name"] == head[2]
