"""The promises of the stores as checks: each gives the rows that break one, and none when all is well.

Most are queries of sql/checks. Here stand those that no query can tell: byte forms, keys, files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

import sql
from registry.codes import permute
from registry.deliveries import cells_digest, row_identity
from registry.engine import Ledger, Session
from registry.errors import BusyError
from registry.home import KEY_PURPOSES, Home, Key
from registry.log import canonical
from registry.queue import one_form
from registry.register import Meta, current_file, open_current

_PAGE = 10_000
_OPEN_TO_OTHERS = 0o077


@dataclass(frozen=True)
class CheckResult:
    """What a check found: `rows` break the promise that `description` tells. Ids only, no personal values."""

    name: str
    description: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def run_checks(session: Session, demanded_steps: Sequence[Mapping[str, Any]]) -> list[CheckResult]:
    """Every check of the ledger alone. `demanded_steps` holds rules_version, step and must_run."""
    found = []
    for check in sql.statements("checks", session.kind).values():
        columns, rows = session.text_rows(check.text, demanded_steps=json.dumps(list(demanded_steps)))
        found.append(CheckResult(check.name, check.description, tuple(columns), tuple(rows)))
    return [
        *found,
        _log_is_canonical(session),
        _rows_have_their_identity(session),
        _approvers_are_who_approved(session),
    ]


def _log_is_canonical(session: Session) -> CheckResult:
    rows: list[tuple[int]] = []
    after = 0
    while page := session.rows("log_entries", after=after, row_id=None, act=None, limit=_PAGE):
        rows.extend((entry.entry_no,) for entry in page if not _is_canonical(entry.content))
        after = page[-1].entry_no
    return CheckResult(
        "log_is_canonical",
        "6: an entry has one byte form, so that a seal over it can be repeated. Rows: entries in another form.",
        ("entry_no",),
        tuple(rows),
    )


def _rows_have_their_identity(session: Session) -> CheckResult:
    """Rows whose identity is not that of their source, their cells and their place among equal rows."""
    unlike: list[int] = []
    equals: dict[tuple[str, str], dict[str, int]] = {}
    after = 0
    while page := session.rows("row_identities", after=after, limit=_PAGE):
        for row in page:
            digest = cells_digest(row.cells)
            if row.row_identity != row_identity(row.source, digest, 1):
                equals.setdefault((row.source, digest), {})[row.row_identity] = row.row_id
        after = page[-1].row_id
    for (source, digest), rows in equals.items():
        meant = {row_identity(source, digest, occurrence) for occurrence in range(2, len(rows) + 2)}
        unlike += [row_id for identity, row_id in rows.items() if identity not in meant]
    return CheckResult(
        "rows_have_their_identity",
        "3.4: a row is known by its source, its cells and its place among equal rows. Rows: those of another identity.",
        ("row_id",),
        tuple((row_id,) for row_id in sorted(unlike)),
    )


def _approvers_are_who_approved(session: Session) -> CheckResult:
    """Agreements that count for somebody else than who gave them."""
    return CheckResult(
        "approvers_are_who_approved",
        "3.6: two different people agree to a death. Rows: agreements that count for another than who gave them.",
        ("item_id", "approved_by"),
        tuple(
            (given.item_id, given.approved_by)
            for given in session.rows("all_approvals")
            if given.approver != one_form(given.approved_by)
        ),
    )


def _is_canonical(content: str) -> bool:
    try:
        return canonical(json.loads(content)).decode() == content
    except ValueError:
        return False


def ledger_is_as_made(ledger: Ledger) -> CheckResult:
    """The ledger's tables, constraints and triggers beside those that its migrations make."""
    with ledger.reading() as session:
        applied = {row.version for row in session.rows("applied_migrations")}
        held = {(row.kind, row.name): row.definition for row in session.rows("schema_objects")}
    made = {(kind, name): text for kind, name, text in ledger.store.objects_as_made(applied)}
    return CheckResult(
        "ledger_is_as_made",
        "2: constraints, not code, forbid a second code. Rows: tables, indexes and triggers that are not as made.",
        ("kind", "name", "fault"),
        tuple(
            (*key, "missing" if key not in held else "foreign" if key not in made else "changed")
            for key in sorted(made.keys() | held.keys())
            if made.get(key) != held.get(key)
        ),
    )


def draws_follow_the_key(session: Session, key: Key) -> CheckResult:
    """The draws of this key whose number is not the keyed permutation of their counter value."""
    return CheckResult(
        "draws_follow_the_key",
        "3.1: an issued number is the keyed permutation of its counter value. Rows: draws of this key that are not.",
        ("province", "value"),
        tuple(
            (draw.province, draw.value)
            for draw in session.rows("code_draws")
            if draw.key_id == key.key_id
            and draw.number != f"{draw.province}{permute(draw.value, key, draw.province):08d}"
        ),
    )


def decided_code_is_logged(session: Session, key: Key) -> CheckResult:
    """The decisions whose code is not the one that their entry holds a keyed digest of."""
    other: list[tuple[int, int]] = []
    for after in range(0, session.value("last_row_id"), _PAGE):
        for decided in session.rows("logged_codes", after=after, until=after + _PAGE):
            told = content(decided.content).get("code")
            if told != (None if decided.bhxh_code is None else key.digest(decided.bhxh_code)):
                other.append((decided.row_id, decided.decision_no))
    return CheckResult(
        "decided_code_is_logged",
        "6: the entry of a decision holds a keyed digest of its code, so that nobody's code can be exchanged later. "
        "Rows: decisions of another code than their entry's.",
        ("row_id", "decision_no"),
        tuple(other),
    )


def content(text: str) -> dict[str, Any]:
    """What an entry says; nothing where it is in no form."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def keys_in_tail(session: Session, record_ids: Iterable[int]) -> pl.DataFrame:
    """(record_id, key_hash) under which some records are found in the tail."""
    found = session.rows_for("search_keys_of", "record_ids", sorted(set(record_ids)))
    return pl.DataFrame(
        [tuple(row) for row in found], schema={"record_id": pl.Int64, "key_hash": pl.Int64}, orient="row"
    )


def published(folder: Path) -> tuple[str, Meta | None] | None:
    """(name of the current register version, its meta or None when it cannot be read); None before the first one."""
    file = current_file(folder)
    if file is None:
        return None
    try:
        with open_current(folder) as version:
            return version.file.name, version.meta
    except BusyError:
        return file.name, None


def register_fits(session: Session, version: tuple[str, Meta | None] | None) -> CheckResult:
    """Whether a version, read before the session began, is the ledger at its seq.

    A version older than the last load is no broken promise: `run` refuses until the next publication.
    """
    rows: list[tuple[str, str, Any, Any]] = []
    if version is not None:
        name, meta = version
        if meta is None:
            rows.append((name, "cannot be read", None, None))
        else:
            seq, floor = session.value_of_state("seq"), session.value_of_state("floor_seq")
            keys = session.value_of_state("key_version")
            persons = session.value("count_persons_until", seq=meta.seq)
            if meta.ledger_id != session.value_of_state("ledger_id"):
                rows.append((name, "is of another ledger", meta.ledger_id, session.value_of_state("ledger_id")))
            if meta.seq > seq:
                rows.append((name, "is ahead of the ledger", meta.seq, seq))
            if meta.seq < floor and session.value("last_load_seq") <= meta.seq:
                rows.append((name, "is older than what the tail holds", meta.seq, floor))
            if meta.key_version != keys:
                rows.append((name, "has the keys of other rules", meta.key_version, keys))
            if meta.records != persons:
                rows.append((name, "holds another number of persons", meta.records, persons))
    return CheckResult(
        "register_fits_the_ledger",
        "2: a register version is the ledger at its seq. Rows: what does not fit; publish a new one.",
        ("version", "fault", "in_version", "in_ledger"),
        tuple(rows),
    )


def home_is_closed(home: Home) -> CheckResult:
    """Which files of a home others than its owner may touch, and which keys are missing."""
    keys = home.folder / "keys"
    guarded = [home.folder, keys, *sorted(keys.glob("*")), home.ledger_file]
    rows = [
        (path.relative_to(home.folder).as_posix(), f"{path.stat().st_mode & 0o777:04o}")
        for path in guarded
        if path.exists() and path.stat().st_mode & _OPEN_TO_OTHERS
    ]
    rows += [
        (f"keys/{purpose}", "missing")
        for purpose in KEY_PURPOSES
        if f"MOTMA_KEY_{purpose.upper()}" not in os.environ and not (keys / purpose).exists()
    ]
    return CheckResult(
        "home_is_closed",
        "6: the home is 0700, ledger and keys 0600, every key in its place. Rows: files that are open, or missing.",
        ("file", "fault"),
        tuple(rows),
    )
