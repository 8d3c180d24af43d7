"""The control team's report as a workbook: figures, the cases of each, and what each says and does not say."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from casework.control.compliance import Compliance, ControlCase, Figure, detail
from casework.office_dates import local_date, local_time
from casework.types import Home

#: the last row of a worksheet
_LAST_ROW = 1_048_575
_GROUPS = {"officer": ("Theo cán bộ", "Cán bộ"), "unit": ("Theo đơn vị", "Đơn vị"), "province": ("Theo tỉnh", "Tỉnh")}
_CASES = {
    "Ca": 18,
    "Cán bộ": 16,
    "Tỉnh": 6,
    "Đơn vị": 18,
    "Dòng": 9,
    "Mục": 9,
    "Lúc": 17,
    "Chi tiết": 70,
    "Chứng cứ": 24,
}
_DEFINITIONS = {"Số liệu": 24, "Đếm gì": 80, "Không nói gì": 80}


def write_report(home: Home, counted: Compliance, items: Mapping[int, int], path: Path) -> None:
    """Writes the report, whose file is begun once all of it is made. `items`: row_id → the newest item of the queue."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, options) as book:
        text = {"font_name": "Arial", "font_size": 10, "valign": "top"}
        sheets = _Sheets(book, text, _title(counted))
        for by, (name, heading) in _GROUPS.items():
            _write_lines(sheets, name, heading, counted, by)
        for figure in counted.figures:
            _write_cases(sheets, home, figure, counted.cases[figure.code], items)
        found = [[figure.title, figure.what, figure.not_said] for figure in counted.figures]
        sheets.add("Định nghĩa", _DEFINITIONS, found, wrapped=True)
    path.write_bytes(packed.getvalue())


class _Sheets:
    """A workbook whose sheets look alike: a title, headings that stay, rows."""

    def __init__(self, book: Any, text: Mapping[str, Any], title: str) -> None:
        self._book, self._title = book, title
        self._text = book.add_format(text)
        self._wrapped = book.add_format({**text, "text_wrap": True})
        self._bold = book.add_format({**text, "bold": True, "font_size": 12})
        self._heading = book.add_format({**text, "bold": True, "text_wrap": True, "bg_color": "#D9E2F3", "border": 1})

    def add(
        self, name: str, headings: Mapping[str, int], rows: Sequence[Sequence[object]], *, wrapped: bool = False
    ) -> None:
        """A sheet; `headings` with the width of each column."""
        sheet = self._book.add_worksheet(name)
        sheet.write_string(0, 0, f"{name} · {self._title}", self._bold)
        for at, (heading, width) in enumerate(headings.items()):
            sheet.set_column(at, at, width, self._text)
            sheet.write_string(2, at, heading, self._heading)
        sheet.freeze_panes(3, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        room = _LAST_ROW - 3
        if len(rows) > room:
            cut = f"Trang này chỉ chứa {room:,} dòng đầu trong {len(rows):,}. Lấy báo cáo của thời gian ngắn hơn."
            sheet.write_string(1, 0, cut, self._bold)
        for line, values in enumerate(rows[:room], start=3):
            for at, value in enumerate(values):
                if isinstance(value, (int, float)):
                    sheet.write_number(line, at, value, self._text)
                elif value is not None:
                    sheet.write_string(line, at, str(value), self._wrapped if wrapped else self._text)
        if rows:
            sheet.autofilter(2, 0, min(len(rows), room) + 2, len(headings) - 1)


def _title(counted: Compliance) -> str:
    area = counted.area
    place = "cả nước" if area.province is None else f"tỉnh {area.province}"
    unit = "" if area.unit is None else f", đơn vị {area.unit}"
    since, until = (local_date(day.isoformat()) for day in (counted.period.since, counted.period.until))
    return f"{place}{unit} · từ {since} đến hết {until}"


def _write_lines(sheets: _Sheets, name: str, heading: str, counted: Compliance, by: str) -> None:
    headings = {heading: 18} | ({"Họ và tên": 24} if by == "officer" else {})
    headings |= dict.fromkeys((figure.title for figure in counted.figures), 12) | {"Số ngày (trung vị)": 12}
    rows = []
    for line in counted.lines(by):
        names = [line.name or "(không rõ)", *([line.full_name] if by == "officer" else [])]
        rows.append([*names, *(line.figures[figure.code] for figure in counted.figures), line.days])
    sheets.add(name, headings, rows)


def _write_cases(
    sheets: _Sheets, home: Home, figure: Figure, cases: Sequence[ControlCase], items: Mapping[int, int]
) -> None:
    tell = detail(home, figure)
    rows = [
        [
            case.case_id,
            case.officer,
            case.province,
            case.unit,
            case.row_id,
            None if case.row_id is None else items.get(case.row_id),
            None if case.happened_at is None else local_time(case.happened_at),
            tell(case),
            None if case.row_id is None else f"motma log proof {case.row_id}",
        ]
        for case in cases
    ]
    sheets.add(figure.title, _CASES, rows)
