"""What a sender is answered: what became of every row of a file, and the rows to mend.

Everything comes from the ledger, so an answer can be written at any time. It names many persons' codes: each is logged
before it is handed out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from casework.deliveries.error_sheets import ErrorSheet, SentBack, error_sheet
from casework.deliveries.layouts import FileLayout, SheetLayout, canonical
from casework.deliveries.returned import WhyReturned, why_returned
from casework.errors import UsageError
from casework.types import Home, Viewer
from matching.decode_columns import decoded_as_told
from registry import deliveries, log
from registry.engine import Session


@dataclass(frozen=True)
class AnsweredRow:
    """What became of one row; `outcome` is None while it is undecided, "held" while its file is held.

    `full_name` as received; `code` where it was linked or issued; `waiting` the kinds of open items beside it (death,
    household); `why` where it was returned.
    """

    sheet: str | None
    sheet_row: int
    full_name: str | None
    outcome: str | None
    reason: str | None
    code: str | None
    waiting: tuple[str, ...]
    why: WhyReturned | None


@dataclass(frozen=True)
class Answer:
    """The answer to one delivery. `outcomes` counts its rows ("undecided" and "held" too); `received_at` is UTC."""

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
        returned = [
            SentBack(row.sheet_row, said, row.why) for row, said in zip(answered, cells, strict=True) if row.why
        ]
        if returned:
            error_sheets.append(error_sheet(sheet, returned))
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


def _in_unicode(cells: list[list[str]], sheet: SheetLayout) -> list[list[str]]:
    """The cells of all rows of a sheet, with the columns in Unicode that were read in a legacy encoding."""
    above = len(sheet.above)
    places = [*enumerate(sheet.names), *((at - above, cell.column) for at, cell in enumerate(sheet.above))]
    for at, name in places:
        if canonical(name) in sheet.decoded:
            values = pl.Series([row[at] if row[at].strip() else None for row in cells], dtype=pl.String)
            for row, text in zip(cells, decoded_as_told(values, *sheet.decoded[canonical(name)]), strict=True):
                row[at] = row[at] if text is None else text
    return cells


def _answered(row: Mapping[str, Any], cells: Sequence[str], sheet: SheetLayout) -> AnsweredRow:
    names = (cell for name, cell in zip(sheet.names, cells, strict=False) if canonical(name) == "full_name")
    return AnsweredRow(
        sheet=row["sheet"],
        sheet_row=row["sheet_row"],
        full_name=next((name for name in names if name.strip()), None),
        outcome=row["outcome"],
        reason=row["reason"],
        code=row["bhxh_code"],
        waiting=tuple(row["waiting"]),
        why=why_returned(row, sheet) if row["outcome"] == "returned" else None,
    )
