"""Taking in a file: each row is understood, given its identity and kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from casework.deliveries.layouts import CSV, WORKBOOK, AboveCell, FileLayout, SheetLayout
from casework.manners import write_briskly
from casework.types import Home, Viewer
from casework.vietnam_time import today
from matching.decode_columns import ENCODINGS_TO_CONFIRM, Decoding, decode_columns
from matching.encodings import ENCODINGS as LEGACY_ENCODINGS
from matching.encodings import decode
from matching.normalise import relation_of
from matching.numbers import household_code_with_zeros
from matching.places import known_province
from matching.schemas import RECEIVED, UNDERSTOOD, conform
from matching.understand import Conventions, understand
from registry import deliveries, log, people
from registry.engine import WriteSession

__all__ = [
    "CSV",
    "ENCODINGS_TO_CONFIRM",
    "LEGACY_ENCODINGS",
    "RECEIVED",
    "WORKBOOK",
    "AboveCell",
    "Conventions",
    "ReceivedFile",
    "ReceivedSheet",
    "SheetLayout",
    "decode",
    "decoded_sheet",
    "headings_of",
    "known_province",
    "relation_of",
    "take_in",
]


@dataclass(frozen=True)
class ReceivedSheet:
    """One sheet of a change file as a reader understood it. `rows` is RECEIVED."""

    layout: SheetLayout
    conventions: Conventions
    rows: pl.DataFrame


@dataclass(frozen=True)
class ReceivedFile:
    """A change file, with its sheets in their order. `row` of their rows counts through all of them.

    `form` is CSV with its delimiter, or WORKBOOK.
    """

    file_name: str
    digest: str
    source: str
    province: str | None
    form: str
    delimiter: str | None
    sheets: Sequence[ReceivedSheet]


def headings_of(row: Mapping[str, Any]) -> dict[str, str]:
    """The sender's headings of a row's cells, out of the `layout` of its delivery and its `sheet`."""
    return FileLayout.from_json(row["layout"]).sheet(row["sheet"]).titles


def decoded_sheet(sheet: ReceivedSheet) -> tuple[pl.DataFrame, list[Decoding]]:
    """RECEIVED: the rows of a sheet with legacy text in Unicode, and in which columns there was any."""
    return decode_columns(conform(sheet.rows, RECEIVED), sheet.conventions.encoding, sheet.layout.encoding)


def understood_sheet(sheet: ReceivedSheet, at: date) -> pl.DataFrame:
    """UNDERSTOOD: the rows of a sheet that came in on the day `at`."""
    return understand(decoded_sheet(sheet)[0], sheet.conventions, at)


def take_in(home: Home, files: Iterable[ReceivedFile], viewer: Viewer) -> list[int]:
    """The delivery ids of the files, each taken in by one transaction; rows taken in before stay as they are.

    A file is let go before the next is asked for.
    """
    at = today()
    ids = []
    for file in files:
        ids.append(_take_in(home, file, at, viewer))
        del file
    return ids


def _take_in(home: Home, file: ReceivedFile, at: date, viewer: Viewer) -> int:
    rows, decodings = _intake_rows(home, file, at)
    layout = _layout(file, decodings)

    def keep(session: WriteSession) -> int:
        delivery = deliveries.Delivery(
            file.source,
            file.province or session.value_of_state("province"),
            file.file_name,
            file.digest,
            " ".join(dict.fromkeys(sheet.profile for sheet in layout.sheets)),
            layout.to_json(),
            len(rows),
        )
        delivery_id, fresh = deliveries.add_delivery(session, delivery, rows, viewer)
        content = {
            "delivery": delivery_id,
            "digest": file.digest,
            "rows": len(rows),
            "new_rows": fresh,
            "decoded": [{"sheet": number, **asdict(decoding)} for number, decoding in decodings],
        }
        log.append(session, viewer, [log.Act("intake", content)])
        return delivery_id

    return write_briskly(home, keep)


def _layout(file: ReceivedFile, decodings: Sequence[tuple[int, Decoding]]) -> FileLayout:
    """How the file was laid out, with the columns of each sheet in which legacy text was changed."""
    sheets = []
    for number, sheet in enumerate(file.sheets, start=1):
        changed = [decoding for of_sheet, decoding in decodings if of_sheet == number and decoding.values]
        decoded = {decoding.column: (decoding.encoding, decoding.basis) for decoding in changed}
        sheets.append(replace(sheet.layout, decoded=decoded))
    return FileLayout(file.form, file.delimiter, tuple(sheets))


def _with_household_zeros(home: Home, understood: pl.DataFrame) -> pl.DataFrame:
    """UNDERSTOOD: a household code that nobody knows, while with zeros in front it is known, is read with them.

    Flagged `household_code_zeros_proposed`; what is known as it stands, and what is not known at all, stays.
    """
    codes = understood.get_column("household_code").drop_nulls().unique().to_list()
    longer = {code: padded for code in codes if (padded := household_code_with_zeros(code))}
    with home.ledger.reading() as session:
        known = people.known_households(session, [*longer, *longer.values()])
    proposed = {code: padded for code, padded in longer.items() if code not in known and padded in known}
    code = pl.col("household_code")
    flags = pl.concat_list("flags", pl.lit(["household_code_zeros_proposed"]))
    is_proposed = code.is_in(list(proposed)).fill_null(False)
    return understood.with_columns(code.replace(proposed), pl.when(is_proposed).then(flags).otherwise("flags"))


def _intake_rows(home: Home, file: ReceivedFile, at: date) -> tuple[list[dict[str, Any]], list[tuple[int, Decoding]]]:
    """The rows to keep, and what was decoded in each sheet, by its number. A row's identity is that of what came."""
    occurrences: Counter[str] = Counter()
    rows = []
    decoded = []
    for number, sheet in enumerate(file.sheets, start=1):
        received, decodings = decoded_sheet(sheet)
        decoded += [(number, decoding) for decoding in decodings]
        understood = _with_household_zeros(home, understand(received, sheet.conventions, at))
        meanings = conform(understood, UNDERSTOOD).drop("row").iter_rows(named=True)
        for row, meaning in zip(received.iter_rows(named=True), meanings, strict=True):
            digest = deliveries.cells_digest(row["cells"])
            occurrences[digest] += 1
            rows.append(
                {
                    "row_identity": deliveries.row_identity(file.source, digest, occurrences[digest]),
                    "cells": row["cells"],
                    "understood": json.dumps(meaning, ensure_ascii=False),
                    "event": meaning["event"],
                    "event_date": meaning["event_date"],
                    "row": row["row"],
                    "sheet": row["sheet"],
                    "sheet_row": row["sheet_row"],
                }
            )
    return rows, decoded
