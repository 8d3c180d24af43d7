"""Answers to senders: a receipt for each file, and an error file that can be mended and sent back as it is."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pytest
import xlsxwriter

from benchmarks.encodings import encode
from benchmarks.intake_sheets import ARRIVALS, BLANK_ABOVE, COMMUNE, LAYOUTS, MadeSheet
from benchmarks.intake_writers import csv_bytes, xls_bytes, xlsx_bytes, zip_bytes
from casework.answers import answers
from casework.home import open_home
from casework.types import Viewer
from casework.vietnam_time import today
from pipelines.answer_files import safe_name, workplace
from pipelines.answer_workbooks import fitting, safe_sheet_names
from pipelines.cli import main
from pipelines.csv_text import sheet_of
from pipelines.limits import CELL_CHARACTERS
from pipelines.workbooks import read_workbook
from tests.torture.hostile import made as hostile

SAMPLES = Path(__file__).parents[2] / "data_samples"
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

    def json(self, *args: str, code: int = 0, may_be: int = 0) -> Any:
        """What a command says as JSON."""
        self.capsys.readouterr()
        ended = main([*args, "--json"], {"MOTMA_HOME": str(self.home)})
        said = self.capsys.readouterr()
        assert ended in (code, may_be or code), f"{args}: {ended}\n{said.err}"
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


def commune(*people: dict[str, str]) -> MadeSheet:
    """A commune's sheet of these people, each like one who is sound but for what is said."""
    sound = {**COMMUNE.people[1], "bhxh_code": "", "event": "Bổ sung"}
    return replace(COMMUNE, people=[{**sound, **person} for person in people])


def error_rows(report: Any) -> list[dict[str, str]]:
    """The rows of the only error file of a run, by their headings."""
    (rows,) = read_rows(Path(report["files"][0]["error_file"])).values()
    top, heading = heading_of(rows)
    names = [" ".join(name.split()) for name in heading]
    return [dict(zip(names, cells, strict=False)) for number, cells in rows.items() if number > top]


def part(path: Path, name: str) -> str:
    """One part of a workbook, as text."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode("utf-8")


def test_the_faulty_cells_of_a_workbook_are_filled_and_say_why(desk: Desk) -> None:
    (content,) = made("commune", "xls").values()
    error_file = Path(desk.send("xã.xls", content)["files"][0]["error_file"])
    assert error_file.name == "xã - cần sửa.xlsx"
    sheet, styles = part(error_file, "xl/worksheets/sheet1.xml"), part(error_file, "xl/styles.xml")
    style_of = dict(re.findall(r'<c r="(\w+)" s="(\d+)"', sheet))
    fills = {number for place, number in style_of.items() if place in ("E2", "F2", "D3")}
    assert len(fills) == 1
    assert fills.isdisjoint(number for place, number in style_of.items() if place not in ("E2", "F2", "D3"))
    formats = re.findall(r'<xf numFmtId="(\d+)" fontId="\d+" fillId="(\d+)"', styles.partition("<cellXfs")[2])
    assert {formats[int(number)][0] for number in style_of.values()} == {"49"}  # text
    patterns = re.findall(r"<fill>(.*?)</fill>", styles)
    assert "FFFFD966" in patterns[int(formats[int(fills.pop())][1])]
    comments = part(error_file, "xl/comments1.xml")
    said = {place: re.sub("<.*?>", "", text) for place, text in re.findall(r'ref="(\w+)".*?>(.*?)</comment>', comments)}
    assert said.keys() == {"E2", "F2", "D3", "N1"}
    assert said["E2"].startswith("Ngày không có trong lịch.")
    assert said["D3"].startswith("Thiếu họ và tên.")
    assert 'state="frozen"' in sheet


HOSTILE = (
    '=HYPERLINK("http://x.example","Lê")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3",
    "'=1+1",
    "''+1",
    "'quoted",
    "\t=1+1",
    "＝1+1",
    "a;=1+1",
    '"=1+1',
    "<b>&amp;</b>",
    "Lê\u202eAn\u200f",
    "x" * CELL_CHARACTERS,
    "=" + "x" * (CELL_CHARACTERS - 1),
)
IN_WORKBOOKS = (*HOSTILE, "_x0041_", "\x01\x1f", "x\r\ny", "=1\x00")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_hostile_values_come_back_harmless_and_are_the_same_rows(desk: Desk, form: str) -> None:
    values = HOSTILE if form == "csv" else IN_WORKBOOKS
    sheet = commune(*({"note": value, "full_name": "", "personal_id": value[:30]} for value in values))
    sheet = replace(sheet, name="'Xã =1")
    content = csv_bytes(sheet, "utf-8", ";") if form == "csv" else xlsx_bytes([replace(sheet, name="Xã =1")])
    report = desk.send(f"a.{form}", content)
    assert report["outcomes"] == {"returned": len(values)}
    error_file = Path(report["files"][0]["error_file"])
    told = [value[1:] if form == "csv" and re.match("'+[=+]", value) else value for value in values]
    assert [row["Ghi chú"] for row in error_rows(report)] == told
    if form == "csv":
        text = error_file.read_bytes().decode("utf-8")
        assert text.startswith("\ufeff")
        cells = [cell for row in csv.reader(text[1:].splitlines(keepends=True), delimiter=";") for cell in row]
        assert not [cell for cell in cells if re.match("[=+@\t\r\n＝-]", cell)]
        assert not re.search(r"(?<!^)[^;\r\n\"];", re.sub(r'"(?:[^"]|"")*"', '""', text[1:]))  # every cell is quoted
    else:
        with zipfile.ZipFile(error_file) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        assert not re.search(rb"<f>|<f |<hyperlink|externalLink|TargetMode=.External", b"".join(parts.values()))
        assert {name.rpartition(".")[2] for name in parts} == {"xml", "rels", "vml"}
        for name, content in parts.items():
            parse(content, name)
    for path in (error_file, Path(report["files"][0]["receipt"])):
        again = desk.send(f"again{path.suffix}", path.read_bytes()) if path == error_file else None
        assert again is None or (again["decided"], again["outcomes"]) == (0, {"returned": len(values)})
    assert desk.is_whole()


def parse(content: bytes, name: str) -> None:
    """Whatever a spreadsheet program parses must be XML."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        pytest.fail(f"{name}: {error}")


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
    sheet = commune({"birth_date": "07/06/1905"})
    report = desk.send("a.xlsx", xlsx_bytes([sheet], is_native=True))
    (row,) = error_rows(report)
    assert row["Ngày sinh"] == "#N/A"
    assert row[FAULTS].startswith("Ngày sinh (đã ghi 07/06/1905): Ô ngày là số của bảng tính")
    error_file = Path(report["files"][0]["error_file"])
    assert desk.send("again.xlsx", error_file.read_bytes())["outcomes"] == {"returned": 1}


def test_a_bare_day_number_comes_back_as_it_was(desk: Desk) -> None:
    report = desk.send("a.xlsx", xlsx_bytes([commune({"birth_date": "31841"})], is_native=True))
    (row,) = error_rows(report)
    assert row["Ngày sinh"] == "31841"
    again = desk.send("again.xlsx", Path(report["files"][0]["error_file"]).read_bytes())
    assert (again["decided"], again["outcomes"]) == (0, {"returned": 1})


def test_error_files_of_hostile_files_are_read_and_decide_nothing_anew(desk: Desk, tmp_path: Path) -> None:
    for number, file in enumerate(hostile(60, 20261122)):
        (desk.folder / f"{number:02} {Path(file.name).name}").write_bytes(file.content)
    report = desk.json("run", str(desk.folder), "--source", "xa-01", may_be=10)  # some are refused, and say why
    faulty_files = {file["delivery_id"]: file for file in report["files"] if file["error_file"]}
    assert len(faulty_files) > 10
    back = tmp_path / "back"
    back.mkdir()
    for number, file in faulty_files.items():
        error_file = Path(file["error_file"])
        shutil.copy(error_file, back / f"{number}{error_file.suffix}")
    again = desk.json("run", str(back), "--source", "xa-01")
    assert again["unreadable"] == []
    sent = {int(file["file_name"].partition(".")[0]): file for file in again["files"]}
    home = open_home(desk.home)
    for answer in answers(home, faulty_files, Viewer("an", "kiểm thử")):
        file, came = faulty_files[answer.delivery_id], sent[answer.delivery_id]
        assert came["rows"] == file["outcomes"]["returned"], file["file_name"]
        if not any(sheet.decoded for sheet in answer.layout.sheets):
            old = {row.full_name for row in answer.rows}
            (seen,) = answers(home, [came["delivery_id"]], Viewer("an", "kiểm thử"))
            assert {row.full_name for row in seen.rows} <= old
            assert came["outcomes"] == {"returned": came["rows"]}, file["file_name"]
    home.ledger.close()
    assert again["decided"] < sum(file["rows"] for file in sent.values()) / 10
    assert desk.is_whole()


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


def receipt(report: Any, at: int = 0) -> list[dict[str, str]]:
    """The lines of a receipt by their headings."""
    rows = read_rows(Path(report["files"][at]["receipt"]))["Từng dòng"]
    heading = rows[1]
    return [dict(zip(heading, [*cells, ""], strict=False)) for number, cells in rows.items() if number > 1]


def facts(report: Any) -> dict[str, str]:
    """The first sheet of a receipt: what stands beside each word."""
    rows = read_rows(Path(report["files"][0]["receipt"]))["Phiếu nhận"]
    return {cells[0]: cells[1] for cells in rows.values() if len(cells) > 1}


def test_a_receipt_tells_every_row_and_is_the_same_for_the_same_file(desk: Desk) -> None:
    content = (SAMPLES / "inbox" / "xa-24301" / "commune_66.csv").read_bytes()
    report = desk.send("a.csv", content)
    lines = receipt(report)
    words = {"linked": "liên kết", "issued": "cấp mã mới", "review": "chờ xem xét", "returned": "trả lại"}
    assert len(lines) == report["files"][0]["rows"]
    assert {name: [line["Kết quả"] for line in lines].count(word) for name, word in words.items()} == {
        name: report["outcomes"].get(name, 0) for name in words
    }
    has_code = {line["Kết quả"] for line in lines if re.fullmatch(r"\d{10}", line["Mã số BHXH"])}
    assert has_code == {"liên kết", "cấp mã mới"}
    assert not has_code & {line["Kết quả"] for line in lines if not line["Mã số BHXH"]}
    assert all(line["Lý do"] for line in lines if line["Kết quả"] in ("trả lại", "chờ xem xét"))
    said = facts(report)
    assert said["Mã SHA-256 của tệp"] == hashlib.sha256(content).hexdigest() == report["files"][0]["digest"]
    assert (said["Tệp"], said["Đơn vị gửi"]) == ("a.csv", "xa-01")
    assert said["liên kết"] == str(report["outcomes"]["linked"])

    before = Path(report["files"][0]["receipt"]).read_bytes()
    again = desk.send("a.csv", content)
    assert Path(again["files"][0]["receipt"]).read_bytes() == before
    renamed = desk.send("b.csv", content)
    assert receipt(renamed) == lines
    its_own = {"Tệp", "Nhận lúc (giờ Việt Nam)", "Lần nhận số", "Việc cần làm"}
    assert {name: text for name, text in facts(renamed).items() if name not in its_own} == {
        name: text for name, text in said.items() if name not in its_own
    }


def test_every_file_has_a_receipt_and_only_faulty_ones_an_error_file(desk: Desk) -> None:
    (desk.folder / "empty.csv").write_bytes(csv_bytes(commune(), "utf-8", ","))
    (desk.folder / "sound.xlsx").write_bytes(xlsx_bytes([commune({})]))
    report = desk.json("run", str(desk.folder))
    told = {file["file_name"]: file for file in report["files"]}
    assert told.keys() == {"empty.csv", "sound.xlsx"}
    assert [told[name]["error_file"] for name in told] == [None, None]
    assert (told["empty.csv"]["rows"], told["empty.csv"]["outcomes"]) == (0, {})
    assert all(Path(file["receipt"]).is_file() for file in told.values())
    assert receipt(report, list(told).index("empty.csv")) == []


def test_answers_stay_in_their_folder_and_to_their_owner(desk: Desk) -> None:
    (content,) = made("commune", "xlsx").values()
    bundle = desk.folder / "gói.zip"
    bundle.write_bytes(zip_bytes({"../../x.xlsx": content, "/etc/y.xlsx": content, "con\\..\\z.xlsx": content}))
    report = desk.json("run", str(bundle), "--source", "../../../nguồn: *")
    assert len(report["files"]) == 3
    root = desk.home / "answers"
    found = sorted(root.rglob("*"))
    assert {path.parent.parent.parent for path in found if path.is_file()} == {root}
    assert {Path(file["error_file"]) for file in report["files"]} < set(found)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in (root, *found) if path.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})
    assert not [path for path in found if path.name.startswith(".")]
    assert not [path for path in desk.home.parent.rglob("*.xlsx") if root not in path.parents]


def test_every_file_that_cannot_be_read_has_one_note_that_says_why(desk: Desk) -> None:
    (desk.folder / "source.toml").write_text('source = "xa-01"\n', encoding="utf-8")
    (desk.folder / "a.pdf.csv").write_bytes(b"%PDF-1.7")
    sound = csv_bytes(commune({}), "utf-8", ",")
    (desk.folder / "gói.zip").write_bytes(zip_bytes({"../x.csv": b"%PDF", "y.csv": sound}))
    (desk.folder / "link.csv").symlink_to(desk.folder / "a.pdf.csv")
    wrong = desk.folder / "wrong"
    wrong.mkdir()
    (wrong / "source.toml").write_text("unit = 'x'", encoding="utf-8")
    (wrong / "b.csv").write_bytes(b"%PDF-1.7")
    asked = ("run", str(desk.folder), str(desk.folder / "gone.csv"))
    report = desk.json(*asked, code=10)
    refused = {one["name"]: one for one in report["unreadable"]}
    assert list(refused) == ["a.pdf.csv", "gói.zip/x.csv", "link.csv", "b.csv", "gone.csv"]
    assert refused.pop("gone.csv")["answer"] is None
    root = desk.home / "answers"
    digest = hashlib.sha256(b"%PDF-1.7").hexdigest()
    assert [Path(one["answer"]).relative_to(root).as_posix() for one in refused.values()] == [
        f"xa-01/{digest[:12]} a.pdf.csv/a.pdf.csv - Không đọc được.txt",
        f"xa-01/{hashlib.sha256(b'%PDF').hexdigest()[:12]} gói.zip_x.csv/gói.zip_x.csv - Không đọc được.txt",
        "xa-01/khong-mo-duoc link.csv/link.csv - Không đọc được.txt",
        "khong-ro-nguon/khong-mo-duoc b.csv/b.csv - Không đọc được.txt",
    ]
    for one in refused.values():
        note = Path(one["answer"])
        said = note.read_text(encoding="utf-8-sig")
        assert f"\nTệp: {one['name']}\nNgày: {today():%d/%m/%Y}\n" in said
        assert one["message"] in said
        assert [stat.S_IMODE(path.stat().st_mode) for path in (note, note.parent, note.parent.parent)] == [
            0o600,
            0o700,
            0o700,
        ]
    before = sorted(root.rglob("*"))
    again = desk.json(*asked, code=10)
    assert again["unreadable"] == report["unreadable"]
    assert sorted(root.rglob("*")) == before
    (desk.folder / "a.pdf.csv").write_bytes(b"%PDF-1.8")
    desk.json(*asked, code=10)
    assert len(list(root.rglob("*.txt"))) == 5
    desk.capsys.readouterr()
    assert main(asked, {"MOTMA_HOME": str(desk.home)}) == 10
    told = desk.capsys.readouterr()
    assert f"Giấy báo cho người gửi, 4 tệp không đọc được:\n  {root}/xa-01/" in told.out
    assert [line.split(": ")[1] for line in told.err.splitlines() if line.startswith("Không đọc được")][-2:] == [
        str(wrong),
        str(desk.folder / "gone.csv"),
    ]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../x", "_.._x"),
        ("..", "_"),
        ("", "_"),
        (". .", "_"),
        ("a/b\\c:d*e", "a_b_c_d_e"),
        ("Danh sách tháng 10", "Danh sách tháng 10"),
        ("a\x00\n\u202eb", "a___b"),
        ("ễ" * 300, "ễ" * 40),
    ],
)
def test_a_name_of_a_sender_is_one_name_of_a_file(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_names_of_sheets_are_those_that_excel_takes() -> None:
    names = ["Dữ Liệu", "[a]:*?/\\", "'x'", "History", "", "x" * 40, "X" * 40, "a\x01b\u202e"]
    found = safe_sheet_names(names)
    assert found == ["Dữ Liệu", "_a______", "x", "History (2)", "_", "x" * 31, "X" * 26 + " (2)", "a b"]
    assert all(1 <= len(name) <= 31 for name in found)


@pytest.mark.parametrize("text", ["x" * CELL_CHARACTERS, "😀" * 20_000, "", "ễ" * CELL_CHARACTERS])
def test_a_cell_holds_what_excel_counts(text: str) -> None:
    kept = fitting(text)
    assert text.startswith(kept)
    assert len(kept.encode("utf-16-le")) // 2 <= CELL_CHARACTERS
    assert kept == text or len(kept.encode("utf-16-le")) // 2 > CELL_CHARACTERS - 2


def test_an_officers_note_reaches_the_sender_when_the_answer_is_written_again(desk: Desk, tmp_path: Path) -> None:
    report = desk.send("a.csv", (SAMPLES / "inbox" / "xa-08995" / "commune_01.csv").read_bytes())
    stays = desk.send("b.csv", (SAMPLES / "inbox" / "bd-24301" / "post_66.csv").read_bytes())
    items = [item for item in desk.json("queue", "list")["items"] if item["kind"] == "row"]
    item = next(item for item in items if item["waits_for_row"] is None)
    desk.json("queue", "decide", str(item["item_id"]), "--return", "--note", "=thiếu giấy khai sinh", "--by", "an")
    sent = report if item["file_name"] == "a.csv" else stays
    (file,) = sent["files"]
    number = str(file["delivery_id"])
    (written,) = desk.json("sources", "answer", "--delivery", number, "--by", "an")["answers"]
    assert written["receipt"] == file["receipt"]
    sent["files"][0]["error_file"] = written["error_file"]
    told = [row[FAULTS] for row in error_rows(sent) if row[ROW] == str(item["sheet_row"])]
    assert told == ["Cán bộ BHXH ghi: =thiếu giấy khai sinh"]

    everything = desk.json("sources", "answer", "--source", "xa-01", "--out", str(tmp_path / "out"))["answers"]
    assert [one["delivery_id"] for one in everything] == [1, 2]
    assert all(Path(one["receipt"]).is_relative_to(tmp_path / "out") for one in everything)
    logged = desk.json("log", "show", "--act", "answer")
    assert [entry["delivery"] for entry in logged] == [1, 2, file["delivery_id"], 1, 2]
    assert {entry["by"] for entry in logged[2:3]} == {"an"}
    assert "there is none" in desk.json("sources", "answer", "--delivery", "99", code=2)
    assert "has sent no file" in desk.json("sources", "answer", "--source", "ai", code=2)
    assert desk.is_whole()


def test_what_a_killed_process_left_in_a_folder_goes(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left, at_work = tmp_path / f".unfinished-{int(ended.stdout)}-a", tmp_path / f".unfinished-{os.getpid()}-b"
    for folder in (left, at_work):
        folder.mkdir()
        (folder / "part").touch()
    with workplace(tmp_path) as unfinished:
        assert unfinished.is_dir()
        assert not left.exists()
        assert at_work.exists()
    assert list(tmp_path.iterdir()) == [at_work]
