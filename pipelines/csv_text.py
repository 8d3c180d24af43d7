"""The text of a CSV file: encoding, delimiter, and records with the row numbers that a spreadsheet would show."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from pipelines.unreadable import UnreadableError

DELIMITERS = (",", ";", "\t")


class Record(NamedTuple):
    """One record: its number in a spreadsheet (the first is 1), and its cells as received."""

    sheet_row: int
    cells: list[str]


def decode(content: bytes) -> str:
    """The text of the bytes, which must be UTF-8, with or without a byte-order mark."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("tệp ghi bằng UTF-16, không phải UTF-8. Hãy lưu lại dưới dạng “CSV UTF-8”.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableError(
            f"dòng {line}: có ký tự không phải UTF-8 (byte 0x{content[error.start]:02X}). "
            "Hãy lưu lại dưới dạng “CSV UTF-8”."
        ) from None


def sniff_delimiter(text: str) -> str:
    """The delimiter that cuts the first record into most cells: comma, semicolon or tab."""
    return max(DELIMITERS, key=lambda delimiter: _width(text, delimiter))


def _width(text: str, delimiter: str) -> int:
    """How many cells the first record has with this delimiter; 0 where it cannot be cut so."""
    try:
        first = next(records(text, delimiter), None)
    except UnreadableError:
        return 0
    return len(first.cells) if first else 0


def records(text: str, delimiter: str) -> Iterator[Record]:
    """Every record that has anything in a cell; blank ones are left out, but counted.

    A quotation mark that is not closed would swallow the rows behind it: the file is refused.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    sheet_row = 0
    while True:
        first_line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise UnreadableError(
                f"dòng {first_line}: dấu ngoặc kép mở mà không đóng, hoặc đóng giữa ô; không biết dòng kết thúc ở đâu. "
                'Hãy viết dấu ngoặc kép trong ô thành hai dấu (""), hoặc bỏ đi.'
            ) from None
        sheet_row += 1
        if any(cell.strip() for cell in cells):
            yield Record(sheet_row, cells)
