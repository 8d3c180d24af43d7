"""What a link or an issue changes: persons, households, deaths, requests to correct.

Pure rules on plain values; `casework.deciding.course` reads what they need, `casework.deciding.writing` writes what
they give.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from casework.deciding.rows import ANOTHERS_NUMBER
from matching.text import fold, has_marks, norm_name

HEAD = "head"
_NAMES = ("full_name", "father_name", "mother_name")
_NUMBERS = ("personal_id", "old_id")
#: identity values whose change a correction may ask for
CORRECTABLE = ("full_name", "birth_date", "sex", *_NUMBERS, "father_name", "mother_name")
_RESIDENCE = ("residence_code", "residence_list", "residence_name", "address")


@dataclass(frozen=True)
class HouseholdState:
    """A household as it stands, known or not yet: its living heads, its members, and its head's name."""

    household_code: str
    heads: frozenset[int]
    members: frozenset[int]
    head_name: str | None


@dataclass(frozen=True)
class PersonState:
    """A person as the ledger knows him: the record, with the current household's code and the status.

    `since` is the date (yyyy-mm-dd) of the event by which he is where he is, None where none is known.
    """

    person_id: int
    record: Mapping[str, Any]
    since: str | None = None

    @property
    def household_code(self) -> str | None:
        """The code of the household that he belongs to."""
        code: str | None = self.record["household_code"]
        return code

    @property
    def is_deceased(self) -> bool:
        """Whether his death is recorded."""
        return bool(self.record["status"] == "deceased")


@dataclass
class Effects:
    """What is to be written for one row."""

    #: (household_code or None, relation): the membership from the event's date on
    membership: tuple[str | None, str | None] | None = None
    #: whether that date lies before the one since which he is where he is: it is kept, and he stays where he is
    is_past: bool = False
    #: values of the person that change, with the status where it does
    changes: dict[str, Any] = field(default_factory=dict)
    #: kinds of queue items that open beside the link: death, household
    waits: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)


def of_issue(person_id: int, meaning: Mapping[str, Any], household: HouseholdState | None) -> Effects:
    """The effects of a new code: the person joins the household that the row names."""
    effects = Effects()
    _join(effects, person_id, meaning, household)
    return effects


def of_link(
    person: PersonState, meaning: Mapping[str, Any], household: HouseholdState | None, *, may_record_death: bool
) -> Effects:
    """The effects of a change of a known person."""
    effects = Effects()
    event = meaning["event"]
    if event == "death":
        if not person.is_deceased:
            if may_record_death:
                effects.changes["status"] = "deceased"
            else:
                effects.waits.append("death")
    elif event == "correction":
        effects.requests = change_requests(person.record, meaning)
    elif event == "move_out":
        _leave(effects, person, household)
    elif event == "move_in":
        _move(effects, person, meaning, household)
    elif household is not None and household.household_code != person.household_code:
        # a birth or an addition claims somebody who belongs elsewhere: an officer looks at it
        if person.household_code is None:
            _join(effects, person.person_id, meaning, household)
        else:
            effects.waits.append("household")
    return _as_of_its_day(effects, person, meaning)


def of_agreement(person: PersonState, meaning: Mapping[str, Any]) -> Effects:
    """The effects of a household change that an officer agreed to, whatever stood in its way."""
    effects = Effects()
    if meaning["event"] == "move_out":
        effects.membership = (None, None)
    else:
        effects.membership = (meaning["household_code"], meaning["relation_to_head"])
        if meaning["event"] == "move_in":
            _change_residence(effects, person, meaning)
    return _as_of_its_day(effects, person, meaning)


def _as_of_its_day(effects: Effects, person: PersonState, meaning: Mapping[str, Any]) -> Effects:
    """The effects, where those of a move from before the last one leave household and residence as they are."""
    is_move = effects.membership is not None or meaning["event"] == "move_in"
    effects.is_past = is_move and (meaning["event_date"] or "") < (person.since or "")
    if effects.is_past:
        effects.changes = {name: value for name, value in effects.changes.items() if name not in _RESIDENCE}
    return effects


def _join(effects: Effects, person_id: int, meaning: Mapping[str, Any], household: HouseholdState | None) -> None:
    if household is None:
        return
    relation = meaning["relation_to_head"]
    if relation == HEAD and household.heads - {person_id}:
        effects.waits.append("household")
    else:
        effects.membership = (household.household_code, relation)


def _leave(effects: Effects, person: PersonState, household: HouseholdState | None) -> None:
    if person.household_code is None:
        return
    if household is not None and household.household_code != person.household_code:
        effects.waits.append("household")
    else:
        effects.membership = (None, None)


def _move(effects: Effects, person: PersonState, meaning: Mapping[str, Any], household: HouseholdState | None) -> None:
    if household is not None and household.household_code != person.household_code:
        _join(effects, person.person_id, meaning, household)
    if not effects.waits:
        _change_residence(effects, person, meaning)


def _change_residence(effects: Effects, person: PersonState, meaning: Mapping[str, Any]) -> None:
    moved = {name: meaning[name] for name in _RESIDENCE}
    if meaning["residence_code"] is not None and any(moved[name] != person.record.get(name) for name in _RESIDENCE):
        effects.changes.update(moved)


def change_requests(record: Mapping[str, Any], meaning: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The identity values that a correction gives otherwise than the ledger: field, old_value, new_value.

    A blank asks for nothing; a name without any marks, and a date that only says less, are no other value; a number
    known to be another person's is not asked for.
    """
    found = []
    for name in CORRECTABLE:
        old, new = record.get(name), meaning[name]
        if new is None or (name == "personal_id" and ANOTHERS_NUMBER in meaning["flags"]):
            continue
        if old is None or not _says_the_same(name, old, new):
            found.append({"field": name, "old_value": old, "new_value": new})
    return found


def _says_the_same(name: str, old: str, new: str) -> bool:
    if name in _NAMES:
        return norm_name(old) == norm_name(new) or (not has_marks(new) and fold(old) == fold(new))
    if name == "birth_date":
        return old.startswith(new)
    return old == new
