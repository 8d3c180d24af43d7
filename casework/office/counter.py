"""The counter: somebody looks a person up, and sees of others' areas little until he says why he opens a record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from casework.errors import UsageError
from casework.office.masking import is_within, masked
from casework.office.search import SearchHit, SearchResult, search
from casework.office.view import household_members
from casework.types import Home, Scope, Viewer
from registry import codes, log, people

_DATE = re.compile(r"(?<![\w/.-])(?:\d{1,2}[/.-]){0,2}\d{4}(?![\w/.-])")
_NUMBER = re.compile(r"(?<!\w)(?:[A-Za-z]{2}\d{13}|\d{9,12})(?!\w)")
#: digits → what a number of so many is looked up as; the form takes it otherwise
_BY_DIGITS = {9: "old_id", 10: "bhxh_code", 12: "personal_id", 15: "card_number"}


@dataclass(frozen=True)
class ShownHit:
    """A person who was found, and whether what is shown of him is masked: then it has no weights, sentence, members."""

    hit: SearchHit
    is_masked: bool


@dataclass(frozen=True)
class CounterResult:
    """What was searched by which steps, who was found, and how many in all."""

    steps: Sequence[tuple[str, str, int]]
    hits: Sequence[ShownHit]
    found: int
    waiting_rows: int


@dataclass(frozen=True)
class PersonView:
    """A person opened: the record, the household now, and each number with its states.

    `codes` are (code, status, origin, since when it is known), oldest first.
    """

    person_id: int
    record: Mapping[str, Any]
    members: Sequence[Mapping[str, Any]]
    codes: Sequence[tuple[str, str, str, str]]


def in_one_box(text: str) -> dict[str, str]:
    """What a free text asks for, by RECORD's columns: numbers by their length, a date, and the rest as a name.

    UsageError for a number of a length that no paper has.
    """
    asked: dict[str, str] = {}
    for number in _NUMBER.findall(text):
        column = _BY_DIGITS.get(len(number))
        if column is None:
            raise UsageError(f"search: a number of {len(number)} digits is on no paper")
        asked.setdefault(column, number)
    rest = _NUMBER.sub(" ", text)
    day = _DATE.search(rest)
    if day is not None:
        asked["birth_date"] = day[0].replace("-", "/").replace(".", "/")
        rest = rest[: day.start()] + " " + rest[day.end() :]
    name = " ".join(rest.replace(",", " ").split())
    return {**asked, "full_name": name} if name else asked


def look_up(home: Home, query: Mapping[str, str], viewer: Viewer) -> CounterResult:
    """Who is found in the whole register by RECORD's columns, masked outside the viewer's area; logged before."""
    found: SearchResult = search(home, query, viewer)
    shown = [_shown(hit, viewer.scope) for hit in found.hits]
    return CounterResult(found.steps, shown, found.found, found.waiting_rows)


def _shown(hit: SearchHit, scope: Scope) -> ShownHit:
    if is_within(hit.record, scope):
        return ShownHit(hit, is_masked=False)
    record = masked(hit.record)
    # how the query compares tells, guess by guess, what is masked
    told = replace(
        hit, record=record, code=record["active_code"], members=(), match_weight=0.0, weights={}, sentence=""
    )
    return ShownHit(told, is_masked=True)


def open_person(home: Home, person_id: int, reason: str | None, viewer: Viewer) -> PersonView:
    """A person whole, wherever he lives; the look is logged first. UsageError without a reason where one is needed."""
    with home.ledger.writing() as session:
        records = people.known(session, [person_id], viewer)
        if person_id not in records:
            raise UsageError(f"person {person_id}: not in the register")
        is_own = is_within(records[person_id], viewer.scope)
        if not is_own and not reason:
            raise UsageError(f"person {person_id}: lives outside your area; say why you open the record")
        content = {"person": person_id, "own_area": is_own}
        opener = viewer if is_own else replace(viewer, purpose=reason or viewer.purpose)
        log.append(session, opener, [log.Act("person_show", content)])
    with home.ledger.reading() as session:
        record = people.known(session, [person_id], viewer)[person_id]
        members = household_members(session, record["household_code"], viewer)
        return PersonView(person_id, record, members, codes.of_person(session, person_id))
