"""What to tell the sender of a row that could not be processed: where, what is wrong, what to do, in Vietnamese."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from casework.intake import headings_of


@dataclass(frozen=True)
class ReturnedRow:
    """One fault of one returned row, or an officer's note. `column` is the sender's own heading; "" for the row."""

    file: str
    sheet: str | None
    sheet_row: int
    column: str
    value: str | None
    message: str


@cache
def _messages() -> Mapping[str, str]:
    text = files("casework").joinpath("fault_messages.toml").read_text(encoding="utf-8")
    messages: Mapping[str, str] = tomllib.loads(text)["fault"]
    return messages


def fault_message(code: str) -> str:
    """What is wrong and what to do, for the sender."""
    return _messages()[code]


def returned_rows(rows: Sequence[Mapping[str, Any]]) -> list[ReturnedRow]:
    """One line per fault or note, in the order of the rows."""
    lines = []
    for row in rows:
        headings = headings_of(row)
        note = json.loads(row["evidence"]).get("note")
        if note is not None:
            lines.append(ReturnedRow(row["file_name"], row["sheet"], row["sheet_row"], "", None, note))
        for fault in json.loads(row["understood"])["faults"]:
            lines.append(
                ReturnedRow(
                    row["file_name"],
                    row["sheet"],
                    row["sheet_row"],
                    headings.get(fault["column"], fault["column"]),
                    fault["value"],
                    fault_message(fault["code"]),
                )
            )
    return lines
