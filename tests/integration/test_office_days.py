"""An office's days in any order keep every promise; the long run of the same is `make torture`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from casework.deciding import settle
from registry import deliveries, plans
from tests.engines import Model, Places
from tests.torture.desk import OFFICERS, WRITING, Strike, make_model
from tests.torture.office_machine import OfficeMachine, machine_on, play
from tests.torture.people import Report

SEED = 31


@pytest.fixture(scope="module")
def model(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Model:
    made = Model(tmp_path_factory.mktemp("days") / "home", places.new())
    make_model(made)
    return made


@pytest.mark.slow
def test_days_in_any_order(model: Model, places: Places, tmp_path: Path) -> None:
    counts = play(model, places, tmp_path, SEED, rounds=3, steps=8, shrinks=False)
    assert counts["steps"] >= 24


#: a person whom nobody knows, without a number, and the death of one who is known by name and date
NEW = Report(5, 0, 0, "none", False, False, False, 1, None, 1)
DEATH = Report(3, 4, 0, "none", False, True, False, 1, None, 1)


@pytest.fixture
def days(model: Model, places: Places, tmp_path: Path) -> Iterator[OfficeMachine]:
    machine = machine_on(model, places, tmp_path)()
    yield machine
    machine.close()


def test_commands_are_struck_and_run_again(days: OfficeMachine) -> None:
    for passing in (2, 5):
        days.send(source="xa-01", written=[NEW, DEATH], halves=False, strike=Strike(WRITING, passing))
    assert days.counts["killed"] == 2
    days.holds()
    days.cleared(0)


def test_what_was_said_is_taken_back_though_the_process_was_killed(days: OfficeMachine) -> None:
    days.send(source="xa-01", written=[DEATH], halves=False, strike=None)
    days.verdict(which=0, how="return", officer=OFFICERS[0], strike=None)
    days.taken_back(which=0, officer=OFFICERS[1], strike=None)
    days.taken_back(which=0, officer=OFFICERS[0], strike=Strike("insert into undo", 1))
    assert (days.counts["undone"], days.counts["killed"]) == (1, 1)
    days.holds()
    days.cleared(0)


def test_two_codes_of_one_person_are_found(days: OfficeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(plans, "strange_keys", lambda *_: set())
        days.outrun(first=[NEW], second=[NEW._replace(spelling=1)], meanwhile="plan", place=0)
    with pytest.raises(AssertionError, match=r"about Vũ Ngọc Diễm is issued to [0-9]{10}, which nobody has; his is"):
        days.holds()


def test_a_lost_row_is_found(days: OfficeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    add_delivery = deliveries.add_delivery

    def forgetful(session: Any, delivery: Any, rows: list[Any], viewer: Any) -> object:
        return add_delivery(session, delivery, rows[1:], viewer)

    monkeypatch.setattr(deliveries, "add_delivery", forgetful)
    with pytest.raises(AssertionError, match="FileOutcome"):
        days.send(source="xa-01", written=[NEW, DEATH], halves=False, strike=None)
    with pytest.raises(AssertionError, match="2 rows went in"):
        days.holds()


def test_a_death_that_one_officer_recorded_is_found(days: OfficeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    days.send(source="xa-01", written=[DEATH], halves=False, strike=None)
    days.holds()
    monkeypatch.setitem(settle.AGREEING, "death", 1)
    days.verdict(which=0, how="truly", officer=OFFICERS[0], strike=None)
    with pytest.raises(AssertionError, match="Phan Văn Thiện is recorded as dead"):
        days.holds()
