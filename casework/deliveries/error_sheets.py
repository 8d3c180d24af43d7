"""The rows that went back, in the sender's own layout: where each stands in an error file, which cells are faulty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from casework.deliveries.layouts import AboveCell, SheetLayout, canonical
from casework.deliveries.returned import Fault, WhyReturned

#: Stands in a cell that cannot be sent back as it was: by the error text of spreadsheets the reader finds the fault
#: again until somebody has written a value.
ERROR_TEXT = "#N/A"
#: The column of a fault of the row's shape.
SHAPE = "shape_fault"
#: The columns of ours stand between the sender's and what stood behind the last heading.
OUR_COLUMNS = 2


class SentBack(NamedTuple):
    """One row that went back: its row in the sender's sheet, its cells in Unicode, and why."""

    sheet_row: int
    cells: Sequence[str]
    why: WhyReturned


@dataclass(frozen=True)
class RowToMend:
    """One row of an error file, at its row `at_row` there (from 1); `sheet_row` is that in the sender's file.

    `cells` stand under the sender's headings, `surplus` stood behind the last of them; `faulty` are the places of
    faulty cells in the error file's row (from 0), each with its fault.
    """

    at_row: int
    sheet_row: int
    cells: tuple[str, ...]
    surplus: tuple[str, ...]
    why: WhyReturned
    faulty: tuple[tuple[int, Fault], ...]


@dataclass(frozen=True)
class ErrorSheet:
    """The rows of one sheet that went back; `above` are the cells over the table with their values."""

    layout: SheetLayout
    above: tuple[tuple[AboveCell, str], ...]
    rows: tuple[RowToMend, ...]


def error_sheet(sheet: SheetLayout, returned: Sequence[SentBack]) -> ErrorSheet:
    """The returned rows of a sheet. Their running numbers count anew: they are no part of what was received."""
    last = len(returned[0].cells) - len(sheet.above)
    above = tuple(zip(sheet.above, returned[0].cells[last:], strict=True))
    rows: list[RowToMend] = []
    at_row, before = sheet.heading_row, 0
    for number, row in enumerate(returned, start=1):
        # a name alone right below another row would be taken for the rest of that row's name
        at_row += 2 if row.sheet_row > before + 1 and _says_only_a_name(row.cells, sheet) else 1
        before = row.sheet_row
        faulty = tuple((at, fault) for fault in row.why.faults for at in _places(fault, row.cells, sheet))
        kept = iter(row.cells)
        own = [str(number) if name is None else next(kept) for name in sheet.columns]
        for at in (at for at, fault in faulty if fault.is_lost):
            own[at] = ERROR_TEXT
        surplus = list(kept)
        behind = tuple(surplus[: len(surplus) - len(sheet.above)])
        rows.append(RowToMend(at_row, row.sheet_row, tuple(own), behind, row.why, faulty))
    return ErrorSheet(sheet, above, tuple(rows))


def _places(fault: Fault, cells: Sequence[str], sheet: SheetLayout) -> list[int]:
    """Where the cells of a fault stand in the error file's row; of cells that cannot be sent back only those."""
    if fault.column == SHAPE:
        surplus = len(cells) - len(sheet.names) - len(sheet.above)
        return [len(sheet.columns) + OUR_COLUMNS + number for number in range(surplus)]
    places, kept = [], iter(cells)
    for at, name in enumerate(sheet.columns):
        if name is None:
            continue
        cell = next(kept)
        is_its = not fault.is_lost or not cell.strip() or cell == fault.value
        if canonical(name) == fault.column and is_its:
            places.append(at)
    return places


def _says_only_a_name(cells: Sequence[str], sheet: SheetLayout) -> bool:
    known = {canonical(name) for name, cell in zip(sheet.names, cells, strict=False) if cell.strip()} - {"other"}
    return known == {"full_name"}
