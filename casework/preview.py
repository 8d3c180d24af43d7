"""How a change file would be understood, before anything of it is taken in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from casework.intake import ReceivedFile, today, understood_sheet

FIRST_ROWS = 5


@dataclass(frozen=True)
class SheetPreview:
    """The rows of one sheet as understood: how many, the first ones, how many have each fault and each flag."""

    sheet: str | None
    rows: int
    first: list[dict[str, Any]]
    faults: dict[str, int]
    flags: dict[str, int]


def preview(file: ReceivedFile, at: date | None = None) -> list[SheetPreview]:
    """The sheets of the file as they would be understood on a day, by default today. Nothing is kept."""
    found = []
    for sheet in file.sheets:
        rows = understood_sheet(sheet, at or today())
        faults = Counter(fault["code"] for told in rows["faults"].to_list() for fault in told)
        flags = Counter(flag for told in rows["flags"].to_list() for flag in told)
        first = rows.head(FIRST_ROWS).with_columns(sheet.rows.get_column("sheet_row").head(FIRST_ROWS))
        found.append(SheetPreview(sheet.name, len(rows), first.to_dicts(), dict(faults), dict(flags)))
    return found
