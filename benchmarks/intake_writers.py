"""Writers of change files: a sheet of a layout as CSV, XLSX or XLS, and files as a bundle."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date

import xlsxwriter
import xlwt

from benchmarks.intake_sheets import MadeSheet

_TONES = "\u0300\u0301\u0303\u0309\u0323"

_NUMBERS = ("number", "birth_precision", "household_code", "personal_id", "bhxh_code", "birth_place_code")
_DATES = ("birth_date", "event_date")


def _day(text: str) -> date:
    """The day of a text dd/mm/yyyy."""
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def to_bytes(text: str, encoding: str) -> bytes:
    """The text in an encoding. cp1258 writes a tone behind its vowel."""
    if encoding != "cp1258":
        return text.encode(encoding)
    spread = []
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", char)
        tone = "".join(part for part in parts if part in _TONES)
        spread.append(unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES)) + tone)
    return "".join(spread).encode("cp1258")


def csv_text(sheet: MadeSheet, delimiter: str, blank_above: int = 0) -> str:
    """The sheet as the text of a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([[]] * blank_above + [*sheet.above, sheet.heading, *sheet.cells()])
    return text.getvalue()


def csv_bytes(sheet: MadeSheet, encoding: str, delimiter: str, blank_above: int = 0) -> bytes:
    """The sheet as CSV."""
    return to_bytes(csv_text(sheet, delimiter, blank_above), encoding)


def xlsx_bytes(sheets: Sequence[MadeSheet], blank_above: int = 0, *, is_native: bool = False) -> bytes:
    """The sheets as XLSX: all text, or numbers as numbers shown with their zeros and dates as dates."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for at, row in enumerate([*sheet.above, sheet.heading], start=blank_above):
                for column, text in enumerate(row):
                    page.write_string(at, column, text)
            first = blank_above + len(sheet.above) + 1
            for at, row in enumerate(sheet.cells(), start=first):
                for column, (ours, text) in enumerate(zip(sheet.columns, row, strict=True)):
                    if is_native and ours in _NUMBERS and text.isdigit():
                        page.write_number(at, column, int(text), book.add_format({"num_format": "0" * len(text)}))
                    elif is_native and ours in _DATES and text.isdigit():
                        page.write_number(at, column, int(text))
                    elif is_native and ours in _DATES and text.count("/") == 2:
                        page.write_datetime(at, column, _day(text), day)
                    elif text:
                        page.write_string(at, column, text)
    return content.getvalue()


def _zeros(width: int) -> object:
    """The style of a number that shows so many digits."""
    return xlwt.easyxf(num_format_str="0" * width)


def xls_bytes(sheets: Sequence[MadeSheet], blank_above: int = 0, *, is_native: bool = False) -> bytes:
    """The sheets as XLS: all text, or numbers as numbers shown with their zeros and dates as dates."""
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    zeros: dict[int, object] = {}
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        rows = [*sheet.above, sheet.heading, *sheet.cells()]
        for at, row in enumerate(rows, start=blank_above):
            for column, text in enumerate(row):
                is_body = is_native and at > blank_above + len(sheet.above)
                is_date = is_body and sheet.columns[column] in _DATES
                if is_date and text.count("/") == 2:
                    page.write(at, column, _day(text), day)
                elif is_date and text.isdigit():
                    page.write(at, column, int(text))
                elif is_body and sheet.columns[column] in _NUMBERS and text.isdigit():
                    page.write(at, column, int(text), zeros.setdefault(len(text), _zeros(len(text))))
                elif text:
                    page.write(at, column, text)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A bundle of files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()
