"""Answers as workbooks: the error file of a workbook, and the receipt of any file."""

from __future__ import annotations

import io
import re
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from casework.deliveries.answers import Answer, AnsweredRow
from casework.deliveries.error_sheets import ErrorSheet
from casework.deliveries.layouts import FAULTS_HEADING, ROW_HEADING
from casework.office_dates import local_time
from casework.office_words import OUTCOMES
from pipelines.answer_texts import (
    HOW_TO_MEND,
    above_of,
    cells_of,
    lost_value,
    outcome_word,
    plain,
    reason_of,
    what_to_do,
)
from pipelines.limits import CELL_CHARACTERS

#: Rows of one sheet of a receipt, below its heading.
RECEIPT_ROWS = 1_000_000
#: Comments of one sheet: beyond, a spreadsheet gets slow, and the column of faults says the same.
COMMENTS = 2_000
_SHEET_NAME = 31
#: The number of the format of text, in which no spreadsheet drops zeros.
_TEXT = 49
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
#: Column widths, in characters, and by how many rows they are found.
_NARROWEST, _WIDEST, _WIDTH_ROWS = 5, 32, 200
_FAULTS_WIDTH, _ROW_WIDTH = 70, 12
#: Heights are told with the file, as not every program finds them; letters are wider in fonts that stand in for Arial.
_LETTERS_A_UNIT, _LINE_POINTS, _HIGHEST = 0.85, 14, 12
#: The name stays in sight where it stands among the first columns.
_FREEZE_AT_MOST = 4
#: As many columns can be read on one page.
_PRINTED_COLUMNS = 25


def safe_sheet_names(names: Sequence[str]) -> list[str]:
    """The names as Excel takes them: at most 31 characters, without its signs, no two alike."""
    found: list[str] = []
    taken = {"history"}
    for name in names:
        kept = _NOT_IN_SHEET_NAMES.sub("_", plain(name)).strip("' ") or "_"
        short, number = kept[:_SHEET_NAME], 1
        while short.lower() in taken:
            number += 1
            short = f"{kept[: _SHEET_NAME - 5]} ({number})"
        taken.add(short.lower())
        found.append(short)
    return found


def fitting(text: str) -> str:
    """What of the text a cell of a workbook holds, which counts letters beyond the 65,536 common ones twice."""
    if 2 * len(text) <= CELL_CHARACTERS:
        return text
    return text.encode("utf-16-le")[: CELL_CHARACTERS * 2].decode("utf-16-le", "ignore")


@contextmanager
def _book(path: Path, answer: Answer, title: str) -> Iterator[Any]:
    """A workbook in which a text is never anything else; written twice, it is the same to the byte."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    # packed in memory: what could not be packed into a file would be tried again when nobody listens any more
    packed = io.BytesIO()
    created = datetime.fromisoformat(answer.received_at).replace(tzinfo=None)
    try:
        with xlsxwriter.Workbook(packed, {**options, "constant_memory": True, "tmpdir": str(path.parent)}) as book:
            book.set_properties({"title": title, "author": "Một Mã", "created": created})
            yield book
    except xlsxwriter.exceptions.FileCreateError as error:
        (reason,) = error.args
        # what was packed half closes itself while its memory is still there, and not when nobody listens any more
        traceback.clear_frames(reason.__traceback__)
        raise reason from error
    path.write_bytes(packed.getvalue())


def write_error_workbook(answer: Answer, path: Path) -> None:
    """The rows to mend, in sheets as they came."""
    with _book(path, answer, "Dòng cần sửa") as book:
        text = {"num_format": _TEXT, "valign": "top", "font_name": "Arial", "font_size": 10, "text_wrap": True}
        formats = _Formats(
            text=book.add_format(text),
            above=book.add_format(text | {"text_wrap": False}),
            heading=book.add_format(text | {"bold": True, "bg_color": "#D9E2F3", "border": 1}),
            ours=book.add_format(text | {"bold": True, "bg_color": "#FFE699", "border": 1}),
            fault=book.add_format(text | {"bg_color": "#FFD966", "border": 1, "border_color": "#C00000"}),
            told=book.add_format(text | {"font_color": "#C00000"}),
        )
        names = safe_sheet_names([sheet.layout.name or "" for sheet in answer.error_sheets])
        for name, sheet in zip(names, answer.error_sheets, strict=True):
            _write_sheet(book.add_worksheet(name), sheet, formats)


@dataclass(frozen=True)
class _Formats:
    text: Any
    above: Any
    heading: Any
    ours: Any
    fault: Any
    told: Any


def _write_sheet(page: Any, sheet: ErrorSheet, formats: _Formats) -> None:
    """The sheet as it came, with the rows to mend alone; each faulty cell is marked, and its comment says why."""
    width, top = len(sheet.layout.headings), sheet.layout.heading_row - 1
    widths = [*_widths(sheet), _ROW_WIDTH, _FAULTS_WIDTH]
    for at, wide in enumerate(widths):
        page.set_column(at, at, wide, formats.text)
    for number, at, text in sorted(above_of(sheet)):
        page.write_string(number - 1, at, fitting(text), formats.above)
    page.set_row(top, _height(sheet.layout.headings, widths))
    for at, heading in enumerate(sheet.layout.headings):
        page.write_string(top, at, fitting(heading), formats.heading)
    for at, heading in enumerate((ROW_HEADING, FAULTS_HEADING), start=width):
        page.write_string(top, at, heading, formats.ours)
    page.write_comment(top, width + 1, HOW_TO_MEND, _comment(HOW_TO_MEND))
    comments = 0
    for row in sheet.rows:
        messages: dict[int, list[str]] = {}
        for at, fault in row.faulty:
            messages.setdefault(at, []).append(f"{fault.message}{lost_value(fault)}")
        cells = cells_of(row)
        page.set_row(row.at_row - 1, _height(cells, widths))
        for at, cell in enumerate(cells):
            kind = formats.fault if at in messages else formats.told if at == width + 1 else formats.text
            if cell:
                page.write_string(row.at_row - 1, at, fitting(cell), kind)
            elif at in messages:
                page.write_blank(row.at_row - 1, at, None, kind)
            if at in messages and comments < COMMENTS:
                said = plain("\n".join(messages[at]))
                page.write_comment(row.at_row - 1, at, said, _comment(said))
                comments += 1
    name = sheet.layout.columns.index("full_name") if "full_name" in sheet.layout.columns else _FREEZE_AT_MOST
    page.freeze_panes(top + 1, name + 1 if name < _FREEZE_AT_MOST else 0)
    page.set_landscape()
    page.set_paper(9)
    page.hide_gridlines(0)  # shown, and printed
    page.repeat_rows(top)
    if width <= _PRINTED_COLUMNS:
        page.fit_to_pages(1, 0)


def _comment(text: str) -> dict[str, Any]:
    """The size of a comment that shows the whole text."""
    return {"author": "Một Mã", "width": 320, "height": 24 + 17 * sum(1 + len(line) // 50 for line in text.split("\n"))}


def _widths(sheet: ErrorSheet) -> Iterator[float]:
    """How wide each column of the sender's is: what the first rows say, and the longest word of the heading."""
    for at, heading in enumerate(sheet.layout.headings):
        longest = max((len(part) for row in sheet.rows[:_WIDTH_ROWS] for part in row.cells[at].split("\n")), default=0)
        words = max(map(len, heading.split()), default=0)
        yield min(max(longest + 2, words + 3, len(heading) / 3 + 3, _NARROWEST), _WIDEST)


def _height(cells: Sequence[str], widths: Sequence[float]) -> float:
    """How high a row is, in points, that shows the whole of its cells, or the first lines of very long ones."""
    lines = (
        sum(1 + int(len(part) / (wide * _LETTERS_A_UNIT)) for part in cell.split("\n"))
        for cell, wide in zip(cells, widths, strict=False)
        if cell
    )
    return min(max(lines, default=1), _HIGHEST) * _LINE_POINTS


def write_receipt(answer: Answer, error_file: str, path: Path) -> None:
    """What came, what became of it in sum, and of each row; `error_file` is the name of the file to mend."""
    with _book(path, answer, "Phiếu nhận") as book:
        text = {"num_format": _TEXT, "valign": "top", "font_name": "Arial", "font_size": 10, "text_wrap": True}
        body, bold = book.add_format(text), book.add_format(text | {"bold": True})
        heading = book.add_format(text | {"bold": True, "bg_color": "#D9E2F3", "border": 1})
        title = book.add_format(text | {"bold": True, "font_size": 14, "text_wrap": False})
        page = book.add_worksheet("Phiếu nhận")
        page.set_column(0, 0, 28)
        page.set_column(1, 1, 70)
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.write_string(0, 0, "PHIẾU NHẬN DANH SÁCH BIẾN ĐỘNG", title)
        facts = [
            ("Tệp", answer.file_name),
            ("Đơn vị gửi", answer.source),
            ("Nhận lúc (giờ Việt Nam)", local_time(answer.received_at)),
            ("Lần nhận số", str(answer.delivery_id)),
            ("Mã SHA-256 của tệp", answer.digest),
            ("Số dòng", f"{len(answer.rows):,}"),
        ]
        for at, (name, said) in enumerate(facts, start=2):
            page.write_string(at, 0, name, bold)
            page.write_string(at, 1, fitting(plain(said)), body)
        at = len(facts) + 3
        page.write_string(at, 0, "Kết quả", heading)
        page.write_string(at, 1, "Số dòng", heading)
        names = [*OUTCOMES, *sorted(answer.outcomes.keys() - OUTCOMES.keys())]
        for name in names:
            at += 1
            page.write_string(at, 0, outcome_word(name), body)
            page.write_string(at, 1, f"{answer.outcomes.get(name, 0):,}", body)
        for line, said in enumerate(what_to_do(answer, error_file), start=at + 2):
            page.set_row(line, _height([said], [70]))
            page.write_string(line, 0, "Việc cần làm", bold)
            page.write_string(line, 1, said, body)
        for part in range(0, max(len(answer.rows), 1), RECEIPT_ROWS):
            number = part // RECEIPT_ROWS + 1
            rows = answer.rows[part : part + RECEIPT_ROWS]
            _write_lines(book.add_worksheet("Từng dòng" if number == 1 else f"Từng dòng {number}"), rows, body, heading)


def _write_lines(page: Any, rows: Sequence[AnsweredRow], body: Any, heading: Any) -> None:
    """One line for each row of the sender's file."""
    columns = (("Trang", 18), ("Dòng", 8), ("Họ và tên", 32), ("Kết quả", 16), ("Mã số BHXH", 14), ("Lý do", 90))
    for at, (name, wide) in enumerate(columns):
        page.set_column(at, at, wide)
        page.write_string(0, at, name, heading)
    for line, row in enumerate(rows, start=1):
        cells = (row.sheet, str(row.sheet_row), row.full_name, outcome_word(row.outcome), row.code, reason_of(row))
        page.set_row(line, _height([cell or "" for cell in cells], [wide for _, wide in columns]))
        for at, cell in enumerate(cells):
            if cell:
                page.write_string(line, at, fitting(plain(cell)), body)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.hide_gridlines(0)  # shown, and printed
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
