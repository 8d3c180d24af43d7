"""The records of a CSV text: its delimiter, and the row numbers that a spreadsheet would show."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from pipelines.limits import CELL_CHARACTERS, COLUMNS, HEADING_WITHIN_ROWS
from pipelines.tables import Row
from pipelines.unreadable import UnreadableError

#: In the order of preference where two cut equally well.
DELIMITERS = (",", ";", "\t", "|", "^", "~", "#", ":", "\x1f")

#: The first line by which spreadsheets are told the delimiter; it is no row.
_TOLD = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
#: A spreadsheet takes a cell that begins so for a formula. Whoever writes CSV for people puts an apostrophe before it,
#: one more where apostrophes stand there already, so that taking one off gives back what was written.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
#: Enough for the rows among which the heading stands.
_SAMPLE = 200_000


def sheet_of(text: str) -> tuple[Iterator[Row], str]:
    """The records of the text, and the delimiter that cuts them."""
    told = _TOLD.match(text)
    if told is None:
        delimiter = sniff_delimiter(text)
        return records(text, delimiter), delimiter
    return records(text[told.end() :], told[1]), told[1]


def sniff_delimiter(text: str) -> str:
    """The delimiter that cuts one of the first records into most cells."""
    sample = text[:_SAMPLE]
    return max(DELIMITERS, key=lambda delimiter: _width(sample, delimiter))


def _width(sample: str, delimiter: str) -> int:
    """The cells that say something of the fullest of the first records with this delimiter."""
    widest = 0
    try:
        for cells in islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), HEADING_WITHIN_ROWS):
            widest = max(widest, sum(not cell.isspace() for cell in cells if cell))
    except csv.Error:
        return widest
    return widest


def records(text: str, delimiter: str) -> Iterator[Row]:
    """Every record that has anything in a cell, without apostrophes of the guard; blank ones are left out, but counted.

    A quotation mark that is not closed would swallow the rows behind it: the file is refused.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    sheet_row = 0
    while True:
        sheet_row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                raise _too_long(sheet_row) from None
            raise UnreadableError(
                f"dòng {sheet_row}: dấu ngoặc kép mở mà không đóng, hoặc đóng giữa ô; không biết dòng kết thúc ở đâu. "
                'Hãy viết dấu ngoặc kép trong ô thành hai dấu (""), hoặc bỏ đi.'
            ) from None
        if len(cells) > COLUMNS:
            raise UnreadableError(f"dòng {sheet_row}: {len(cells):,} cột, quá nhiều (tối đa {COLUMNS:,}).")
        cells = [unguarded(cell) if cell[:1] == "'" else cell for cell in cells]
        if any(len(cell) > CELL_CHARACTERS for cell in cells):
            raise _too_long(sheet_row)
        if any(cell and not cell.isspace() for cell in cells):
            yield Row(sheet_row, cells)


def guarded(cell: str) -> str:
    """The cell as it is safe to open; `unguarded` gives back the cell."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell without the apostrophe that keeps it from being a formula."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _too_long(sheet_row: int) -> UnreadableError:
    return UnreadableError(
        f"dòng {sheet_row}: có ô dài quá {CELL_CHARACTERS:,} ký tự, hoặc dấu ngoặc kép mở mà không đóng. Hãy sửa ô đó."
    )
