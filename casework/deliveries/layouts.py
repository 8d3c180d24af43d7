"""How a sender laid out a file. It is kept with the delivery, so that an answer can be written in the same layout."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

#: The columns of ours at the end of an error file: the row's number in the sender's file, and what to mend. They count
#: for nothing when the file comes back.
ROW_HEADING = "Dòng trong tệp gốc"
FAULTS_HEADING = "Lỗi cần sửa"

CSV = "csv"
WORKBOOK = "workbook"


@dataclass(frozen=True)
class AboveCell:
    """A cell over the table that counted for all its rows: its column, its label, its row (from 1) and place (from 0).

    `column` is the name under which a row's cells hold it.
    """

    column: str
    label: str
    sheet_row: int
    at: int


@dataclass(frozen=True)
class SheetLayout:
    """One sheet of a sender's file; the only one of a CSV file has no name.

    `heading_row` is where the heading ends. `headings` are those of all columns in Unicode, also blank and repeated
    ones, and `encoding` the legacy encoding in which they came, if any; `columns` says under which name a row's cells
    hold each, None where they do not (running numbers). A row's cells are those columns, then what stood behind the
    last heading, then the values of `above`. `decoded` are the columns that were read in a legacy encoding: (encoding,
    how that was told), as in decode_columns.Decoding.
    """

    name: str | None
    profile: str
    heading_row: int
    headings: tuple[str, ...]
    columns: tuple[str | None, ...]
    above: tuple[AboveCell, ...] = ()
    encoding: str | None = None
    decoded: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The names of a row's cells that stand under headings, in their order."""
        return [column for column in self.columns if column is not None]

    @property
    def titles(self) -> dict[str, str]:
        """The sender's words for each of a row's cells, on one line, in their order."""
        pairs = zip(self.columns, self.headings, strict=True)
        own = {column: " ".join(heading.split()) for column, heading in pairs if column is not None}
        return own | {cell.column: cell.label for cell in self.above}


def canonical(name: str) -> str:
    """Our column of a cell's name: repeated ones have their place behind it, those over the table a word before it."""
    return re.sub(r"_\d+$", "", name.removeprefix("above_"))


@dataclass(frozen=True)
class FileLayout:
    """A whole file: CSV with its delimiter, or WORKBOOK; and the sheets that were read, in their order."""

    form: str
    delimiter: str | None
    sheets: tuple[SheetLayout, ...]

    def to_json(self) -> str:
        """The layout as the ledger keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    @lru_cache(maxsize=64)
    def from_json(text: str) -> FileLayout:
        """The layout that was kept."""
        told = json.loads(text)
        return FileLayout(told["form"], told["delimiter"], tuple(map(_sheet, told["sheets"])))

    def sheet(self, name: str | None) -> SheetLayout:
        """The sheet of that name."""
        return next(sheet for sheet in self.sheets if sheet.name == name)


def _sheet(told: Mapping[str, Any]) -> SheetLayout:
    return SheetLayout(
        name=told["name"],
        profile=told["profile"],
        heading_row=told["heading_row"],
        headings=tuple(told["headings"]),
        columns=tuple(told["columns"]),
        above=tuple(AboveCell(**cell) for cell in told["above"]),
        encoding=told["encoding"],
        decoded={column: (encoding, basis) for column, (encoding, basis) in told["decoded"].items()},
    )
