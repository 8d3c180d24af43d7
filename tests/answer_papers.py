"""What goes to senders and comes back: faulty files, answers read as senders read them, files saved again."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks.intake_sheets import BLANK_ABOVE, COMMUNE, LAYOUTS, MadeSheet
from benchmarks.intake_writers import csv_bytes, xls_bytes, xlsx_bytes
from pipelines.csv_text import sheet_of
from pipelines.workbooks import read_workbook

#: the headings of our columns in an error file
ROW, FAULTS = "Dòng trong tệp gốc", "Lỗi cần sửa"

Rows = dict[int, list[str]]


def faulty(sheet: MadeSheet) -> MadeSheet:
    """The sheet with two faults in its first person and one in its last; the others are as they were."""
    first, *others, last = sheet.people
    wrong = [{**first, "birth_date": "31-02-1987", "sex": "xx"}, *others, {**last, "full_name": ""}]
    return replace(sheet, people=wrong)


def made(layout: str, form: str) -> dict[str, bytes]:
    """The faulty files of a layout in a form, by their names."""
    sheets, blank = [faulty(sheet) for sheet in LAYOUTS[layout]], BLANK_ABOVE.get(layout, 0)
    if form == "csv":
        return {f"{layout}_{at}.csv": csv_bytes(sheet, "utf-8", ";", blank) for at, sheet in enumerate(sheets)}
    write = xlsx_bytes if form == "xlsx" else xls_bytes
    return {f"{layout}.{form}": write(sheets, blank, is_native=True)}


def commune(*people: dict[str, str]) -> MadeSheet:
    """A commune's sheet of these people, each like one who is sound but for what is said."""
    sound = {**COMMUNE.people[1], "bhxh_code": "", "event": "Bổ sung"}
    return replace(COMMUNE, people=[{**sound, **person} for person in people])


def read_rows(path: Path) -> dict[str | None, Rows]:
    """The rows of each sheet of a file of ours by their numbers, through the reader of what senders send."""
    content = path.read_bytes()
    if path.suffix == ".csv":
        rows, _ = sheet_of(content.decode("utf-8-sig"))
        return {None: {row.sheet_row: row.cells for row in rows}}
    with zipfile.ZipFile(path) as archive:
        sheets = read_workbook(content, frozenset(archive.namelist())).sheets
    return {sheet.name: {row.sheet_row: row.cells for row in sheet.rows} for sheet in sheets}


def write_rows(path: Path, sheets: Mapping[str | None, Rows]) -> None:
    """A file of the same form, as somebody's spreadsheet would save it."""
    if path.suffix == ".csv":
        (rows,) = sheets.values()
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerows(rows.get(number, []) for number in range(1, max(rows) + 1))
        return
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, cells in rows.items():
                for at, cell in enumerate(cells):
                    page.write_string(number - 1, at, cell)


def heading_of(rows: Rows) -> tuple[int, list[str]]:
    """The row number and the cells of the heading of an error file."""
    return next((number, cells) for number, cells in rows.items() if FAULTS in cells)


def error_rows(report: Any) -> list[dict[str, str]]:
    """The rows of the only error file of a run, by their headings."""
    (rows,) = read_rows(Path(report["files"][0]["error_file"])).values()
    top, heading = heading_of(rows)
    names = [" ".join(name.split()) for name in heading]
    return [dict(zip(names, cells, strict=False)) for number, cells in rows.items() if number > top]


def receipt(report: Any, at: int = 0) -> list[dict[str, str]]:
    """The lines of a receipt by their headings."""
    rows = read_rows(Path(report["files"][at]["receipt"]))["Từng dòng"]
    heading = rows[1]
    return [dict(zip(heading, [*cells, ""], strict=False)) for number, cells in rows.items() if number > 1]


def facts(report: Any) -> dict[str, str]:
    """The first sheet of a receipt: what stands beside each word."""
    rows = read_rows(Path(report["files"][0]["receipt"]))["Phiếu nhận"]
    return {cells[0]: cells[1] for cells in rows.values() if len(cells) > 1}
