"""An error file that is mended and sent back brings new rows only for what was mended."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.encodings import encode
from benchmarks.intake_sheets import ARRIVALS, BLANK_ABOVE, COMMUNE, LAYOUTS, MadeSheet
from benchmarks.intake_writers import csv_bytes, xlsx_bytes, zip_bytes
from tests.answer_papers import FAULTS, ROW, Rows, commune, error_rows, heading_of, made, read_rows, receipt, write_rows

if TYPE_CHECKING:
    from .conftest import Desk


def mend(rows: Rows, sheet: MadeSheet) -> Rows:
    """The rows with every fault of `faulty` mended."""
    top, heading = heading_of(rows)
    assert [" ".join(name.split()) for name in heading] == [*(" ".join(n.split()) for n in sheet.heading), ROW, FAULTS]
    mended = {}
    right = {"birth_date": "28/02/1987", "sex": sheet.people[0]["sex"], "full_name": "Nguyễn Hữu Sửa Xong"}
    for number, told in rows.items():
        cells = list(told)
        if number > top:
            for column, wrong in (("birth_date", "31-02-1987"), ("sex", "xx"), ("full_name", "")):
                at = sheet.columns.index(column)
                cells[at] = right[column] if cells[at] == wrong else cells[at]
        mended[number] = cells
    return mended


@pytest.mark.parametrize("form", ["csv", "xlsx", "xls"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_faulty_file_comes_back_mended_and_nothing_else_is_new(desk: Desk, layout: str, form: str) -> None:
    for at, (name, content) in enumerate(made(layout, form).items()):
        report = desk.send(name, content)
        (file,) = report["files"]
        error_file = Path(file["error_file"])
        assert error_file.suffix == (".csv" if form == "csv" else ".xlsx")
        rows = read_rows(error_file)
        sheets = [LAYOUTS[layout][at]] if form == "csv" else LAYOUTS[layout]
        by_name = {None if form == "csv" else sheet.name: sheet for sheet in sheets}
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


def test_a_row_with_more_cells_than_headings_keeps_them_behind_our_columns(desk: Desk) -> None:
    lines = csv_bytes(commune({"full_name": "Lê An"}), "utf-8", ",").decode().splitlines()
    lines[-1] += ",thừa"
    report = desk.send("a.csv", "\n".join(lines).encode())
    error_file = Path(report["files"][0]["error_file"])
    (rows,) = read_rows(error_file).values()
    top, heading = heading_of(rows)
    assert rows[top + 1][len(heading) :] == ["thừa"]
    assert rows[top + 1][-2].startswith("(cả dòng): Dòng có nhiều ô hơn tiêu đề.")
    again = desk.send("again.csv", error_file.read_bytes())
    assert (again["decided"], again["outcomes"]) == (0, {"returned": 1})
    write_rows(error_file, {None: {**rows, top + 1: rows[top + 1][:-1]}})
    assert "returned" not in desk.send("mended.csv", error_file.read_bytes())["outcomes"]


def test_a_cell_without_a_value_stays_a_fault_until_somebody_writes_one(desk: Desk) -> None:
    sheet = commune({"full_name": ""}, {"personal_id": ""})
    content = io.BytesIO(xlsx_bytes([sheet]))
    with zipfile.ZipFile(content) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    shown = parts["xl/worksheets/sheet1.xml"].decode()
    shown = re.sub(r'<c r="G2"[^>]*>.*?</c>', '<c r="G2"><f>A1</f></c>', shown)
    shown = re.sub(r'(<c r="F3"[^>]*>.*?</c>)', r'\1<c r="G3" t="e"><f>1/0</f><v>#DIV/0!</v></c>', shown)
    report = desk.send("a.xlsx", zip_bytes({**parts, "xl/worksheets/sheet1.xml": shown.encode()}))
    assert report["outcomes"] == {"returned": 2}
    first, second = error_rows(report)
    assert (first["Số ĐDCN/CCCD/ CMND"], second["Số ĐDCN/CCCD/ CMND"]) == ("#N/A", "#N/A")
    error_file = Path(report["files"][0]["error_file"])
    again = desk.send("again.xlsx", error_file.read_bytes())
    assert (again["decided"], again["outcomes"]) == (0, {"returned": 2})

    (name, rows), *_ = read_rows(error_file).items()
    rows[2][3] = "Nguyễn Hữu Sửa Xong"
    write_rows(error_file, {name: rows})
    half = desk.send("half.xlsx", error_file.read_bytes())
    assert (half["decided"], half["outcomes"]) == (1, {"returned": 2})
    assert "công thức báo lỗi" in half["returned"][0]["message"]


def test_a_year_that_became_a_day_stays_a_fault_until_somebody_writes_one(desk: Desk) -> None:
    sheet = commune({"event_date": "07/06/1905"})
    report = desk.send("a.xlsx", xlsx_bytes([sheet], is_native=True))
    (row,) = error_rows(report)
    assert row["Ngày biến động"] == "#N/A"
    assert row[FAULTS].startswith("Ngày biến động (đã ghi 07/06/1905): Ô ngày là số của bảng tính")
    error_file = Path(report["files"][0]["error_file"])
    assert desk.send("again.xlsx", error_file.read_bytes())["outcomes"] == {"returned": 1}


def test_a_bare_day_number_comes_back_as_it_was(desk: Desk) -> None:
    report = desk.send("a.xlsx", xlsx_bytes([commune({"birth_date": "31841"})], is_native=True))
    (row,) = error_rows(report)
    assert row["Ngày sinh"] == "31841"
    again = desk.send("again.xlsx", Path(report["files"][0]["error_file"]).read_bytes())
    assert (again["decided"], again["outcomes"]) == (0, {"returned": 1})


def test_a_blank_household_number_is_not_filled_from_the_row_that_now_stands_above(desk: Desk) -> None:
    def person(**said: str) -> dict[str, str]:
        return {**ARRIVALS.people[1], "household_code": "", "head_name": "", "birth_date": "1/1/1971", **said}

    house = {"household_code": "0100000011", "head_name": "Hoàng Văn Thân", "relation_to_head": "Chủ hộ"}
    people = [
        person(full_name="Hoàng Văn Thân", **house),
        person(full_name="Hoàng Thị Mai", birth_date="31-02-1990"),
        person(full_name="Lý Văn Sử", relation_to_head="Chủ hộ"),
        person(full_name="Lý Thị Nga", birth_date="31-02-1991"),
    ]
    report = desk.send("a.xlsx", xlsx_bytes([replace(ARRIVALS, people=people)]))
    first, second = error_rows(report)
    assert (first["Số hộ"], second["Số hộ"]) == ("0100000011", "")
    error_file = Path(report["files"][0]["error_file"])
    again = desk.send("again.xlsx", error_file.read_bytes())
    assert (again["decided"], again["outcomes"]) == (0, {"returned": 2})


def test_a_name_alone_is_not_taken_for_the_rest_of_the_row_above_it(desk: Desk) -> None:
    blank = dict.fromkeys(COMMUNE.columns, "")
    people = [{"birth_date": "31-02-1990"}, blank, {**blank, "full_name": "Lê Thị Một Mình"}]
    report = desk.send("a.csv", csv_bytes(commune(*people), "utf-8", ";"))
    error_file = Path(report["files"][0]["error_file"])
    (rows,) = read_rows(error_file).values()
    assert sorted(rows) == [1, 2, 4]
    rows[2][4] = "28/02/1990"
    write_rows(error_file, {None: rows})
    mended = desk.send("mended.csv", error_file.read_bytes())
    assert mended["decided"] == 1
    assert mended["outcomes"]["returned"] == 1


def test_legacy_text_comes_back_in_unicode(desk: Desk) -> None:
    people = [
        {"full_name": "Vũ Ngọc Diễm", "relation_to_head": "Chủ hộ", "sex": "Nữ", "birth_date": "31-02-1990"},
        {"full_name": "Đỗ Gia Ân", "relation_to_head": "Cháu", "sex": "Nam"},
        {"full_name": "Tạ Thị Liễu Phượng", "relation_to_head": "Vợ", "sex": "Nữ", "note": "chưa rõ địa chỉ"},
        {"full_name": "Nguyễn Hữu Trường", "relation_to_head": "Bố", "sex": "nhầm", "note": "sửa năm sinh"},
    ]
    sheet = commune(*people)
    written = [{name: encode(text, "tcvn3") for name, text in person.items()} for person in sheet.people]
    report = desk.send("a.csv", csv_bytes(replace(sheet, people=written), "utf-8", ";"))
    assert report["outcomes"]["returned"] == 2
    rows = error_rows(report)
    assert [(row["Họ và tên"], row["Mối quan hệ với chủ hộ"]) for row in rows] == [
        ("Vũ Ngọc Diễm", "Chủ hộ"),
        ("Nguyễn Hữu Trường", "Bố"),
    ]
    assert (rows[1]["Giới tính"], rows[1]["Ghi chú"]) == ("nhầm", "sửa năm sinh")
    names = [row["Họ và tên"] for row in receipt(report)]
    assert names == [person["full_name"] for person in people]
    # text in Unicode is another row than the bytes that came: it goes back again, and nothing else comes of it
    again = desk.send("again.csv", Path(report["files"][0]["error_file"]).read_bytes())
    assert again["outcomes"] == {"returned": 2}


def test_an_error_file_is_in_unicode_also_for_a_sender_who_said_otherwise(desk: Desk) -> None:
    (desk.folder / "source.toml").write_text('[text]\nencoding = "tcvn3"\n', encoding="utf-8")
    people = [
        {"full_name": "Tô Hà Ân", "father_name": "Hô Văn Lân", "birth_date": "31-02-1990"},
        {"full_name": "Lê An"},
    ]
    sheet = commune(*people)
    written = [{name: encode(text, "tcvn3") for name, text in person.items()} for person in sheet.people]
    report = desk.send("a.csv", csv_bytes(replace(sheet, people=written), "utf-8", ";"))
    assert [row["Họ và tên"] for row in error_rows(report)] == ["Tô Hà Ân"]
    error_file = Path(report["files"][0]["error_file"])
    (rows,) = read_rows(error_file).values()
    rows[2][4] = "28/02/1990"
    write_rows(error_file, {None: rows})
    mended = desk.send("mended.csv", error_file.read_bytes())
    assert "returned" not in mended["outcomes"]
    assert [line["Họ và tên"] for line in receipt(mended)] == ["Tô Hà Ân"]
    check = desk.json("sources", "check", str(desk.folder / "mended.csv"))
    assert [row["full_name"] for row in check["files"][0]["sheets"][0]["first_rows"]] == ["Tô Hà Ân"]
    means = {column["heading"]: column["means"] for column in check["files"][0]["sheets"][0]["columns"]}
    assert (means[ROW], means[FAULTS]) == ("answer", "answer")
