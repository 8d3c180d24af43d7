"""Loading a register extract into the ledger."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from casework.errors import BusyError
from casework.types import Home, Progress, Viewer, silent
from casework.vietnam_time import today
from matching.normalise import relation_of
from registry import codes, log, people
from registry.engine import WriteSession

EXTRACT_COLUMNS = (
    "bhxh_code",
    "household_code",
    "full_name",
    "birth_date",
    "sex",
    "personal_id",
    "old_id",
    "birth_place_code",
    "birth_place_list",
    "residence_code",
    "residence_list",
    "address",
    "ethnicity",
    "nationality",
    "relation_to_head",
    "father_name",
    "mother_name",
    "phone",
    "status",
    "card_number",
)
_NUMBERS = ("bhxh_code", "personal_id", "old_id", "card_number")
_SLICE = 20_000
_CODE, _PERSONAL = re.compile(r"[0-9]{10}"), re.compile(r"[0-9]{12}")
_PARTIAL_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"


@dataclass(frozen=True)
class Extract:
    """One extract file: its rows as text, with the columns of EXTRACT_COLUMNS that it has."""

    file_name: str
    digest: str
    rows: pl.DataFrame


@dataclass(frozen=True)
class LoadResult:
    """What a load did. `flagged` counts persons loaded with some fault; `disputed_codes` codes of several persons."""

    file_name: str
    is_new: bool
    rows: int
    persons: int
    rejected: int
    flagged: int
    disputed_codes: int


def load_extract(
    home: Home, extract: Extract, as_of: date | None, viewer: Viewer, progress: Progress = silent
) -> LoadResult:
    """Loads an extract in one transaction; the same file again changes nothing.

    A row is rejected only if it has neither a name nor a number; every other fault is loaded, flagged and searchable.
    """
    rows = _clean(extract.rows)
    with home.ledger.writing() as session:
        known = session.one("load_by_digest", digest=extract.digest)
        if known is not None:
            log.append(session, viewer, [log.Act("register_load", {"load": known.load_id, "is_new": False})])
            return LoadResult(extract.file_name, False, known.rows, known.persons, known.rejected, 0, 0)
        _refuse_later_extract(session, rows, extract)
        (load_id,) = session.next_ids("load", 1)
        session.run(
            "add_load",
            load_id=load_id,
            digest=extract.digest,
            file_name=extract.file_name,
            as_of=(as_of or today()).isoformat(),
            rows=len(rows),
            persons=rows["is_kept"].sum(),
            rejected=rows["is_rejected"].sum(),
            at=session.at,
            seq=session.seq,
            by=viewer.by,
        )
        _add_rejects(session, rows, load_id)
        kept = rows.filter("is_kept")
        flagged = _add_people(session, kept, load_id, progress)
        session.run("raise_floor_seq", seq=session.seq)
        result = LoadResult(
            extract.file_name,
            True,
            len(rows),
            len(kept),
            int(rows["is_rejected"].sum()),
            flagged,
            kept.filter("is_disputed")["bhxh_code"].n_unique(),
        )
        counts = {"rows": result.rows, "persons": result.persons, "rejected": result.rejected}
        content = {"load": load_id, "is_new": True, "digest": extract.digest, **counts}
        log.append(session, viewer, [log.Act("register_load", content)])
    home.ledger.store.tidy()
    home.ledger.store.count_anew()
    return result


def _clean(rows: pl.DataFrame) -> pl.DataFrame:
    """The extract with every column, blanks as null, and what becomes of each row.

    A row that says exactly what an earlier one says is that one again, and is no second person.
    """
    columns = [
        (pl.col(name).cast(pl.String).str.strip_chars() if name in rows.columns else pl.lit(None, dtype=pl.String))
        .replace("", None)
        .alias(name)
        for name in EXTRACT_COLUMNS
    ]
    cleaned = rows.select(columns).with_row_index("row", offset=1)
    is_rejected = pl.all_horizontal(pl.col("full_name", *_NUMBERS).is_null())
    is_repeated = ~pl.struct(EXTRACT_COLUMNS).is_first_distinct()
    kept = cleaned.with_columns(is_rejected=is_rejected, is_kept=~is_rejected & ~is_repeated)
    return kept.with_columns(
        is_disputed=pl.col("bhxh_code").is_not_null()
        & pl.col("is_kept")
        & (pl.col("is_kept").sum().over("bhxh_code") > 1)
    )


def _refuse_later_extract(session: WriteSession, rows: pl.DataFrame, extract: Extract) -> None:
    """A register may come in several files; one that speaks of persons who are known is a later extract."""
    in_use = session.one("ledger_in_use")
    if in_use is None or (in_use.loads == 0 and in_use.decisions == 0):
        return
    given = rows["bhxh_code"].drop_nulls().unique().sort().to_list()
    known = session.rows_for("known_numbers", "numbers", given)
    if in_use.decisions or known:
        raise BusyError(
            f"{extract.file_name}: the ledger holds a register already, and this file "
            + (f"speaks of {len(known)} codes that it knows" if known else "comes after the first decisions")
            + ". Only the first extract, or further parts of it with other codes, can be loaded; use a new home "
            "(MOTMA_HOME) to load another one."
        )


def _add_rejects(session: WriteSession, rows: pl.DataFrame, load_id: int) -> None:
    session.run_many(
        "add_reject",
        [
            {
                "load_id": load_id,
                "row": row["row"],
                "cells": json.dumps([row[name] for name in EXTRACT_COLUMNS], ensure_ascii=False),
            }
            for row in rows.filter("is_rejected").iter_rows(named=True)
        ],
    )


def _add_people(session: WriteSession, kept: pl.DataFrame, load_id: int, progress: Progress) -> int:
    relations = {word: relation_of(word) for word in kept["relation_to_head"].drop_nulls().unique()}
    households = people.household_ids(session, kept["household_code"].drop_nulls().unique().to_list())
    flagged = 0
    for start in range(0, len(kept), _SLICE):
        part = kept.slice(start, _SLICE).with_columns(is_date=pl.col("birth_date").str.contains(_PARTIAL_DATE))
        ids = session.next_ids("person", len(part))
        drafts, held, memberships = [], [], []
        for person_id, row in zip(ids, part.iter_rows(named=True), strict=True):
            flags = _flags(row)
            flagged += bool(flags)
            record = {**row, "sex": row["sex"] if row["sex"] in ("M", "F") else None}
            status = "deceased" if row["status"] == "deceased" else "active"
            drafts.append(people.draft(person_id, record, status=status, flags=flags, load_id=load_id))
            if row["bhxh_code"] is not None:
                held.append({"code": row["bhxh_code"], "person_id": person_id, "status": _code_status(row)})
            if row["household_code"] is not None:
                memberships.append(
                    {
                        "person_id": person_id,
                        "household_id": households[row["household_code"]],
                        "relation": relations.get(row["relation_to_head"]),
                        "event_date": None,
                        "row_id": None,
                        "load_id": load_id,
                    }
                )
        people.add_persons(session, drafts, "extract")
        codes.add_codes(session, held, "extract")
        people.add_memberships(session, memberships)
        progress("load", start + len(part), len(kept))
    return flagged


def _is_code(row: Mapping[str, Any]) -> bool:
    """Whether the code of a row has the form of one: ten digits, or the person's own number in their place."""
    code = row["bhxh_code"]
    is_personal = code == row["personal_id"] and _PERSONAL.fullmatch(code) is not None
    return is_personal or _CODE.fullmatch(code) is not None


def _code_status(row: Mapping[str, Any]) -> str:
    if not _is_code(row):
        return "alias"
    return "disputed" if row["is_disputed"] else "active"


def _flags(row: Mapping[str, Any]) -> list[str]:
    """What is wrong with a row that is loaded all the same."""
    found = {
        "name_missing": row["full_name"] is None,
        "birth_date_missing": row["birth_date"] is None,
        "birth_date_unreadable": row["birth_date"] is not None and not row["is_date"],
        "sex_unknown": row["sex"] not in ("M", "F"),
        "status_unknown": row["status"] not in ("active", "deceased"),
        "code_missing": row["bhxh_code"] is None,
        "code_malformed": row["bhxh_code"] is not None and not _is_code(row),
        "code_disputed": row["is_disputed"],
    }
    return [flag for flag, is_so in found.items() if is_so]
