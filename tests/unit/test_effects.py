"""What a link or an issue changes, and the record that it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from casework.deciding.course import after_change, after_issue
from casework.deciding.effects import (
    Effects,
    HouseholdState,
    PersonState,
    change_requests,
    of_agreement,
    of_issue,
    of_link,
)
from casework.deciding.foresee import record_digest
from matching.schemas import EVENTS, RECORD

HOME, OTHER = "0100005955", "0100009999"
SELF, HUSBAND, NEIGHBOUR = 7, 8, 9


def person(**known: Any) -> PersonState:
    """Nguyễn Thị Thu Hà, wife in the household of her husband."""
    record = {
        **dict.fromkeys(RECORD),
        "full_name": "Nguyễn Thị Thu Hà",
        "birth_date": "1986-07-14",
        "sex": "F",
        "personal_id": "001186123456",
        "household_code": HOME,
        "relation_to_head": "spouse",
        "head_name": "Trần Văn Hùng",
        "residence_code": "10441",
        "residence_list": "2025",
        "address": "Số 5",
        "bhxh_code": "0105564797",
        "codes": ["0105564797"],
        "status": "active",
        **known,
    }
    return PersonState(SELF, record)


def row(event: str, **told: Any) -> dict[str, Any]:
    """What an understood row says; nothing but the event and the name where a test does not say more."""
    return {
        **dict.fromkeys(RECORD),
        "event": event,
        "event_date": None,
        "full_name": "Nguyễn Thị Thu Hà",
        "flags": [],
    } | told


def household(code: str, heads: Mapping[int, str] | None = None, *, living: bool = True) -> HouseholdState:
    found = heads or {}
    name = next(iter(found.values()), None)
    return HouseholdState(code, frozenset(found if living else ()), frozenset(found), name)


def link(told: Mapping[str, Any], known: PersonState | None = None, home: HouseholdState | None = None) -> Effects:
    return of_link(known or person(), told, home, may_record_death=True)


NOTHING = Effects()


# a new code ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["birth", "addition", "move_in"])
def test_a_new_person_joins_the_household_of_the_row(event: str) -> None:
    told = row(event, household_code=HOME, relation_to_head="child")
    home = household(HOME, {HUSBAND: "Trần Văn Hùng"})
    assert of_issue(SELF, told, home) == Effects(membership=(HOME, "child"))


def test_a_new_person_of_a_row_without_household_joins_none() -> None:
    assert of_issue(SELF, row("birth", relation_to_head="child"), None) == NOTHING


def test_a_new_person_founds_a_household_as_its_head() -> None:
    told = row("addition", household_code=HOME, relation_to_head="head")
    assert of_issue(SELF, told, household(HOME)) == Effects(membership=(HOME, "head"))


def test_a_second_living_head_waits_and_gets_the_code() -> None:
    told = row("addition", household_code=HOME, relation_to_head="head")
    assert of_issue(SELF, told, household(HOME, {HUSBAND: "Trần Văn Hùng"})) == Effects(waits=["household"])


def test_a_new_head_follows_a_dead_one() -> None:
    told = row("addition", household_code=HOME, relation_to_head="head")
    home = household(HOME, {HUSBAND: "Trần Văn Hùng"}, living=False)
    assert of_issue(SELF, told, home) == Effects(membership=(HOME, "head"))


# births and additions of a known person -----------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["birth", "addition"])
class TestClaims:
    def test_a_row_of_his_own_household_changes_nothing(self, event: str) -> None:
        told = row(event, household_code=HOME, relation_to_head="child", full_name="NGUYEN THI THU HA", sex="M")
        assert link(told, home=household(HOME)) == NOTHING

    def test_a_row_without_household_changes_nothing(self, event: str) -> None:
        assert link(row(event)) == NOTHING

    def test_whoever_belongs_nowhere_joins(self, event: str) -> None:
        told = row(event, household_code=HOME, relation_to_head="spouse")
        assert link(told, person(household_code=None), household(HOME)) == Effects(membership=(HOME, "spouse"))

    def test_whoever_belongs_elsewhere_waits(self, event: str) -> None:
        told = row(event, household_code=OTHER, relation_to_head="child")
        assert link(told, home=household(OTHER)) == Effects(waits=["household"])

    def test_whoever_belongs_nowhere_and_would_be_a_second_head_waits(self, event: str) -> None:
        told = row(event, household_code=HOME, relation_to_head="head")
        home = household(HOME, {HUSBAND: "Trần Văn Hùng"})
        assert link(told, person(household_code=None), home) == Effects(waits=["household"])


# moves --------------------------------------------------------------------------------------------------------------

MOVED = {"residence_code": "30238", "residence_list": "2025", "residence_name": None, "address": "Số 9"}


def test_moving_in_changes_household_and_residence() -> None:
    told = row("move_in", household_code=OTHER, relation_to_head="child", **MOVED)
    found = link(told, home=household(OTHER, {NEIGHBOUR: "Lê Thị Mai"}))
    assert found == Effects(membership=(OTHER, "child"), changes=MOVED)


def test_moving_in_without_household_changes_the_residence_alone() -> None:
    assert link(row("move_in", **MOVED)) == Effects(changes=MOVED)


def test_moving_in_where_one_belongs_changes_what_differs() -> None:
    told = row("move_in", household_code=HOME, relation_to_head="child", **MOVED)
    assert link(told, home=household(HOME)) == Effects(changes=MOVED)
    same = {**MOVED, "residence_code": "10441", "address": "Số 5"}
    assert link(row("move_in", household_code=HOME, **same), home=household(HOME)) == NOTHING


def test_moving_in_without_a_commune_changes_no_residence() -> None:
    told = row("move_in", household_code=OTHER, relation_to_head="child", address="Số 9")
    assert link(told, home=household(OTHER)) == Effects(membership=(OTHER, "child"))


def test_moving_in_as_a_second_head_waits_as_a_whole() -> None:
    told = row("move_in", household_code=OTHER, relation_to_head="head", **MOVED)
    assert link(told, home=household(OTHER, {NEIGHBOUR: "Lê Thị Mai"})) == Effects(waits=["household"])


@pytest.mark.parametrize("named", [None, HOME])
def test_moving_out_leaves_the_household(named: str | None) -> None:
    home = None if named is None else household(named)
    assert link(row("move_out", household_code=named), home=home) == Effects(membership=(None, None))


def test_moving_out_of_a_household_where_one_does_not_belong_waits() -> None:
    assert link(row("move_out", household_code=OTHER), home=household(OTHER)) == Effects(waits=["household"])


def test_moving_out_without_belonging_anywhere_changes_nothing() -> None:
    told = row("move_out", household_code=OTHER)
    assert link(told, person(household_code=None), household(OTHER)) == NOTHING


# deaths -------------------------------------------------------------------------------------------------------------


def test_a_death_with_an_agreeing_number_is_recorded() -> None:
    found = of_link(person(), row("death", household_code=OTHER), household(OTHER), may_record_death=True)
    assert found == Effects(changes={"status": "deceased"})


def test_a_death_without_one_waits() -> None:
    assert of_link(person(), row("death"), None, may_record_death=False) == Effects(waits=["death"])


@pytest.mark.parametrize("may_record_death", [True, False])
def test_a_death_recorded_already_changes_nothing(may_record_death: bool) -> None:
    known = person(status="deceased")
    assert of_link(known, row("death"), None, may_record_death=may_record_death) == NOTHING


# corrections --------------------------------------------------------------------------------------------------------


def test_a_correction_asks_and_changes_nothing() -> None:
    told = row("correction", birth_date="1986-07-15", household_code=OTHER, relation_to_head="head", **MOVED)
    request = {"field": "birth_date", "old_value": "1986-07-14", "new_value": "1986-07-15"}
    assert link(told, home=household(OTHER)) == Effects(requests=[request])


@pytest.mark.parametrize("event", [event for event in EVENTS if event != "correction"])
def test_no_other_event_asks_for_a_correction(event: str) -> None:
    told = row(event, full_name="Nguyễn Thị Hạ", birth_date="1990", sex="M", personal_id="001190654321")
    assert link(told).requests == []


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("full_name", "Nguyễn Thị Thu Hà", "Nguyễn Thị Thu Hạ"),
        ("full_name", "NGUYEN THI THU HA", "Nguyễn Thị Thu Hà"),
        ("full_name", "Nguyễn Thị Thu Hà", "NGUYEN THI HA"),
        ("birth_date", "1986", "1986-07-14"),
        ("birth_date", "1986-07-14", "1986-08"),
        ("birth_date", None, "1986"),
        ("sex", "F", "M"),
        ("personal_id", None, "001186123456"),
        ("old_id", "012345678", "012345679"),
        ("mother_name", None, "Lê Thị Mai"),
        ("father_name", "Nguyễn Văn An", "Nguyễn Văn Ân"),
    ],
)
def test_what_a_correction_asks_for(field: str, old: str | None, new: str) -> None:
    told = {**row("correction", full_name=None), field: new}
    assert change_requests({**person().record, field: old}, told) == [
        {"field": field, "old_value": old, "new_value": new}
    ]


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        pytest.param("full_name", "Nguyễn Thị Thu Hà", "NGUYEN THI THU HA", id="marks dropped"),
        pytest.param("full_name", "Đoàn Thị Thuý", "ĐOÀN THỊ THÚY", id="case and place of the tone mark"),
        pytest.param("birth_date", "1986-07-14", "1986-07", id="month and year of the date"),
        pytest.param("birth_date", "1986-07-14", "1986", id="year of the date"),
        pytest.param("sex", "F", None, id="blank"),
        pytest.param("mother_name", "Lê Thị Mai", "Lê Thị Mai", id="the same"),
        pytest.param("address", "Số 5", "Số 9", id="no identity value"),
    ],
)
def test_what_a_correction_does_not_ask_for(field: str, old: str, new: str | None) -> None:
    told = {**row("correction", full_name=None), field: new}
    assert change_requests({**person().record, field: old}, told) == []


def test_a_parents_number_is_not_asked_for() -> None:
    told = row("correction", personal_id="001160999999", flags=["personal_id_of_another"])
    assert change_requests(person().record, told) == []
    assert len(change_requests(person().record, {**told, "flags": []})) == 1


# the record that is left behind -------------------------------------------------------------------------------------


def test_a_new_person_is_as_the_row_says() -> None:
    told = row("birth", birth_date="2026-11-02", sex="F", household_code=HOME, relation_to_head="child")
    home = household(HOME, {HUSBAND: "Trần Văn Hùng"})
    after = after_issue(told, home, of_issue(0, told, home))
    assert {name: after[name] for name in (*RECORD, "status") if after[name] is not None} == {
        "full_name": "Nguyễn Thị Thu Hà",
        "birth_date": "2026-11-02",
        "sex": "F",
        "household_code": HOME,
        "relation_to_head": "child",
        "head_name": "Trần Văn Hùng",
        "status": "active",
    }


def test_a_code_claimed_by_the_row_is_not_the_new_persons() -> None:
    assert after_issue(row("addition", bhxh_code="0105564797"), None, NOTHING)["bhxh_code"] is None


def test_a_parents_number_is_not_the_new_persons() -> None:
    told = row("birth", personal_id="001160999999", flags=["personal_id_of_another"])
    assert after_issue(told, None, NOTHING)["personal_id"] is None
    assert after_issue({**told, "flags": []}, None, NOTHING)["personal_id"] == "001160999999"


def test_a_new_person_who_waits_for_a_household_has_none_and_no_head() -> None:
    told = row("birth", household_code=HOME, relation_to_head="head", head_name="Nguyễn Thị Thu Hà")
    after = after_issue(told, household(HOME), Effects(waits=["household"]))
    assert [after[name] for name in ("household_code", "relation_to_head", "head_name")] == [None, None, None]


@pytest.mark.parametrize(
    ("membership", "head_name"),
    [
        ((OTHER, "child"), "Lê Thị Mai"),
        ((OTHER, None), "Lê Thị Mai"),
        ((OTHER, "head"), "Nguyễn Thị Thu Hà"),
        ((None, None), None),
    ],
)
def test_a_change_of_household_brings_its_heads_name(
    membership: tuple[str | None, str | None], head_name: str | None
) -> None:
    before = person().record
    after = after_change(before, household(OTHER, {NEIGHBOUR: "Lê Thị Mai"}), Effects(membership=membership))
    changed = {"household_code": membership[0], "relation_to_head": membership[1], "head_name": head_name}
    assert after == {**before, **changed}


@pytest.mark.parametrize(
    ("day", "since", "is_past"),
    [
        ("2026-10-10", "2026-10-18", True),
        (None, "2026-10-18", True),
        ("2026-10-18", "2026-10-18", False),
        ("2026-10-18", "2026-10-10", False),
        ("2026-10-18", None, False),
        (None, None, False),
    ],
)
def test_a_change_of_household_from_before_the_last_one_is_kept_and_changes_nothing_now(
    day: str | None, since: str | None, is_past: bool
) -> None:
    known = PersonState(SELF, person().record, since)
    effects = link(row("move_out", event_date=day), known)
    assert effects == Effects(membership=(None, None), is_past=is_past)
    after = after_change(known.record, None, effects)
    assert (after == known.record) is is_past
    assert after["household_code"] == (HOME if is_past else None)


@pytest.mark.parametrize("home", [None, household(OTHER)])
def test_moving_in_before_the_last_move_leaves_household_and_residence_as_they_are(home: HouseholdState | None) -> None:
    known = PersonState(SELF, person().record, "2026-03-01")
    told = row("move_in", event_date="2026-01-10", household_code=None if home is None else OTHER,
               residence_code="09676", residence_list="2019", address="Số 9")  # fmt: skip
    effects = link(told, known, home)
    assert effects.is_past
    assert after_change(known.record, home, effects) == known.record
    agreed = of_agreement(known, {**told, "household_code": OTHER})
    assert agreed.is_past
    assert after_change(known.record, household(OTHER), agreed) == known.record


def test_changes_of_values_leave_the_household_alone() -> None:
    before = person().record
    assert after_change(before, household(OTHER), Effects(changes=MOVED)) == {**before, **MOVED}
    assert after_change(before, None, NOTHING) == before


def test_the_digest_of_a_record_changes_with_all_that_its_keys_are_made_of() -> None:
    before = person().record
    names = {*RECORD, "status"} - {"bhxh_code"}
    digests = {record_digest({**before, name: "another"}) for name in names}
    assert len(digests - {record_digest(before)}) == len(names)


def test_the_digest_of_a_record_depends_on_nothing_else() -> None:
    before = person(codes=["0900000001", "0105564797"]).record
    told = {**before, "codes": [], "bhxh_code": "0105564797", "flags": ["unnamed"], "person_id": 1}
    assert record_digest(told) == record_digest(dict(reversed(list(before.items()))))
