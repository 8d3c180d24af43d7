"""What the cells of workbooks say beside their text: formulas, errors, dates that were years, zeros, split names."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from benchmarks.intake_sheets import COMMUNE, TK1
from benchmarks.intake_writers import xlsx_bytes, zip_bytes
from casework.deliveries.intake import ReceivedSheet, understood_sheet
from pipelines.change_files import ReadFile, read_path
from pipelines.profile import known_profiles
from pipelines.sender import Sender

AT = date(2026, 11, 1)
ROW = ["1", "Bổ sung", "0100005955", "Lê Văn An", "05/03/1987", "Nam", "001087000123", "", "Chủ hộ", "", "", ""]
PART = "xl/worksheets/sheet1.xml"
HEADING = list(COMMUNE.heading)
NAME, BIRTH, NUMBER, CODE, EVENT_DATE = 3, 4, 6, 7, 10


class Sheet:
    """A sheet of the communes' layout on its way to a file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "a.xlsx"
        self.content = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.content, {"in_memory": True})
        self.page = self.book.add_worksheet("Biến động")
        self.changed: Callable[[bytes], bytes] = bytes
        self.page.write_row(0, 0, HEADING)
        for column, text in enumerate(ROW):
            self.page.write_string(1, column, text)

    def format(self, code: str) -> xlsxwriter.format.Format:
        return self.book.add_format({"num_format": code})

    def change(self, changed: Callable[[bytes], bytes]) -> None:
        """Changes the part that holds the sheet, as a program would write it that this one cannot imitate."""
        self.changed = changed

    def read(self) -> ReceivedSheet:
        self.book.close()
        with zipfile.ZipFile(self.content) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts[PART] = self.changed(parts[PART])
        self.path.write_bytes(zip_bytes(parts))
        ((_, found),) = read_path(self.path, Sender(), known_profiles())
        assert isinstance(found, ReadFile), found
        return found.received.sheets[0]

    def faults(self) -> list[tuple[str, str]]:
        (told,) = understood_sheet(self.read(), AT)["faults"].to_list()
        return [(fault["column"], fault["code"]) for fault in told]


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    """A sheet with one good row."""
    return Sheet(tmp_path)


def test_a_good_row_has_no_fault(sheet: Sheet) -> None:
    assert sheet.faults() == []


def test_a_formula_without_a_value_is_a_fault_and_the_only_one_of_its_column(sheet: Sheet) -> None:
    sheet.page.write_formula(1, NAME, "=A1", None, "gone")
    sheet.page.write_formula(1, BIRTH, "=DATE(1987,3,5)", None, "#REF!")
    sheet.page.write_formula(1, NUMBER, '=""', None, "blank")
    gone, left = b' t="str"><f>A1</f><v>gone</v>', b"><f>A1</f><v></v>"
    sheet.change(lambda part: part.replace(gone, left).replace(b"blank", b""))
    assert sheet.faults() == [("full_name", "formula_without_value"), ("birth_date", "formula_error")]


def test_errors_and_zeros_of_an_old_workbook_are_read(tmp_path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("Biến động", cell_overwrite_ok=True)
    for column, (heading, text) in enumerate(zip(HEADING, ROW, strict=True)):
        page.write(0, column, heading)
        page.write(1, column, "" if column in (NUMBER, CODE) else text)
    page.row(1).set_cell_error(NUMBER, "#REF!")
    page.write(1, CODE, 110301408, xlwt.easyxf(num_format_str="0000000000"))
    book.save(tmp_path / "a.xls")
    ((_, found),) = read_path(tmp_path / "a.xls", Sender(), known_profiles())
    assert isinstance(found, ReadFile), found
    (row,) = understood_sheet(found.received.sheets[0], AT).to_dicts()
    assert [(fault["column"], fault["code"]) for fault in row["faults"]] == [("personal_id", "formula_error")]
    assert (row["bhxh_code"], row["flags"]) == ("0110301408", [])


def test_the_value_of_a_formula_is_read(sheet: Sheet) -> None:
    sheet.page.write_formula(1, NAME, '=A1&" "&B1', None, "Lê Văn Bình")
    assert sheet.read().rows["full_name"].to_list() == ["Lê Văn Bình"]


def test_a_bare_year_stays_a_year_and_one_shown_as_a_day_is_asked_about(sheet: Sheet) -> None:
    sheet.page.write_number(1, BIRTH, 1985)
    assert sheet.read().rows["birth_date"].to_list() == ["1985"]


def test_a_year_in_a_cell_of_dates_is_the_year_again_and_flagged(sheet: Sheet) -> None:
    sheet.page.write_number(1, BIRTH, 1985, sheet.format("dd/mm/yyyy"))
    (row,) = understood_sheet(sheet.read(), AT).to_dicts()
    assert (row["birth_date"], row["faults"]) == ("1985", [])
    assert "birth_date_year_as_day" in row["flags"]


def test_a_year_in_a_cell_for_the_day_of_the_event_is_asked_about(sheet: Sheet) -> None:
    sheet.page.write_number(1, EVENT_DATE, 2026, sheet.format("dd/mm/yyyy"))
    assert sheet.faults() == [("event_date", "date_serial")]


def test_a_serial_number_is_asked_about(sheet: Sheet) -> None:
    sheet.page.write_number(1, BIRTH, 31841)
    assert sheet.faults() == [("birth_date", "date_serial")]


def test_a_date_is_written_in_the_order_of_the_profile(sheet: Sheet) -> None:
    sheet.page.write_datetime(1, BIRTH, date(1987, 3, 5), sheet.format("mm/dd/yyyy"))
    assert sheet.read().rows["birth_date"].to_list() == ["05/03/1987"]


@pytest.mark.parametrize(
    ("code", "text", "flags"),
    [
        ("000000000000", "001087000123", []),
        ('000" "000" "000" "000', "001087000123", []),
        ("General", "1087000123", ["personal_id_zeros_proposed"]),
        ("0", "1087000123", ["personal_id_zeros_proposed"]),
    ],
)
def test_zeros_that_a_format_shows_are_read_and_others_are_proposed(
    sheet: Sheet, code: str, text: str, flags: list[str]
) -> None:
    sheet.page.write_number(1, NUMBER, 1087000123, sheet.format(code))
    found = sheet.read()
    assert found.rows["personal_id"].to_list() == [text]
    assert understood_sheet(found, AT)["flags"].to_list() == [flags]


def test_a_number_beyond_what_a_spreadsheet_keeps_is_no_number(sheet: Sheet) -> None:
    sheet.page.write_number(1, NUMBER, 1.08712345678901e20)
    assert understood_sheet(sheet.read(), AT)["flags"].to_list() == [["personal_id_unreadable"]]


def test_a_name_that_goes_on_in_the_next_row_sends_both_back(sheet: Sheet) -> None:
    sheet.page.write_string(1, NAME, "Lê Văn")
    sheet.page.write_string(2, NAME, "An")
    faults = understood_sheet(sheet.read(), AT)["faults"].to_list()
    assert [told[0]["code"] for told in faults] == ["row_continued", "row_continued"]


def test_the_row_that_numbers_the_columns_is_no_person(sheet: Sheet) -> None:
    for column, text in enumerate(ROW):
        sheet.page.write_string(1, column, f"({column + 1})")
        sheet.page.write_string(2, column, text)
    found = sheet.read()
    assert found.rows["sheet_row"].to_list() == [3]


def test_a_heading_of_two_rows(tmp_path: Path) -> None:
    upper = ["Thông tin chung", *HEADING[1:]]
    upper[5:8] = ["Giấy tờ", "", ""]
    lower = [HEADING[0], *[""] * 4, *HEADING[5:8], *[""] * 4]
    text = io.StringIO()
    csv.writer(text).writerows([["UBND XÃ"], upper, lower, ROW])
    (tmp_path / "a.csv").write_text(text.getvalue(), encoding="utf-8")
    ((_, found),) = read_path(tmp_path / "a.csv", Sender(), known_profiles())
    assert isinstance(found, ReadFile), found
    (row,) = found.received.sheets[0].rows.to_dicts()
    assert (row["full_name"], row["sex"], row["personal_id"]) == ("Lê Văn An", "Nam", "001087000123")


def test_a_label_in_the_row_above_the_heading_is_no_part_of_the_heading(tmp_path: Path) -> None:
    for number, label in enumerate((["Mã hộ gia đình: 0112345678"], ["Mã hộ gia đình", "0112345678"])):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(xlsx_bytes([replace(TK1, above=[["TỜ KHAI"], label])]))
        ((_, found),) = read_path(path, Sender(), known_profiles())
        assert isinstance(found, ReadFile), found
        assert found.sheets[0].heading_row == 3
        assert found.received.sheets[0].rows["household_code"].to_list() == ["0112345678"] * len(TK1.people)


def test_a_repeated_heading_with_two_values_sends_the_row_back(sheet: Sheet) -> None:
    sheet.page.write_string(0, 12, "Ngày sinh")
    sheet.page.write_string(1, 12, "05/03/1988")
    assert sheet.faults() == [("birth_date", "repeated_differs")]


def test_a_repeated_heading_with_one_value_is_one_column(sheet: Sheet) -> None:
    sheet.page.write_string(0, 12, "Ngày sinh")
    sheet.page.write_string(1, 12, "05/03/1987 ")
    assert sheet.faults() == []
