"""Persons, what is known of them, their households."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from registry.engine import Session, WriteSession
from registry.frames import PERSON_RECORD, frame
from registry.viewer import Viewer

#: the canonical relation word of a household's head (matching/rules)
HEAD = "head"

VERSION_FIELDS = (
    "full_name",
    "birth_date",
    "sex",
    "personal_id",
    "old_id",
    "card_number",
    "birth_place_code",
    "birth_place_list",
    "birth_place_name",
    "residence_code",
    "residence_list",
    "residence_name",
    "address",
    "ethnicity",
    "nationality",
    "father_name",
    "mother_name",
    "phone",
)
_BASE = {
    "record_id": pl.Int64,
    **dict.fromkeys(VERSION_FIELDS, pl.String),
    "status": pl.String,
    "household_code": pl.String,
    "relation_to_head": pl.String,
    "household_id": pl.Int64,
}
_CODES = {"record_id": pl.Int64, "code": pl.String, "code_status": pl.String}


def _with_codes(persons: pl.DataFrame, codes: Sequence[sa.Row[Any]], heads: Mapping[int, str | None]) -> pl.DataFrame:
    held = frame(codes, _CODES)
    gathered = held.group_by("record_id").agg(
        pl.col("code").sort().alias("codes"),
        pl.col("code").filter(pl.col("code_status") == "active").first().alias("active_code"),
        (pl.col("code_status") == "disputed").any().alias("is_disputed"),
    )
    head_names = pl.DataFrame(
        {"household_id": list(heads), "head_name": list(heads.values())},
        schema={"household_id": pl.Int64, "head_name": pl.String},
    )
    joined = persons.join(gathered, on="record_id", how="left", validate="m:1").join(
        head_names, on="household_id", how="left", validate="m:1"
    )
    return joined.select(
        (pl.col(name) if name in joined.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in {**PERSON_RECORD, "bhxh_code": pl.String}.items()
    ).with_columns(
        bhxh_code=pl.col("active_code"),
        codes=pl.col("codes").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        is_disputed=pl.col("is_disputed").fill_null(value=False),
    )


def known(session: Session, person_ids: Iterable[int], viewer: Viewer) -> dict[int, dict[str, Any]]:
    """person_id → PERSON_RECORD of some persons, as the ledger knows them now.

    Beside it `member_since`, the date (yyyy-mm-dd) of the event by which they belong where they do, or to no household.

    The viewer's act must be logged by the caller.
    """
    return known_with_households(session, person_ids, (), viewer)[0]


def known_with_households(
    session: Session, person_ids: Iterable[int], household_codes: Iterable[str], viewer: Viewer
) -> tuple[dict[int, dict[str, Any]], dict[str, list[Member]]]:
    """`known` persons, and household_code → members of their households and of some others that have members.

    The viewer's act must be logged by the caller.
    """
    found: dict[int, dict[str, Any]] = {}
    for row in session.rows_for("persons_by_id", "person_ids", sorted(set(person_ids))):
        unsettled: dict[str, Any] = dict.fromkeys(("head_name", "bhxh_code", "active_code"))
        record = found.setdefault(row.record_id, {**row._mapping, **unsettled, "codes": [], "is_disputed": False})
        if row.code is not None:
            record["codes"].append(row.code)
        if row.code_status == "active":
            record["bhxh_code"] = record["active_code"] = row.code
        record["is_disputed"] |= row.code_status == "disputed"
    codes = {record["household_code"] for record in found.values()} | set(household_codes)
    households: dict[str, list[Member]] = {}
    for member in members(session, codes - {None}, viewer):
        households.setdefault(member.household_code, []).append(member)
    heads = {code: head_of(held) for code, held in households.items()}
    for record in found.values():
        record["codes"].sort()
        head = heads.get(record["household_code"])
        record["head_name"] = None if head is None else head.full_name
    return found, households


def records(session: Session, person_ids: Iterable[int], viewer: Viewer) -> pl.DataFrame:
    """PERSON_RECORD of some persons, as a frame. The viewer's act must be logged by the caller."""
    return pl.DataFrame(list(known(session, person_ids, viewer).values()), schema=PERSON_RECORD)


def slices(session: Session, size: int) -> Iterator[pl.DataFrame]:
    """PERSON_RECORD of everybody, `size` ids at a time, in the order of ids: what a register version is made of."""
    last = session.value("last_person_id")
    for first in range(1, last + 1, size):
        bounds = {"first": first, "last": first + size - 1}
        heads: dict[int, str | None] = {}
        for row in session.rows("heads_between", head=HEAD, **bounds):
            heads.setdefault(row.household_id, row.head_name)
        persons = frame(session.rows("persons_between", **bounds), _BASE)
        yield _with_codes(persons, session.rows("codes_between", **bounds), heads)


def add_persons(session: WriteSession, drafts: Sequence[Mapping[str, Any]], origin: str) -> None:
    """Adds persons with their first version; `draft` makes one."""
    session.run_many(
        "add_person",
        [{"person_id": draft["person_id"], "origin": origin, "seq": session.seq, "at": session.at} for draft in drafts],
    )
    add_versions(session, drafts)


def add_versions(session: WriteSession, drafts: Sequence[Mapping[str, Any]]) -> None:
    """Adds what is known of persons from now on; the older versions stay."""
    session.run_many("add_person_version", [{**draft, "seq": session.seq} for draft in drafts])


def draft(
    person_id: int,
    record: Mapping[str, Any],
    *,
    status: str = "active",
    flags: Sequence[str] = (),
    row_id: int | None = None,
    load_id: int | None = None,
) -> dict[str, Any]:
    """A version draft out of a RECORD-like mapping."""
    return {
        "person_id": person_id,
        **{name: record.get(name) for name in VERSION_FIELDS},
        "status": status,
        "flags": json.dumps(sorted(flags)),
        "row_id": row_id,
        "load_id": load_id,
    }


def household_ids(session: WriteSession, household_codes: Collection[str]) -> dict[str, int]:
    """household_code → household_id, creating the households that are not known yet."""
    known = known_households(session, household_codes)
    fresh = sorted(set(household_codes) - set(known))
    if fresh:
        known.update(zip(fresh, session.next_ids("household", len(fresh)), strict=True))
        session.run_many(
            "add_household",
            [
                {"household_id": known[code], "household_code": code, "seq": session.seq, "at": session.at}
                for code in fresh
            ],
        )
    return known


def known_households(session: Session, household_codes: Iterable[str]) -> dict[str, int]:
    """household_code → household_id of the households that are known."""
    wanted = sorted(set(household_codes))
    found = session.rows_for("households_by_code", "household_codes", wanted)
    return {row.household_code: row.household_id for row in found}


@dataclass(frozen=True)
class Member:
    """Somebody who belongs to a household now."""

    household_code: str
    person_id: int
    relation: str | None
    full_name: str | None
    birth_date: str | None
    sex: str | None
    status: str


def members(session: Session, household_codes: Iterable[str], viewer: Viewer) -> list[Member]:
    """Who belongs to some households now; former members stand under the households that they have joined since."""
    del viewer
    found = session.rows_for("members_of_households", "household_codes", sorted(set(household_codes)))
    return [Member(**row._mapping) for row in found]


def head_of(members: Iterable[Member]) -> Member | None:
    """The head by whom a household goes, of its members: a living one before a dead one, then the lowest id."""
    heads = [member for member in members if member.relation == HEAD]
    return min(heads, key=lambda head: (head.status != "active", head.person_id), default=None)


def add_memberships(session: WriteSession, memberships: Sequence[Mapping[str, Any]]) -> None:
    """Adds memberships: person_id, household_id or None, relation, event_date, row_id, load_id."""
    session.run_many("add_membership", [{**membership, "seq": session.seq} for membership in memberships])


@dataclass(frozen=True)
class Change:
    """What changed a person: a version, a membership that stands, or the state of a code; by a row, or none."""

    kind: str
    seq: int
    row_id: int | None


def changes(session: Session, person_id: int, seq: int) -> list[Change]:
    """What changed a person from a seq on, in order."""
    return [Change(**row._mapping) for row in session.rows("person_changes", person_id=person_id, seq=seq)]


def restore_version(session: WriteSession, person_id: int, before: int, row_id: int) -> None:
    """Adds what was known of a person before a seq as what is known from now on; by the row whose change is undone."""
    session.run("restore_person_version", person_id=person_id, before=before, row_id=row_id, seq=session.seq)


def reverse_membership(session: WriteSession, person_id: int, membership_seq: int) -> None:
    """A membership counts no longer, as if its event had not been reported."""
    session.run("reverse_membership", person_id=person_id, membership_seq=membership_seq, seq=session.seq)
