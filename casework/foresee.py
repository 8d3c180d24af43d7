"""Foreseeing: the keys that a person will have once a row is applied, made for the whole batch at once.

Normalising a few records under the issuing lock costs as much as normalising thousands before it. So a plan carries
the keys of each record that it expects to leave behind, with a digest of that record; apply uses them where the record
comes out as foreseen, and makes the keys anew where it does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from casework.effects import HEAD, Effects, HouseholdState, PersonState, of_issue, of_link
from casework.rows import ANOTHERS_NUMBER
from casework.types import Viewer
from matching.block import emitted
from matching.normalise import normalise
from matching.schemas import RECORD
from matching.steps import SearchRules
from registry import people
from registry.engine import Session


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


def record_digest(record: Mapping[str, Any]) -> str:
    """The digest of all that a record's keys are made of."""
    values = [*(record.get(name) for name in (*RECORD, "status")), sorted(record.get("codes") or [])]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode("utf-8")).hexdigest()


def household_states(session: Session, household_codes: set[str], viewer: Viewer) -> dict[str, HouseholdState]:
    """The households of some codes as they stand, those not known yet included."""
    ids = people.known_households(session, household_codes)
    members: dict[int, list[people.Member]] = {}
    for member in people.members(session, ids.values(), viewer):
        members.setdefault(member.household_id, []).append(member)
    states = {}
    for code in household_codes:
        held = members.get(ids.get(code, 0), [])
        head = people.head_of(held)
        living = frozenset(m.person_id for m in held if m.relation == HEAD and m.status == "active")
        everyone = frozenset(member.person_id for member in held)
        states[code] = HouseholdState(code, living, everyone, None if head is None else head.full_name)
    return states


def foresee(
    session: Session,
    bodies: Mapping[int, Mapping[str, Any]],
    meanings: Mapping[int, Mapping[str, Any]],
    rules: SearchRules,
    viewer: Viewer,
) -> dict[int, dict[str, Any]]:
    """row_id → {digest, keys, members} of the record that each issued or changing row is expected to leave behind.

    `members` are the keys of the household's members, where the row brings them a head: they are found by his name.
    """
    chosen = {row_id: body for row_id, body in bodies.items() if body["outcome"] in ("issued", "linked")}
    named = {code for row_id in chosen if (code := meanings[row_id]["household_code"]) is not None}
    households = household_states(session, named, viewer)
    ids = {body["person_id"] for body in chosen.values() if body.get("person_id") is not None}
    ids.update(member for household in households.values() for member in household.members)
    known = {row["record_id"]: row for row in people.records(session, ids, viewer).iter_rows(named=True)}
    since = people.members_since(session, ids)
    #: (row_id, member's person_id or 0 for the row's own person) → record
    records: dict[tuple[int, int], Mapping[str, Any]] = {}
    for row_id, body in chosen.items():
        meaning = meanings[row_id]
        household = households.get(meaning["household_code"])
        if body["outcome"] == "issued":
            effects = of_issue(0, meaning, household)
            after = after_issue(meaning, household, effects)
        elif body.get("person_id") in known:
            person = PersonState(body["person_id"], known[body["person_id"]], since.get(body["person_id"]))
            effects = of_link(person, meaning, household, may_record_death=bool(body.get("number_agrees")))
            after = after_change(person.record, household, effects)
        else:
            continue
        if body["outcome"] == "issued" or effects.membership is not None or effects.changes:
            records[row_id, 0] = after
        is_new_head = effects.membership is not None and not effects.is_past and after["relation_to_head"] == HEAD
        if is_new_head and household is not None:
            for member in household.members - {body.get("person_id")}:
                records[row_id, member] = {**known[member], "head_name": after["full_name"]}
    keys = _keys(list(records.values()), rules)
    foreseen: dict[int, dict[str, Any]] = {}
    for place, ((row_id, member), record) in enumerate(records.items()):
        entry = foreseen.setdefault(row_id, {"members": {}})
        if member:
            entry["members"][member] = keys[place]
        else:
            entry.update(digest=record_digest(record), keys=keys[place])
    return foreseen


def _keys(records: Sequence[Mapping[str, Any]], rules: SearchRules) -> list[list[int]]:
    """The keys that each record emits."""
    columns: Sequence[str] = (*RECORD, "status")
    frame = pl.DataFrame(
        {
            "record_id": range(len(records)),
            **{name: [record.get(name) for record in records] for name in columns},
            "codes": [record.get("codes") or [] for record in records],
        },
        schema={"record_id": pl.Int64, **dict.fromkeys(columns, pl.String), "codes": pl.List(pl.String)},
    )
    keys = emitted(normalise(frame), rules).group_by("record_id").agg(pl.col("key_hash").unique().sort())
    hashes: dict[int, list[int]] = dict(keys.iter_rows())
    return [hashes.get(place, []) for place in range(len(records))]
