"""Reads one workbook from standard input and writes its sheets to standard output, a JSON value a line.

It runs as a process of its own with little memory, little time and no right to write a file, because a workbook that
somebody made to do harm is read by a library that was not made for it. Nothing of ours but the limits is imported here.

Lines: {"sheet": name, "remarks": […]}, then its rows as [number, cells, marks], and {"end": sheets}; or, at any point,
{"refused": why}. Whoever reads an output without its last line knows that the process was stopped.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.limits import (
    CELL_CHARACTERS,
    CELLS,
    CHARACTERS,
    COLUMNS,
    READER_BYTES,
    READER_CPU_SECONDS,
    SHEET_ROWS,
    SHEETS,
)
from pipelines.tables import DATE, ERROR, NO_VALUE, YEAR_AS_DATE
from pipelines.workbook_marks import DocumentTypeError, Marks, read_marks
from pipelines.xls_marks import BrokenXlsError, read_xls_marks

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

Value = int | float | str | bool | time | date | datetime | timedelta

_EPOCH = date(1899, 12, 30)
#: Serial numbers that are years: whoever types 1985 into a cell with a date's format gets 7 June 1905.
_YEARS = range(1890, 2101)
#: A spreadsheet keeps fifteen digits of a number.
_EXACT = 10**15


class RefusedError(Exception):
    """The workbook is not read; the message is for its sender."""


def text_of(value: Value) -> tuple[str, str | None]:
    """The value as its sender would type it, and the mark that it needs."""
    if isinstance(value, str):
        return value, None
    if isinstance(value, bool):
        return str(value).upper(), None
    if isinstance(value, (int, float)):
        is_whole = value == value // 1 and abs(value) < _EXACT
        return (str(int(value)) if is_whole else format(value, ".15g")), None
    if isinstance(value, datetime) and value.time() != time():
        return value.isoformat(sep=" ", timespec="seconds"), DATE
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return day.isoformat(), YEAR_AS_DATE if (day - _EPOCH).days in _YEARS else DATE
    return str(value), None


def read(content: bytes) -> Iterator[Any]:
    """The lines of a workbook."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        marks = _marks(content)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        told = workbook.sheets_metadata
        if len(told) > SHEETS:
            raise RefusedError(f"{len(told)} trang tính, quá nhiều (tối đa {SHEETS}). Hãy bỏ những trang không cần.")
        if len({sheet.name for sheet in told}) < len(told):
            raise RefusedError("hai trang tính cùng tên, không do bảng tính ghi ra. Hãy đặt lại tên trang rồi gửi lại.")
        counts = Counts()
        for sheet in told:
            if str(sheet.typ).endswith("WorkSheet"):
                is_visible = str(sheet.visible).endswith(".Visible")
                yield from _sheet(
                    workbook.get_sheet_by_name(sheet.name), is_visible, marks.get(sheet.name, Marks()), counts
                )
        yield {"end": len(told)}
    except PasswordError:
        raise RefusedError("bảng tính có mật khẩu. Hãy bỏ mật khẩu rồi gửi lại.") from None
    except DocumentTypeError:
        raise RefusedError(
            "bảng tính có phần khai báo DOCTYPE, không phải do bảng tính ghi ra, nên không mở."
        ) from None
    except (CalamineError, zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError, RuntimeError) as error:
        raise RefusedError("bảng tính hỏng hoặc bị cắt cụt. Hãy mở bằng Excel, lưu lại rồi gửi lại.") from error


def _marks(content: bytes) -> dict[str, Marks]:
    """The marks of each sheet. Those of an XLS are left where its records are not in order: its values still count."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return read_marks(archive)
    try:
        return read_xls_marks(content)
    except BrokenXlsError:
        return {}


class Counts:
    """What was read of the whole file so far."""

    cells = 0
    characters = 0


def _sheet(sheet: CalamineSheet, is_visible: bool, marks: Marks, counts: Counts) -> Iterator[Any]:
    remarks = []
    if not is_visible:
        remarks.append("trang bị ẩn, vẫn đọc")
    if marks.hidden_rows:
        remarks.append(f"{marks.hidden_rows:,} dòng bị ẩn, vẫn đọc")
    if sheet.merged_cell_ranges:
        remarks.append(f"{len(sheet.merged_cell_ranges):,} chỗ gộp ô: giá trị chỉ thuộc ô đầu")
    if marks.zeros:
        remarks.append(f"{len(marks.zeros):,} ô số hiện thêm số 0 ở đầu, đọc như đang hiện")
    yield {"sheet": sheet.name, "remarks": remarks}
    if sheet.start is None:
        return
    first_column, last_column = sheet.start[1], (sheet.end or sheet.start)[1]
    if last_column >= COLUMNS:
        raise RefusedError(f"trang “{sheet.name}” rộng {last_column + 1:,} cột, quá nhiều (tối đa {COLUMNS:,}).")
    for number, values in enumerate(sheet.iter_rows()):
        cells, kinds = _row(values, (number, first_column), marks)
        if cells:
            counts.cells += len(cells)
            counts.characters += sum(map(len, cells))
            _check(sheet.name, number + 1, cells, counts)
            yield [number + 1, cells, kinds]


def _row(values: list[Value], corner: tuple[int, int], marks: Marks) -> tuple[list[str], dict[int, str]]:
    """The cells of a row from the first column to the last that says something, and their marks."""
    row, first_column = corner
    cells: list[Any] = [""] * first_column + values
    kinds: dict[int, str] = {}
    for column, value in enumerate(values, start=first_column):
        if type(value) is not str:
            cells[column], mark = text_of(value)
            if mark is not None:
                kinds[column] = mark
    if row in marks.rows:
        _apply(marks, row, cells, kinds)
    last = max(kinds, default=-1)
    while len(cells) - 1 > last and not cells[-1].strip():
        cells.pop()
    return cells, kinds


def _apply(marks: Marks, row: int, cells: list[str], kinds: dict[int, str]) -> None:
    """Writes the marks of a row, and the zeros that its formats show."""
    for column in range(len(cells)):
        place = (row, column)
        if place in marks.without_value:
            kinds.setdefault(column, NO_VALUE)
        elif place in marks.errors:
            kinds[column] = ERROR
        elif place in marks.zeros and cells[column].isdigit():
            cells[column] = cells[column].zfill(marks.zeros[place])


def _check(sheet: str, row: int, cells: list[str], counts: Counts) -> None:
    if max(map(len, cells)) > CELL_CHARACTERS:
        raise RefusedError(f"trang “{sheet}”, dòng {row}: có ô dài quá {CELL_CHARACTERS:,} ký tự. Hãy sửa ô đó.")
    if row > SHEET_ROWS or counts.cells > CELLS or counts.characters > CHARACTERS:
        raise RefusedError(f"trang “{sheet}”, dòng {row}: tệp có quá nhiều dữ liệu. Hãy chia thành nhiều tệp.")


def limit(kind: int, most: int) -> None:
    """Holds the process to so much, or to less where it is held to less already."""
    _, hard = resource.getrlimit(kind)
    held = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (held, held))


def main() -> None:
    """Writes the lines of the workbook on standard input."""
    limit(resource.RLIMIT_AS, READER_BYTES)
    limit(resource.RLIMIT_CPU, READER_CPU_SECONDS)
    limit(resource.RLIMIT_FSIZE, 0)
    limit(resource.RLIMIT_CORE, 0)
    out = sys.stdout.buffer
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    try:
        for line in read(sys.stdin.buffer.read()):
            out.write(encode(line).encode("utf-8") + b"\n")
    except RefusedError as error:
        out.write(encode({"refused": str(error)}).encode("utf-8") + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
