"""Foreseeing: the keys that persons will have once a row is applied, made for the whole batch at once.

Normalising a few records under the issuing lock costs as much as normalising thousands before it. So a plan carries
the keys of each record that it expects to leave behind, by a digest of that record; apply uses them where a record
comes out as foreseen, and makes the keys anew where it does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import polars as pl

from casework.course import Course
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


def foresee(
    session: Session,
    bodies: Mapping[int, Mapping[str, Any]],
    meanings: Mapping[int, Mapping[str, Any]],
    rules: SearchRules,
    viewer: Viewer,
) -> dict[int, dict[str, list[int]]]:
    """row_id → digest → keys of the records, without codes, that each row is expected to leave behind.

    `bodies` are in the order in which the rows take effect.
    """
    chosen = {row_id: body for row_id, body in bodies.items() if body["outcome"] in ("issued", "linked")}
    named = {code for row_id in chosen if (code := meanings[row_id]["household_code"]) is not None}
    course = Course(session, (body["person_id"] for body in chosen.values() if body.get("person_id")), named, viewer)
    course.read_members(meanings[row_id] for row_id in chosen)
    #: row → the person it is expected to be; new persons have no id yet and take their row's, negative
    whose: dict[int, int] = {}
    found: dict[int, dict[str, Mapping[str, Any]]] = {}
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
        found[row_id] = {record_digest(record): record for record in course.changed.values()}
        course.changed.clear()
    records = {digest: record for left in found.values() for digest, record in left.items()}
    keys = dict(zip(records, _keys(list(records.values()), rules), strict=True))
    return {row_id: {digest: keys[digest] for digest in left} for row_id, left in found.items() if left}


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
