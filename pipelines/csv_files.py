"""Change files as CSV: bytes to RECEIVED."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import polars as pl

from casework.intake import RECEIVED, ReceivedFile
from pipelines.csv_text import Record, decode, records, sniff_delimiter
from pipelines.profile import Layout, Profile, recognise
from pipelines.sender import Sender
from pipelines.unreadable import UnreadableError

#: The fault of a row with more cells than the heading has: nobody can tell which of them stands where.
SURPLUS = "row_shape"


def read_csv_file(path: Path, sender: Sender, profiles: Sequence[Profile]) -> tuple[ReceivedFile, tuple[str, ...]]:
    """The file as RECEIVED, and its headings that no profile knows; UnreadableError when it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"không mở được: {error.strerror}.") from error
    text = decode(content)
    found = records(text, sniff_delimiter(text))
    header = next(found, None)
    if header is None:
        raise UnreadableError("tệp trống, không có dòng tiêu đề.")
    layout = recognise(header.cells, profiles)
    profile = layout.profile
    file = ReceivedFile(
        file_name=path.name,
        digest=hashlib.sha256(content).hexdigest(),
        source=sender.source or profile.profile_id,
        province=sender.province or profile.province,
        profile=profile.profile_id,
        conventions=profile.conventions,
        headings=_headings(header.cells, layout),
        rows=_received(found, layout, len(header.cells)),
    )
    return file, layout.unknown


def _headings(cells: Sequence[str], layout: Layout) -> dict[str, str]:
    """The sender's heading of each of a row's `cells`, in their order; `other_N` where no profile knows the column."""
    columns = {at: column for column, at in layout.positions.items()}
    return {
        columns.get(at, f"other_{at + 1}"): " ".join(heading.split())
        for at, heading in enumerate(cells)
        if at not in layout.running_numbers
    }


def _received(found: Iterator[Record], layout: Layout, width: int) -> pl.DataFrame:
    """RECEIVED: one row for each record below the heading, in its order."""
    rows = [(row, sheet_row, *_fitted(cells, width)) for row, (sheet_row, cells) in enumerate(found, start=1)]
    columns: dict[str, list[str | int | None]] = {
        "row": [row for row, *_ in rows],
        "sheet_row": [sheet_row for _, sheet_row, *_ in rows],
        "cells": [_identifying(cells, layout.running_numbers) for *_, cells, _ in rows],
        "shape_fault": [fault for *_, fault in rows],
        **{
            column: [cells[at] if cells[at].strip() else None for *_, cells, _ in rows]
            for column, at in layout.positions.items()
        },
    }
    blank = [None] * len(rows)
    return pl.DataFrame({name: columns.get(name, blank) for name in RECEIVED}, schema=dict(RECEIVED))


def _fitted(cells: list[str], width: int) -> tuple[list[str], str | None]:
    """The cells at the width of the heading, and the fault of having more. Blank cells at the end say nothing."""
    padded = cells + [""] * (width - len(cells))
    has_surplus = any(cell.strip() for cell in islice(padded, width, None))
    return (padded, SURPLUS) if has_surplus else (padded[:width], None)


def _identifying(cells: Sequence[str], running_numbers: frozenset[int]) -> str:
    """The JSON list of the received cells without the running number."""
    kept = [cell for at, cell in enumerate(cells) if at not in running_numbers]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
