"""How a change file would be understood, before anything of it is taken in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from casework.deliveries.intake import ReceivedFile, ReceivedSheet, decode, decoded_sheet
from casework.vietnam_time import today
from matching.decode_columns import Decoding
from matching.understand import understand

FIRST_ROWS = 5
SAMPLES = 3


@dataclass(frozen=True)
class DecodedColumn:
    """What was, or may be, legacy text in a column, and some of its values as they came and as they are read.

    The values are for the person who looks, and never for a log.
    """

    decoding: Decoding
    samples: list[tuple[str, str]]


@dataclass(frozen=True)
class SheetPreview:
    """The rows of one sheet as understood: how many, the first ones, how many have each fault and each flag.

    `decoded` are the columns that hold, or may hold, legacy text.
    """

    sheet: str | None
    rows: int
    first: list[dict[str, Any]]
    faults: dict[str, int]
    flags: dict[str, int]
    decoded: list[DecodedColumn]


def preview(file: ReceivedFile, at: date | None = None) -> list[SheetPreview]:
    """The sheets of the file as they would be understood on a day, by default today. Nothing is kept."""
    found = []
    for sheet in file.sheets:
        received, decodings = decoded_sheet(sheet)
        rows = understand(received, sheet.conventions, at or today())
        faults = Counter(fault["code"] for told in rows["faults"].to_list() for fault in told)
        flags = Counter(flag for told in rows["flags"].to_list() for flag in told)
        first = rows.head(FIRST_ROWS).with_columns(sheet.rows.get_column("sheet_row").head(FIRST_ROWS))
        decoded = [DecodedColumn(decoding, _samples(sheet, received, decoding)) for decoding in decodings]
        found.append(SheetPreview(sheet.layout.name, len(rows), first.to_dicts(), dict(faults), dict(flags), decoded))
    return found


def _samples(sheet: ReceivedSheet, received: pl.DataFrame, decoding: Decoding) -> list[tuple[str, str]]:
    """The first distinct values that were changed; of a column left as it is those that the encoding would change."""
    came = sheet.rows.get_column(decoding.column)
    read = received.get_column(decoding.column)
    if not decoding.values:
        read = came.map_elements(lambda text: decode(text, decoding.encoding), pl.String)
    pairs = pl.DataFrame({"came": came, "read": read}).filter(pl.col("came") != pl.col("read"))
    return pairs.unique("came", keep="first", maintain_order=True).head(SAMPLES).rows()
