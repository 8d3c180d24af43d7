"""What a sender is answered: what became of every row of a file, and the rows to mend, in the sender's own layout.

Everything comes from the ledger, so an answer can be written at any time. It names many persons' codes: each is logged
before it is handed out.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from casework.errors import UsageError
from casework.layouts import AboveCell, FileLayout, SheetLayout
from casework.returned import fault_message
from casework.types import Home, Viewer
from matching.decode_columns import decoded_as_told
from registry import deliveries, log
from registry.engine import Session

#: Faults of cells that cannot be sent back as they were: what came of them reads as a blank, or as a day that nobody
#: wrote. The error text in their place makes the reader find the fault again until somebody has written a value.
_NOT_SENT_BACK = frozenset(("formula_without_value", "formula_error", "date_serial"))
ERROR_TEXT = "#N/A"
#: The column of a fault of the row's shape.
SHAPE = "shape_fault"
#: The columns of ours stand between the sender's and what stood behind the last heading.
OUR_COLUMNS = 2


@dataclass(frozen=True)
class Fault:
    """One thing to mend: our column, the sender's heading of it if there is one, what was written, what is wrong and
    what to do, and the places of its cells in the error file's row.

    `is_lost`: the cell cannot be sent back as it was; ERROR_TEXT stands there.
    """

    column: str
    heading: str | None
    value: str | None
    message: str
    is_lost: bool
    places: tuple[int, ...]


@dataclass(frozen=True)
class AnsweredRow:
    """What became of one row; `outcome` is None while it is undecided.

    `full_name` as received; `code` where it was linked or issued; `waiting` the kinds of open items beside it (death,
    household); `note` what an officer wrote to the sender.
    """

    sheet: str | None
    sheet_row: int
    full_name: str | None
    outcome: str | None
    reason: str | None
    code: str | None
    waiting: tuple[str, ...]
    note: str | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class RowToMend:
    """One row of an error file, at its row `at_row` there (from 1).

    `cells` stand under the sender's headings, `surplus` stood behind the last of them.
    """

    at_row: int
    cells: tuple[str, ...]
    surplus: tuple[str, ...]
    told: AnsweredRow


@dataclass(frozen=True)
class ErrorSheet:
    """The rows of one sheet that went back; `above` are the cells over the table with their values."""

    layout: SheetLayout
    above: tuple[tuple[AboveCell, str], ...]
    rows: tuple[RowToMend, ...]


@dataclass(frozen=True)
class Answer:
    """The answer to one delivery. `outcomes` counts its rows ("undecided" too); `received_at` is UTC."""

    delivery_id: int
    file_name: str
    source: str
    digest: str
    received_at: str
    layout: FileLayout
    rows: tuple[AnsweredRow, ...]
    outcomes: Mapping[str, int]
    error_sheets: tuple[ErrorSheet, ...]


def deliveries_of(home: Home, source: str) -> list[int]:
    """The ids of all files of a source; UsageError when it has sent none."""
    with home.ledger.reading() as session:
        found = deliveries.of_source(session, source)
    if not found:
        raise UsageError(f"source {source}: it has sent no file. `motma run --json` names the sources of a run.")
    return found


def answers(home: Home, delivery_ids: Iterable[int], viewer: Viewer) -> Iterator[Answer]:
    """The answer to each delivery, one after the other, logged before it is handed out; UsageError for an unknown id.

    The ledger is read in a snapshot of its own; the issuing lock is held for the entry of the log only.
    """
    ids = list(dict.fromkeys(delivery_ids))
    with home.ledger.reading() as session:
        known = {told["delivery_id"]: told for told in deliveries.told(session, ids)}
    unknown = [str(number) for number in ids if number not in known]
    if unknown:
        raise UsageError(f"delivery {', '.join(unknown)}: there is none. `motma run --json` names those of a run.")
    for number in ids:
        with home.ledger.reading() as session:
            answer = _answer(session, known[number], viewer)
        content = {
            "delivery": number,
            "digest": answer.digest,
            "rows": len(answer.rows),
            "outcomes": dict(answer.outcomes),
        }
        with home.ledger.writing() as session:
            log.append(session, viewer, [log.Act("answer", content)])
        yield answer


def _answer(session: Session, delivery: Mapping[str, Any], viewer: Viewer) -> Answer:
    layout = FileLayout.from_json(delivery["layout"])
    by_sheet: dict[str | None, list[dict[str, Any]]] = {sheet.name: [] for sheet in layout.sheets}
    for row in deliveries.delivered_rows(session, delivery["delivery_id"], viewer):
        by_sheet[row["sheet"]].append(row)
    rows: list[AnsweredRow] = []
    error_sheets: list[ErrorSheet] = []
    for sheet in layout.sheets:
        found = by_sheet[sheet.name]
        cells = _in_unicode([json.loads(row["cells"]) for row in found], sheet)
        answered = [_answered(row, said, sheet) for row, said in zip(found, cells, strict=True)]
        rows += answered
        pairs = [pair for pair in zip(answered, cells, strict=True) if pair[0].outcome == "returned"]
        if pairs:
            error_sheets.append(_error_sheet(sheet, pairs))
    return Answer(
        delivery_id=delivery["delivery_id"],
        file_name=delivery["file_name"],
        source=delivery["source"],
        digest=delivery["digest"],
        received_at=delivery["received_at"],
        layout=layout,
        rows=tuple(rows),
        outcomes=Counter(row.outcome or "undecided" for row in rows),
        error_sheets=tuple(error_sheets),
    )


def _names(sheet: SheetLayout) -> list[str]:
    """The names of a row's cells that stand under headings, in their order."""
    return [column for column in sheet.columns if column is not None]


def _base(name: str) -> str:
    """Our column of a cell's name: repeated ones have their place behind it, those over the table a word before it."""
    return re.sub(r"_\d+$", "", name.removeprefix("above_"))


def _in_unicode(cells: list[list[str]], sheet: SheetLayout) -> list[list[str]]:
    """The cells of all rows of a sheet, with the columns in Unicode that were read in a legacy encoding."""
    names = _names(sheet)
    above = len(sheet.above)
    places = [*enumerate(names), *((at - above, cell.column) for at, cell in enumerate(sheet.above))]
    for at, name in places:
        if _base(name) in sheet.decoded:
            values = pl.Series([row[at] if row[at].strip() else None for row in cells], dtype=pl.String)
            for row, text in zip(cells, decoded_as_told(values, *sheet.decoded[_base(name)]), strict=True):
                row[at] = row[at] if text is None else text
    return cells


def _answered(row: Mapping[str, Any], cells: Sequence[str], sheet: SheetLayout) -> AnsweredRow:
    names = (cell for name, cell in zip(_names(sheet), cells, strict=False) if _base(name) == "full_name")
    is_returned = row["outcome"] == "returned"
    faults = json.loads(row["understood"])["faults"] if is_returned else ()
    return AnsweredRow(
        sheet=row["sheet"],
        sheet_row=row["sheet_row"],
        full_name=next((name for name in names if name.strip()), None),
        outcome=row["outcome"],
        reason=row["reason"],
        code=row["bhxh_code"],
        waiting=tuple(row["waiting"]),
        note=json.loads(row["evidence"]).get("note") if is_returned else None,
        faults=tuple(_fault(fault, cells, sheet) for fault in faults),
    )


def _fault(fault: Mapping[str, Any], cells: Sequence[str], sheet: SheetLayout) -> Fault:
    """The fault with the sender's heading and the places of its cells; of cells that cannot be sent back only those."""
    column, width, kept = fault["column"], len(sheet.columns), iter(cells)
    # a bare day number tells its fault by itself
    is_lost = fault["code"] in _NOT_SENT_BACK and not (fault["value"] or "").isdigit()
    places = []
    for at, name in enumerate(sheet.columns):
        if name is None:
            continue
        cell = next(kept)
        is_its = not is_lost or not cell.strip() or cell == fault["value"]
        if _base(name) == column and is_its:
            places.append(at)
    surplus = len(cells) - len(_names(sheet)) - len(sheet.above)
    if column == SHAPE:
        places = [width + OUR_COLUMNS + number for number in range(surplus)]
    return Fault(
        column=column,
        heading=sheet.titles.get(column),
        value=fault["value"],
        message=fault_message(fault["code"]),
        is_lost=is_lost,
        places=tuple(places),
    )


def _says_only_a_name(cells: Sequence[str], sheet: SheetLayout) -> bool:
    known = {_base(name) for name, cell in zip(_names(sheet), cells, strict=False) if cell.strip()} - {"other"}
    return known == {"full_name"}


def _error_sheet(sheet: SheetLayout, returned: Sequence[tuple[AnsweredRow, Sequence[str]]]) -> ErrorSheet:
    """The returned rows of a sheet. Their running numbers count anew: they are no part of what was received."""
    last = len(returned[0][1]) - len(sheet.above)
    above = tuple(zip(sheet.above, returned[0][1][last:], strict=True))
    rows: list[RowToMend] = []
    at_row, before = sheet.heading_row, 0
    for number, (told, cells) in enumerate(returned, start=1):
        # a name alone right below another row would be taken for the rest of that row's name
        at_row += 2 if told.sheet_row > before + 1 and _says_only_a_name(cells, sheet) else 1
        before = told.sheet_row
        kept = iter(cells)
        own = [str(number) if name is None else next(kept) for name in sheet.columns]
        for at in (place for fault in told.faults if fault.is_lost for place in fault.places):
            own[at] = ERROR_TEXT
        surplus = list(kept)
        rows.append(RowToMend(at_row, tuple(own), tuple(surplus[: len(surplus) - len(sheet.above)]), told))
    return ErrorSheet(sheet, above, tuple(rows))
