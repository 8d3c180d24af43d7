"""Answers to senders: a receipt for each file, and an error file that can be mended and sent back as it is."""

from __future__ import annotations

import csv
import json
import re
import shutil
import stat
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from benchmarks.encodings import encode
from benchmarks.intake_files import LAYOUTS, MadeSheet, csv_bytes, xls_bytes, xlsx_bytes, zip_bytes
from casework.answers import answers
from casework.home import open_home
from casework.types import Viewer
from pipelines.answer_files import safe_name
from pipelines.answer_workbooks import fitting, safe_sheet_names
from pipelines.cli import main
from pipelines.csv_text import sheet_of
from pipelines.limits import CELL_CHARACTERS
from pipelines.workbooks import read_workbook

SAMPLES = Path(__file__).parents[2] / "data_samples"
BLANK_ABOVE = {"post_book": 2}
ROW, FAULTS = "Dòng trong tệp gốc", "Lỗi cần sửa"

Rows = dict[int, list[str]]


@pytest.fixture(scope="module")
def model_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a home whose register is loaded and published, to be copied."""
    home = tmp_path_factory.mktemp("answers") / "home"
    environ = {"MOTMA_HOME": str(home)}
    assert main(["init"], environ) == 0
    assert main(["register", "load", str(SAMPLES / "register.csv")], environ) == 0
    assert main(["register", "publish"], environ) == 0
    open_home(home).ledger.close()
    return home


class Desk:
    """A reviewer's desk with a home of its own, and a folder for what senders send."""

    def __init__(self, home: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.folder, self.capsys = home, folder, capsys

    def json(self, *args: str, code: int = 0) -> Any:
        """What a command says as JSON."""
        self.capsys.readouterr()
        ended = main([*args, "--json"], {"MOTMA_HOME": str(self.home)})
        said = self.capsys.readouterr()
        assert ended == code, f"{args}: {ended}\n{said.err}"
        return json.loads(said.out) if said.out else said.err

    def send(self, name: str, content: bytes) -> Any:
        """The report of a run of a file of these bytes."""
        path = self.folder / name
        path.write_bytes(content)
        return self.json("run", str(path), "--source", "xa-01")

    def is_whole(self) -> bool:
        """Whether every promise holds."""
        return not any(check["rows"] for check in self.json("check"))


@pytest.fixture
def desk(model_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A desk with the sample register."""
    shutil.copytree(model_home, tmp_path / "home")
    (tmp_path / "sent").mkdir()
    return Desk(tmp_path / "home", tmp_path / "sent", capsys)


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


def mend(rows: Rows, sheet: MadeSheet) -> Rows:
    """The rows with every fault of `faulty` mended."""
    top, heading = heading_of(rows)
    assert [" ".join(name.split()) for name in heading] == [*(" ".join(n.split()) for n in sheet.heading), ROW, FAULTS]
    mended = {}
    right = {"birth_date": "28/02/1987", "sex": sheet.people[0]["sex"], "full_name": "Nguyễn Hữu Sửa Xong"}
    for number, cells in rows.items():
        cells = list(cells)
        if number > top:
            for column, wrong in (("birth_date", "31-02-1987"), ("sex", "xx"), ("full_name", "")):
                at = sheet.columns.index(column)
                cells[at] = right[column] if cells[at] == wrong else cells[at]
        mended[number] = cells
    return mended


@pytest.mark.parametrize("form", ["csv", "xlsx", "xls"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_faulty_file_comes_back_mended_and_nothing_else_is_new(desk: Desk, layout: str, form: str) -> None:
    sheets = {sheet.name: sheet for sheet in LAYOUTS[layout]}
    for at, (name, content) in enumerate(made(layout, form).items()):
        report = desk.send(name, content)
        (file,) = report["files"]
        error_file = Path(file["error_file"])
        assert error_file.suffix == (".csv" if form == "csv" else ".xlsx")
        rows = read_rows(error_file)
        by_name = {None: LAYOUTS[layout][at]} if form == "csv" else sheets
        assert report["outcomes"]["returned"] == 2 * len(by_name)
        for sheet_name, sheet in by_name.items():
            check_sheet(rows[sheet_name], sheet, BLANK_ABOVE.get(layout, 0))

        unmended = desk.send(f"again {error_file.name}", error_file.read_bytes())
        assert (unmended["decided"], unmended["outcomes"]) == (0, {"returned": 2 * len(by_name)})
        assert not any("Lỗi cần sửa" in told["message"] for told in unmended["noticed"])

        write_rows(error_file, {name: mend(told, by_name[name]) for name, told in rows.items()})
        mended = desk.send(error_file.name, error_file.read_bytes())
        assert mended["decided"] == 2 * len(by_name)
        assert "returned" not in mended["outcomes"], mended["returned"]
        assert sum(mended["outcomes"].values()) == 2 * len(by_name)
        assert mended["files"][0]["error_file"] is None
        again = desk.send(name, content)
        assert (again["decided"], again["outcomes"]) == (0, report["outcomes"])
    assert desk.is_whole()


def check_sheet(rows: Rows, sheet: MadeSheet, blank_above: int) -> None:
    """The returned rows of `faulty` stand under the heading, in its own row, with all that is wrong in one cell."""
    top, heading = heading_of(rows)
    assert top == blank_above + len(sheet.above) + 1
    told = [cells[heading.index(FAULTS)] for number, cells in rows.items() if number > top]
    assert [cells[heading.index(ROW)] for number, cells in rows.items() if number > top] == [
        str(top + 1),
        str(top + len(sheet.people)),
    ]
    assert re.search(r"^1\. .*Ngày không có trong lịch.*\n2\. .*Không hiểu giới tính", told[0]), told
    assert "Thiếu họ và tên" in told[1]
    assert told[0].count("\n") == 1
