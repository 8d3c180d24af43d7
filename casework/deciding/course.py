"""The course of changes: persons and households as each row of a plan finds them, and as it leaves them.

A plan's rows take effect one after the other, and later ones see what earlier ones changed. The same course is gone
twice: through a whole batch before anything is written, to foresee the keys that persons will have, and through the
rows of one transaction when they are applied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from casework.deciding.effects import HEAD, Effects, HouseholdState, PersonState, of_issue, of_link
from casework.deciding.rows import ANOTHERS_NUMBER, AT_THE_COUNTER
from casework.types import Viewer
from registry import alive, people
from registry.engine import Session


class Course:
    """Persons and households on their way.

    `changed` are the records of those whom the rows so far have changed, `was` what the ledger said of them before;
    `latest` are those whom the last row changed.
    """

    def __init__(
        self, session: Session, person_ids: Iterable[int], household_codes: Collection[str], viewer: Viewer
    ) -> None:
        self._session, self._viewer = session, viewer
        records, members = people.known_with_households(session, person_ids, household_codes, viewer)
        self.people = {person_id: _person_state(person_id, record) for person_id, record in records.items()}
        codes = {code for person in self.people.values() if (code := person.household_code) is not None}
        self.households = {code: _household_state(code, members.get(code, ())) for code in {*codes, *household_codes}}
        self.changed: dict[int, Mapping[str, Any]] = {}
        self.was: dict[int, Mapping[str, Any]] = {}
        self.latest: set[int] = set()

    def read_members(self, meanings: Iterable[Mapping[str, Any]]) -> None:
        """Reads, at once, everybody in households whose head may come or go by these rows."""
        heads = (person.household_code for person in self.people.values() if person.record["relation_to_head"] == HEAD)
        named = (row["household_code"] for row in meanings if row["relation_to_head"] == HEAD)
        households = (self.households[code] for code in {*heads, *named} - {None})
        self._read(member for household in households for member in household.members)

    def issue(self, person_id: int, meaning: Mapping[str, Any]) -> Effects:
        """A new person, as the row says him, joins the household that it names."""
        self.latest.clear()
        household = self.households.get(meaning["household_code"])
        effects = of_issue(person_id, meaning, household)
        self._leave_behind(PersonState(person_id, after_issue(meaning, household, effects)), meaning, effects)
        self.changed[person_id] = self.people[person_id].record
        return effects

    def link(self, person_id: int, meaning: Mapping[str, Any], *, may_record_death: bool) -> Effects:
        """What the row changes of a known person."""
        self.latest.clear()
        person, household = self.people[person_id], self.households.get(meaning["household_code"])
        is_sure = may_record_death and not (meaning["event"] == "death" and self._takes_two(person_id, meaning))
        effects = of_link(person, meaning, household, may_record_death=is_sure)
        after = replace(person, record=after_change(person.record, household, effects))
        self._leave_behind(after, meaning, effects)
        if person.record["relation_to_head"] == HEAD:
            self._lose_head(person, effects)
        return effects

    def _takes_two(self, person_id: int, meaning: Mapping[str, Any]) -> bool:
        """Whether a death waits for two people even where its number agrees.

        At the counter an officer took the number from the register; of somebody called dead wrongly before it was no
        proof.
        """
        return AT_THE_COUNTER in meaning["flags"] or alive.was_taken_back(self._session, person_id)

    def _leave_behind(self, person: PersonState, meaning: Mapping[str, Any], effects: Effects) -> None:
        if effects.membership is not None and not effects.is_past:
            person = replace(person, since=meaning["event_date"])
        before = self.people.get(person.person_id)
        self.people[person.person_id] = person
        if effects.membership is not None or effects.changes:
            self._note(person, before)
        household = self.households.get(person.household_code or "")
        if household is None or effects.membership is None or effects.is_past:
            return
        members = household.members | {person.person_id}
        if person.record["relation_to_head"] == HEAD:
            # a new head is the name by which the whole household is found
            name, heads = person.record["full_name"], household.heads | {person.person_id}
            self.households[household.household_code] = replace(household, heads=heads, members=members, head_name=name)
            self._name_head(household.members - {person.person_id}, name)
        else:
            self.households[household.household_code] = replace(household, members=members)

    def _lose_head(self, person: PersonState, effects: Effects) -> None:
        """A head who leaves or dies: another head, where there is one, is then who the members are found by."""
        household = self.households.get(person.household_code or "")
        leaves = effects.membership is not None and not effects.is_past
        if household is None or not (leaves or effects.changes.get("status") == "deceased"):
            return
        heads, members, name = household.heads - {person.person_id}, household.members, household.head_name
        if leaves:
            members, name = members - {person.person_id}, None
        if heads:
            self._read([min(heads)])
            name = self.people[min(heads)].record["full_name"]
            self._name_head(members, name)
        self.households[household.household_code] = replace(household, heads=heads, members=members, head_name=name)

    def _name_head(self, members: Collection[int], name: str | None) -> None:
        self._read(members)
        for member in members:
            person = self.people[member]
            self.people[member] = replace(person, record={**person.record, "head_name": name})
            self._note(self.people[member], person)

    def _note(self, person: PersonState, before: PersonState | None) -> None:
        self.changed[person.person_id] = person.record
        self.latest.add(person.person_id)
        if before is not None:
            self.was.setdefault(person.person_id, before.record)

    def _read(self, person_ids: Iterable[int]) -> None:
        unread = set(person_ids) - self.people.keys()
        if unread:
            for person_id, record in people.known(self._session, unread, self._viewer).items():
                self.people[person_id] = _person_state(person_id, record)


def after_issue(meaning: Mapping[str, Any], household: HouseholdState | None, effects: Effects) -> dict[str, Any]:
    """The record of a person for whom a code is issued, but for the code."""
    unsettled = dict.fromkeys(("household_code", "relation_to_head", "head_name", "bhxh_code"))
    record = {**meaning, **unsettled, "status": "active"}
    if ANOTHERS_NUMBER in meaning["flags"]:
        record["personal_id"] = None
    return after_change(record, household, effects)


def after_change(record: Mapping[str, Any], household: HouseholdState | None, effects: Effects) -> dict[str, Any]:
    """The record once the effects have been applied to it."""
    after = {**record, **effects.changes}
    if effects.membership is not None and not effects.is_past:
        after["household_code"], after["relation_to_head"] = effects.membership
        is_head = after["relation_to_head"] == HEAD
        after["head_name"] = after["full_name"] if is_head else None
        if household is not None and after["household_code"] is not None and not is_head:
            after["head_name"] = household.head_name
    return after


def _person_state(person_id: int, record: Mapping[str, Any]) -> PersonState:
    return PersonState(person_id, record, record["member_since"])


def _household_state(household_code: str, held: Collection[people.Member]) -> HouseholdState:
    """A household as it stands by its members and those who have left it; one not known yet has neither."""
    head = people.head_of(held)
    living = frozenset(m.person_id for m in held if m.relation == HEAD and m.status == "active")
    everyone = frozenset(member.person_id for member in held)
    return HouseholdState(household_code, living, everyone, None if head is None else head.full_name)
