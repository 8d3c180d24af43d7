"""That a row goes back to its sender, and why: where, what is wrong, what to do, in Vietnamese."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from casework.deliveries.layouts import FileLayout, SheetLayout
from casework.types import Viewer
from registry.decisions import Decision

#: Faults of cells that cannot be sent back as they were: what came of them reads as a blank, or as a day that nobody
#: wrote.
_NOT_SENT_BACK = frozenset(("formula_without_value", "formula_error", "date_serial"))


@dataclass(frozen=True)
class Fault:
    """One thing to mend: our column, the sender's heading of it if there is one, what was written, what is wrong and
    what to do.

    `is_lost`: the cell cannot be sent back as it was.
    """

    column: str
    heading: str | None
    value: str | None
    message: str
    is_lost: bool


@dataclass(frozen=True)
class WhyReturned:
    """All faults of a row, and what an officer wrote to the sender."""

    note: str | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class ReturnedRow:
    """One fault of one returned row, or an officer's note, which has no column. `heading` as in Fault."""

    file: str
    sheet: str | None
    sheet_row: int
    column: str | None
    heading: str | None
    value: str | None
    message: str


def returned_with(
    note: str,
    row_id: int,
    viewer: Viewer,
    *,
    model_version: str,
    rules_version: str,
    register_seq: int,
    tail_seq: int,
) -> Decision:
    """The decision that gives a row back by an officer's word, with the officer's note to the sender."""
    return Decision(
        row_id=row_id,
        outcome="returned",
        reason=None,
        person_id=None,
        bhxh_code=None,
        match_weight=None,
        posterior=None,
        runner_up_weight=None,
        model_version=model_version,
        rules_version=rules_version,
        register_seq=register_seq,
        tail_seq=tail_seq,
        decided_by=viewer.by,
        evidence={"note": note},
    )


@cache
def _messages() -> Mapping[str, str]:
    text = files("casework").joinpath("fault_messages.toml").read_text(encoding="utf-8")
    messages: Mapping[str, str] = tomllib.loads(text)["fault"]
    return messages


def fault_message(code: str) -> str:
    """What is wrong and what to do, for the sender."""
    return _messages()[code]


def why_returned(row: Mapping[str, Any], sheet: SheetLayout) -> WhyReturned:
    """Why a row went back, by what was understood of it and the evidence of its decision."""
    faults = tuple(_fault(fault, sheet) for fault in json.loads(row["understood"])["faults"])
    return WhyReturned(json.loads(row["evidence"]).get("note"), faults)


def _fault(fault: Mapping[str, Any], sheet: SheetLayout) -> Fault:
    column, value = fault["column"], fault["value"]
    # a bare day number tells its fault by itself
    is_lost = fault["code"] in _NOT_SENT_BACK and not (value or "").isdigit()
    return Fault(column, sheet.titles.get(column), value, fault_message(fault["code"]), is_lost)


def returned_rows(rows: Sequence[Mapping[str, Any]]) -> list[ReturnedRow]:
    """One line per note or fault, in the order of the rows."""
    lines = []
    for row in rows:
        why = why_returned(row, FileLayout.from_json(row["layout"]).sheet(row["sheet"]))
        place = (row["file_name"], row["sheet"], row["sheet_row"])
        if why.note is not None:
            lines.append(ReturnedRow(*place, None, None, None, why.note))
        lines += [ReturnedRow(*place, one.column, one.heading, one.value, one.message) for one in why.faults]
    return lines
