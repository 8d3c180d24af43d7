"""What somebody asks for at the counter: a file of one row, which goes the way of all files (ADR 0019)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import polars as pl

from casework.deciding.effects import change_requests
from casework.deciding.rows import AT_THE_COUNTER
from casework.deliveries.intake import ReceivedFile, ReceivedSheet, SheetLayout, take_in
from casework.deliveries.layouts import CSV
from casework.deliveries.preview import preview
from casework.deliveries.returned import fault_message
from casework.errors import BusyError, UsageError
from casework.office.choices import Choice, effect_of
from casework.office.comparison import Line, compared
from casework.office.counter import open_person
from casework.office_dates import local_date
from casework.office_words import EVENTS, FIELDS, SEXES
from casework.run import decide_deliveries
from casework.types import Home, Viewer
from matching.schemas import RECEIVED
from matching.understand import Conventions
from registry import decisions, deliveries, queue

#: what is asked at the counter, in the order of the form
COLUMNS = (
    *("event", "event_date", "full_name", "birth_date", "sex", "personal_id", "old_id", "bhxh_code"),
    *("household_code", "relation_to_head", "birth_place_code", "residence_code", "address"),
    *("father_name", "mother_name", "phone", "note"),
)
#: what is known of a person and need not be typed again
_KNOWN = ("full_name", "personal_id", "old_id", "bhxh_code")
_FILE = "tiếp dân tại quầy"
_CONVENTIONS = Conventions(
    sex_words={title: sex for sex, title in SEXES.items()},
    event_words={title: event for event, title in EVENTS.items()},
    precision_words={},
    date_order="dmy",
    commune_list=None,
)


@dataclass(frozen=True)
class Draft:
    """A request as it is understood, before anything is kept.

    `faults` are (column, what is wrong and what to do); `record` is the person whom it is to be about, `lines` the
    request beside him, `effect` what it does to him where it is he, `changes` what a correction asks to change.
    """

    understood: Mapping[str, Any]
    faults: Sequence[tuple[str, str]]
    record: Mapping[str, Any] | None
    lines: Sequence[Line]
    effect: Choice
    changes: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Taken:
    """What became of a request: no `outcome` while it is kept and not decided; `items` are (item, kind) that wait."""

    outcome: str | None
    reason: str | None
    code: str | None
    faults: Sequence[tuple[str, str]]
    items: Sequence[tuple[int, str]]


def known_of(home: Home, person_id: int, reason: str | None, viewer: Viewer) -> tuple[dict[str, str], Sequence[Line]]:
    """What need not be typed again of a person, and all that is known; the look is logged.

    UsageError outside the area without a reason.
    """
    record = open_person(home, person_id, reason, viewer).record
    known = {name: record.get(name) for name in _KNOWN}
    known |= {"birth_date": local_date(record["birth_date"]), "sex": SEXES.get(record["sex"])}
    return {name: value for name, value in known.items() if value}, compared(record, [])


def draft(home: Home, given: Mapping[str, str], person: tuple[int, str | None] | None, viewer: Viewer) -> Draft:
    """A request by COLUMNS as it would be understood, beside a person (id, reason to open him) or nobody."""
    file = _file(home, given, viewer)
    (understood,) = preview(file)[0].first
    record = None if person is None else open_person(home, *person, viewer).record
    faults = [(fault["column"], fault_message(fault["code"])) for fault in understood["faults"]]
    understood["flags"].remove(AT_THE_COUNTER)
    is_correction = record is not None and understood["event"] == "correction"
    return Draft(
        understood=understood,
        faults=faults,
        record=record,
        lines=compared(understood, [] if record is None else [record]),
        effect=effect_of(understood["event"], is_known=record is not None),
        changes=change_requests(record, understood) if is_correction and record is not None else (),
    )


def send(home: Home, given: Mapping[str, str], viewer: Viewer) -> Taken:
    """Takes a request in and decides it, by every search step and whatever was seen before; once for all.

    Where the ledger is busy it is kept, and decided by whoever runs next.
    """
    ids = take_in(home, [_file(home, given, viewer)], viewer)
    with suppress(BusyError):
        decide_deliveries(home, ids, viewer)
    with home.ledger.reading() as session:
        (row_id,) = deliveries.row_ids(session, ids[0])
        row = decisions.current(session, [row_id]).get(row_id)
        (told,) = deliveries.understood(deliveries.rows(session, [row_id], viewer)).iter_rows(named=True)
        waiting = queue.open_items(session, [row_id])
    faults = [(fault["column"], fault_message(fault["code"])) for fault in told["faults"]]
    items = [(item["item_id"], item["kind"]) for item in waiting]
    if row is None:
        return Taken(None, None, None, faults, items)
    return Taken(row.outcome, row.reason, row.bhxh_code, faults, items)


def _file(home: Home, given: Mapping[str, str], viewer: Viewer) -> ReceivedFile:
    """The request as a file of the viewer's unit, or of his province's office. UsageError for one of neither."""
    scope = viewer.scope
    if scope.province is None:
        raise UsageError("a request at the counter is taken by an account of a province, which its code is then of")
    cells = json.dumps([given.get(name, "").strip() for name in COLUMNS], ensure_ascii=False)
    told: dict[str, object] = {"row": 1, "sheet_row": 1, "cells": cells, "reader_flags": [AT_THE_COUNTER]}
    told |= {name: given[name].strip() for name in COLUMNS if given.get(name, "").strip()}
    rows = pl.DataFrame({name: [told.get(name)] for name in RECEIVED}, schema=dict(RECEIVED))
    layout = SheetLayout(None, "counter", 1, tuple(FIELDS[name] for name in COLUMNS), COLUMNS)
    source = scope.unit or f"bhxh-{scope.province}"
    # the digest of so few words is a keyed one: it stands in the log
    digest = home.key("log_digest").digest(cells)
    return ReceivedFile(_FILE, digest, source, scope.province, CSV, ",", [ReceivedSheet(layout, _CONVENTIONS, rows)])
