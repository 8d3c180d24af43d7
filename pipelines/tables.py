"""What every reader of a format hands on: sheets of text, before anybody knows their layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pipelines.unreadable import UnreadableError

#: Marks of single cells. A date is ISO text, to be written in the order of the profile.
DATE = "date"
#: A day of 1905 in a cell with a date's format: a bare year that the spreadsheet made a day of.
YEAR_AS_DATE = "year_as_date"
NO_VALUE = "formula_without_value"
ERROR = "formula_error"


class Row(NamedTuple):
    """One row that has something in a cell: its number in a spreadsheet (the first is 1), its cells, marks of cells."""

    sheet_row: int
    cells: list[str]
    marks: Mapping[int, str] = {}


@dataclass(frozen=True)
class Sheet:
    """One sheet; a CSV file is one without a name. `remarks` say what was seen in it and not used."""

    name: str | None
    rows: Iterable[Row]
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """One file of sheets: its format in words, what is to be said of it, and of text its encoding and delimiter.

    `doubt` is why the file is refused unless what it says shows how it was written.
    """

    form: str
    encoding: str | None
    sheets: list[Sheet]
    remarks: list[str] = field(default_factory=list)
    delimiter: str | None = None
    doubt: UnreadableError | None = None
