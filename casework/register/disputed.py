"""Codes that old registers gave to several persons: never linked automatically, listed for re-issue."""

from __future__ import annotations

from dataclasses import dataclass

from casework.types import Home, Viewer
from registry import codes, log, people


@dataclass(frozen=True)
class DisputedCode:
    """One code and one of the persons whom old registers gave it to."""

    code: str
    person_id: int
    full_name: str | None
    birth_date: str | None
    household_code: str | None


def disputed_codes(home: Home, limit: int, viewer: Viewer) -> list[DisputedCode]:
    """Disputed codes with everyone who holds one, by code; the look is logged before anything is shown."""
    with home.ledger.writing() as session:
        held = codes.disputed(session, limit)
        log.append(session, viewer, [log.Act("disputed_code_list", {"holders": len(held)})])
    with home.ledger.reading() as session:
        records = people.records(session, [person_id for _, person_id in held], viewer)
    by_id = {record["record_id"]: record for record in records.iter_rows(named=True)}
    shown = ("full_name", "birth_date", "household_code")
    return [DisputedCode(code, person_id, *(by_id[person_id][name] for name in shown)) for code, person_id in held]
