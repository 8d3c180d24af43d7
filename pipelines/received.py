"""A sheet of known layout to RECEIVED: every row below the heading, with the sender's own text and row numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress

import polars as pl

from casework.deliveries.intake import (
    LEGACY_ENCODINGS,
    RECEIVED,
    AboveCell,
    Conventions,
    ReceivedSheet,
    SheetLayout,
    decoded_sheet,
    relation_of,
)
from pipelines.layout import Found, Layout, labelled
from pipelines.profile import fold_heading
from pipelines.tables import DATE, ERROR, NO_VALUE, YEAR_AS_DATE, Row

#: The faults of a row that the reader finds; casework/fault_messages.toml has their words.
SURPLUS = "row_shape"
SERIAL = "date_serial"
DIFFERS = "repeated_differs"
CONTINUED = "row_continued"

#: What decides who a person is: where a repeated heading gives two values for it, nobody may choose. Of the rest the
#: first is read.
_DECIDES = frozenset(
    ("event", "full_name", "birth_date", "sex", "personal_id", "old_id", "bhxh_code", "card_number", "household_code")
)
#: The errors of spreadsheets, which stand as text where a sheet was saved as CSV, and in the error files that we write.
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"))
#: A row of a person fills at least so many of the required columns; a signature or a total does not.
_FILLED = 2
#: A word at the foot of so few letters may as well begin a name.
_SHORT = 4
_ORDERS = {"dmy": "{2}/{1}/{0}", "mdy": "{1}/{2}/{0}", "ymd": "{0}-{1}-{2}"}


@dataclass
class _Line:
    """One data row on its way: its cells at the width of the heading, and what was found and done."""

    sheet_row: int
    cells: list[str]
    shape_fault: str | None = None
    faults: list[dict[str, str | None]] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def fault(self, column: str, code: str, value: str | None) -> None:
        """Notes a fault of a column once."""
        found = {"column": column, "code": code, "value": value}
        if found not in self.faults:
            self.faults.append(found)


def received_sheet(name: str | None, found: Found, rows_before: int) -> tuple[ReceivedSheet, list[str]]:
    """The sheet as RECEIVED, `row` counted on from the sheets before it, and what is to be said of it."""
    layout, profile, remarks = found.layout, found.layout.profile, []
    lines = [_line(row, layout) for row in found.below]
    # what we write has no footer, and every row says its household: a blank there is the sender's
    kept = lines if layout.ours else _without_footer(lines, layout)
    if len(kept) < len(lines):
        remarks.append(f"bỏ qua {len(lines) - len(kept):,} dòng dưới bảng (tổng cộng, chữ ký)")
    values = {column: _values(kept, column, places) for column, places in layout.positions.items()}
    _find_continued(kept, values)
    filled = [] if layout.ours else [column for column in profile.fill_down if column in values]
    heads = _heads(values, len(kept), layout) if filled else []
    for column in filled:
        _fill_down(kept, heads, layout.positions[column][0], column, values[column])
    above = labelled(found.above, layout)
    for column, (cell, text) in above.items():
        remarks.append(f"“{cell.label}” ghi một lần trên bảng, tính cho mọi dòng")
        values[column] = [text if value is None else value for value in values.get(column, [None] * len(kept))]
    for column, word in profile.default.items():
        values.setdefault(column, [word] * len(kept))
    frame: dict[str, object] = {
        "row": range(rows_before + 1, rows_before + len(kept) + 1),
        "sheet": [name] * len(kept),
        "sheet_row": [line.sheet_row for line in kept],
        "cells": list(_identities(kept, layout, [text for _, text in above.values()])),
        "shape_fault": [line.shape_fault for line in kept],
        "cell_faults": [line.faults or None for line in kept],
        "reader_flags": [line.flags or None for line in kept],
        **values,
    }
    blank = [None] * len(kept)
    rows = pl.DataFrame({column: frame.get(column, blank) for column in RECEIVED}, schema=dict(RECEIVED))
    told = _sheet_layout(name, found, [cell for cell, _ in above.values()])
    return ReceivedSheet(told, _conventions(layout), rows), remarks


def _line(row: Row, layout: Layout) -> _Line:
    """The row at the width of the heading, dates in the order of the profile. Blank cells at the end say nothing."""
    cells, width = row.cells, len(layout.headings)
    if len(cells) < width:
        cells = cells + [""] * (width - len(cells))
    elif len(cells) > width and not any(cell and not cell.isspace() for cell in cells[width:]):
        cells = cells[:width]
    line = _Line(row.sheet_row, cells, SURPLUS if len(cells) > width else None)
    for at, mark in row.marks.items():
        if at >= len(cells):
            continue
        column = layout.columns.get(at)
        if mark in (DATE, YEAR_AS_DATE):
            cells[at] = _dated(cells[at], layout.profile.conventions.date_order)
            if mark == YEAR_AS_DATE and column == "event_date":
                line.fault(column, SERIAL, cells[at])
        elif mark in (NO_VALUE, ERROR) and column is not None and column != "note":
            line.fault(column, mark, None)
    if any(cell[:1] == "#" for cell in cells):
        for at, column in layout.columns.items():
            if cells[at].strip() in _ERRORS and column != "note":
                cells[at] = ""
                line.fault(column, ERROR, None)
    return line


def _dated(text: str, order: str) -> str:
    """The ISO date in the order of the profile, with its time where it has one."""
    day, _, time = text.partition(" ")
    return f"{_ORDERS[order].format(*day.split('-'))} {time}".strip()


def _values(lines: Sequence[_Line], column: str, places: Sequence[int]) -> list[str | None]:
    """What the rows say in a column, blank as None; of several places the first that says something."""
    first, *others = places
    if not others:
        return [None if not (text := line.cells[first]) or text.isspace() else text for line in lines]
    values: list[str | None] = []
    for line in lines:
        said = [text for at in places if (text := line.cells[at]).strip()]
        if len({" ".join(text.split()) for text in said}) > 1:
            if column in _DECIDES:
                line.fault(column, DIFFERS, " | ".join(said))
            else:
                line.flags.append(f"{column}_repeated_differs")
        values.append(said[0] if said else None)
    return values


def _without_footer(lines: Sequence[_Line], layout: Layout) -> list[_Line]:
    """The rows without what stands below the table, where the profile tells how that begins.

    Only behind the last row that fills two of the required columns, and there only from a word of the profile on, or
    without a name: a person of whom nothing but the name was written is kept, and told what is missing.
    """
    words = layout.profile.footer
    if not words:
        return list(lines)
    places = [at for column in layout.profile.required for at in layout.positions.get(column, ())]
    end = len(lines)
    while end and sum(bool(lines[end - 1].cells[at].strip()) for at in places) < _FILLED:
        end -= 1
    begins = next((at for at in range(end, len(lines)) if _begins_with(_first_word(lines[at], layout), words)), None)
    if begins is None:
        return list(lines)
    names = layout.positions["full_name"]
    return [
        *lines[:end],
        *(line for line in lines[end:begins] if any(line.cells[at].strip() for at in names)),
    ]


def _first_word(line: _Line, layout: Layout) -> str:
    return fold_heading(layout.read(next((cell for cell in line.cells if cell.strip()), "")))


def _begins_with(said: str, words: Sequence[str]) -> bool:
    """Whether the cell begins with one of the words; a short one (Cộng, as in Công) is all of it but digits."""
    return any(said.startswith(word) if len(word) > _SHORT else said.rstrip("0123456789") == word for word in words)


def _find_continued(lines: Sequence[_Line], values: dict[str, list[str | None]]) -> None:
    """Marks the two rows of a name that goes on in the next row, where that row says nothing else."""
    names = values["full_name"]
    others = [said for column, said in values.items() if column != "full_name"]
    for at in range(1, len(lines)):
        is_next = lines[at].sheet_row == lines[at - 1].sheet_row + 1
        if is_next and names[at] is not None and names[at - 1] is not None and not any(said[at] for said in others):
            for line, name in ((lines[at - 1], names[at - 1]), (lines[at], names[at])):
                line.fault("full_name", CONTINUED, name)


def _heads(values: Mapping[str, list[str | None]], rows: int, layout: Layout) -> list[bool]:
    """Whether each row is that of a head of household, in whatever encoding that is said."""
    blank = [None] * rows
    frame = pl.DataFrame({column: values.get(column, blank) for column in RECEIVED}, schema=dict(RECEIVED))
    unnamed = SheetLayout(None, layout.profile.profile_id, 0, (), (), encoding=layout.encoding)
    sheet = ReceivedSheet(unnamed, layout.profile.conventions, frame)
    relations = decoded_sheet(sheet)[0].get_column("relation_to_head").to_list()
    return [relation is not None and relation_of(relation) == "head" for relation in relations]


def _fill_down(lines: Sequence[_Line], heads: Sequence[bool], at: int, column: str, said: list[str | None]) -> None:
    """Gives the rows of a household what stands on its first row only; a head begins another household."""
    last: str | None = None
    for number, (line, is_head) in enumerate(zip(lines, heads, strict=True)):
        text = said[number]
        if text is not None or is_head:
            last = text
        elif last is not None:
            said[number] = line.cells[at] = last
            line.flags.append(f"{column}_filled_down")


def _conventions(layout: Layout) -> Conventions:
    """The conventions of the profile; an error file is in Unicode, in whatever its sender wrote before."""
    told = layout.profile.conventions
    return replace(told, encoding=None) if layout.ours and told.encoding in LEGACY_ENCODINGS else told


def _sheet_layout(name: str | None, found: Found, above: Sequence[AboveCell]) -> SheetLayout:
    """The layout as it is kept, without columns of ours. A column that no profile knows is `other_N`."""
    layout, columns = found.layout, found.layout.columns
    kept: list[tuple[str, str | None]] = []
    for at, heading in enumerate(layout.headings):
        column = columns.get(at, "other")
        is_first = column in layout.positions and layout.positions[column][0] == at
        if at in layout.running_numbers:
            kept.append((heading, None))
        elif at not in layout.ours:
            kept.append((heading, column if is_first else f"{column}_{at + 1}"))
    headings, names = zip(*kept, strict=True)
    labels = [replace(cell, column=f"above_{cell.column}") if cell.column in names else cell for cell in above]
    profile_id = layout.profile.profile_id
    return SheetLayout(name, profile_id, found.heading_row, headings, names, tuple(labels), layout.encoding)


def _identities(lines: Sequence[_Line], layout: Layout, above: Sequence[str]) -> Iterator[str]:
    """The JSON list of each row's received cells without what does not count, with the cells above the table."""
    encode: Callable[[list[str]], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    own = [at not in layout.uncounted for at in range(len(layout.headings))]
    for line in lines:
        kept = [*compress(line.cells, own), *line.cells[len(own) :]]
        yield encode([*kept, *above])
