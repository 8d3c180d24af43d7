"""Foreseeing: the keys that persons will have once a row is applied, made for the whole batch at once.

Normalising a few records under the issuing lock costs as much as normalising thousands before it. So a plan carries
the keys of each record that it expects to leave behind, by a digest of that record; apply uses them where a record
comes out as foreseen, and makes the keys anew where it does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl

from casework.deciding.course import Course
from casework.types import Viewer
from matching.block import emitted
from matching.normalise import normalise
from matching.schemas import RECORD
from matching.steps import SearchRules
from registry.engine import Session

#: what keys are made of, but for the codes: their keys are made when they are known
_KEYED = tuple(name for name in RECORD if name != "bhxh_code")


def record_digest(record: Mapping[str, Any]) -> str:
    """The digest of all that a record's keys are made of, but for its codes."""
    values = [*(record.get(name) for name in _KEYED), record.get("status")]
    return hashlib.sha256(orjson.dumps(values)).hexdigest()


@dataclass(frozen=True)
class Foreseen:
    """What a row is expected to leave behind: the keys of each changed record without codes, by the record's digest.

    `gained` are those by which persons are found from then on, that neither they had before nor the row itself emits:
    a later row that asks for one of them has not been set against them.
    """

    left: Mapping[str, Sequence[int]]
    gained: Sequence[int]


def foresee(
    session: Session,
    bodies: Mapping[int, Mapping[str, Any]],
    meanings: Mapping[int, Mapping[str, Any]],
    rules: SearchRules,
    viewer: Viewer,
) -> dict[int, Foreseen]:
    """row_id → what it is expected to leave behind, of rows that change somebody.

    `bodies` are in the order in which the rows take effect.
    """
    chosen = {row_id: body for row_id, body in bodies.items() if body["outcome"] in ("issued", "linked")}
    named = {code for row_id in chosen if (code := meanings[row_id]["household_code"]) is not None}
    course = Course(session, (body["person_id"] for body in chosen.values() if body.get("person_id")), named, viewer)
    course.read_members(meanings[row_id] for row_id in chosen)
    #: row → the person it is expected to be; new persons have no id yet and take their row's, negative
    whose: dict[int, int] = {}
    found: dict[int, tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]] = {}
    for row_id, body in chosen.items():
        if body["outcome"] == "issued":
            whose[row_id] = -row_id
            course.issue(-row_id, meanings[row_id])
        else:
            person_id = whose.get(body["same_as_row"]) if body.get("same_as_row") else body["person_id"]
            if person_id not in course.people:
                continue
            whose[row_id] = person_id
            course.link(person_id, meanings[row_id], may_record_death=bool(body.get("number_agrees")))
        if course.changed:
            found[row_id] = list(course.was.values()), list(course.changed.values())
        course.changed.clear()
        course.was.clear()
    records = {record_digest(record): record for both in found.values() for part in both for record in part}
    keys = dict(zip(records, _keys(list(records.values()), rules), strict=True))
    foreseen = {}
    for row_id, (before, after) in found.items():
        left = {digest: keys[digest] for digest in map(record_digest, after)}
        known = {key for record in before for key in keys[record_digest(record)]}
        gained = {key for held in left.values() for key in held} - known - set(bodies[row_id]["emitted"])
        foreseen[row_id] = Foreseen(left, sorted(gained))
    return foreseen


def _keys(records: Sequence[Mapping[str, Any]], rules: SearchRules) -> list[list[int]]:
    """The keys that each record emits without its codes."""
    columns: Sequence[str] = (*_KEYED, "status")
    frame = pl.DataFrame(
        {"record_id": range(len(records)), **{name: [record.get(name) for record in records] for name in columns}},
        schema={"record_id": pl.Int64, **dict.fromkeys(columns, pl.String)},
    ).with_columns(bhxh_code=pl.lit(None, pl.String), codes=pl.lit([], pl.List(pl.String)))
    keys = emitted(normalise(frame), rules).group_by("record_id").agg(pl.col("key_hash").unique().sort())
    hashes: dict[int, list[int]] = dict(keys.iter_rows())
    return [hashes.get(place, []) for place in range(len(records))]
