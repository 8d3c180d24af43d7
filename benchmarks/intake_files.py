"""Change files of invented people in every layout, format and byte form that occur together (docs/intake.md).

    python -m benchmarks.intake_files OUT

writes them all to a folder, to be looked at with a spreadsheet program; the tests read each from file to rows.
"""

from __future__ import annotations

import argparse
import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter
import xlwt

Rows = Sequence[Mapping[str, str]]

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258")
DELIMITERS = (",", ";", "\t", "|")

_TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True)
class MadeSheet:
    """A sheet: rows above the heading, the heading, our column of each of its columns ("" for none), and the people.

    `written` is what stands in the cells of a person; `received` what a reader must say of him, blank columns left out.
    """

    name: str
    profile: str
    above: Sequence[Sequence[str]]
    heading: Sequence[str]
    columns: Sequence[str]
    people: Rows
    received: Rows

    def cells(self) -> list[list[str]]:
        """The rows of people as they stand under the heading."""
        return [[person.get(column, "") if column else "" for column in self.columns] for person in self.people]


@dataclass(frozen=True)
class MadeFile:
    """A file: its name, its bytes, and the sheets that a reader must find in it."""

    name: str
    content: bytes
    sheets: Sequence[MadeSheet]


def _sheet(
    name: str,
    profile: str,
    columns: Sequence[tuple[str, str]],
    people: Rows,
    *,
    above: Sequence[Sequence[str]] = (),
    known: Sequence[Mapping[str, str]] = (),
) -> MadeSheet:
    """A sheet of (heading, our column) pairs; `known` says what a reader adds to each person."""
    received = [
        {column: text for column, text in {**person, **more}.items() if text and column != "number"}
        for person, more in zip(people, known or [{}] * len(people), strict=True)
    ]
    heading, ours = zip(*columns, strict=True)
    return MadeSheet(name, profile, above, heading, ours, people, received)


_COMMUNE_PEOPLE = (
    {"number": "1", "event": "Chuyển đến", "household_code": "0100005955", "full_name": "Lục Thị Quỳnh\nHương"}
    | {"birth_date": "05/03/1987", "sex": "Nữ", "personal_id": "001187123456", "relation_to_head": "Chủ hộ"}
    | {"birth_place_code": "00025", "event_date": "18/10/2026", "note": "=1+1"},
    {"number": "2", "event": "Bổ sung", "household_code": "0100005955", "full_name": "NGUYỄN ĐỨC THỊNH"}
    | {"birth_date": "1985", "sex": "Nam", "personal_id": "001085000123", "relation_to_head": "Chồng"}
    | {"bhxh_code": "0110301408", "event_date": "18/10/2026"},
    {"number": "3", "event": "Sinh", "household_code": "0100005955", "full_name": "Con bà Lục Thị Quỳnh Hương"}
    | {"birth_date": "21/09/2026", "sex": "Nữ", "relation_to_head": "Con", "event_date": "22/09/2026"},
)

COMMUNE = _sheet(
    "Biến động",
    "commune_01bd",
    [
        ("STT", "number"),
        ("LOẠI BIẾN ĐỘNG", "event"),
        ("Mã hộ gia đình", "household_code"),
        ("Họ và\ntên", "full_name"),
        ("Ngày sinh", "birth_date"),
        ("Giới tính", "sex"),
        ("Số ĐDCN/CCCD/\nCMND", "personal_id"),
        ("Mã số BHXH", "bhxh_code"),
        ("Mối quan hệ với chủ hộ", "relation_to_head"),
        ("Mã xã nơi cấp giấy khai sinh", "birth_place_code"),
        ("Ngày biến động", "event_date"),
        ("Ghi chú", "note"),
    ],
    _COMMUNE_PEOPLE,
)

_POST_PEOPLE = (
    {"number": "1", "full_name": "Lê Đức Kỷ", "birth_date": "01/01/2014", "birth_precision": "2", "sex": "1"}
    | {"personal_id": "001214824690", "household_code": "0100012273", "relation_to_head": "Con"}
    | {"birth_place_code": "10441", "residence_code": "01414", "event": "BS", "event_date": "06/10/2026"}
    | {"note": "cấp lại"},
    {"number": "2", "full_name": "Đỗ Thị Ánh Mai", "birth_date": "31/07/1992", "birth_precision": "0", "sex": "0"}
    | {"personal_id": "001192496670", "household_code": "0100009756", "relation_to_head": "Vợ"}
    | {"birth_place_code": "10441", "residence_code": "10441", "event": "CD", "event_date": "09/10/2026"},
    {"number": "3", "full_name": "Vũ Thị Thuỷ Lý", "birth_date": "20/03/2016", "birth_precision": "0", "sex": "0"}
    | {"bhxh_code": "0497715588", "household_code": "0186935542", "relation_to_head": "Con"}
    | {"residence_code": "10441", "event": "DC", "event_date": "09/10/2026"},
)

POST = _sheet(
    "Sheet1",
    "post_d03",
    [
        ("STT", "number"),
        ("HoTen", "full_name"),
        ("MasoBHXH", "bhxh_code"),
        ("NgaySinh", "birth_date"),
        ("CCNS", "birth_precision"),
        ("GioiTinh", "sex"),
        ("SoCCCD", "personal_id"),
        ("Maho_Giadinh", "household_code"),
        ("MQHChuHo", "relation_to_head"),
        ("Maxa_KS", "birth_place_code"),
        ("Maxa_DangSS", "residence_code"),
        ("PhuongAn", "event"),
        ("NgayBienDong", "event_date"),
        ("Ghichu", "note"),
    ],
    _POST_PEOPLE,
)

#: 63 columns, blank and repeated headings among them, under two blank rows.
POST_BOOK = _sheet(
    "Dữ Liệu",
    "post_d03",
    [
        ("STT", "number"),
        ("HoTen", "full_name"),
        ("MasoBHXH", "bhxh_code"),
        ("MaPhongBan", ""),
        ("Loai", ""),
        ("PhuongAn", "event"),
        ("NgaySinh", "birth_date"),
        ("CCNS", "birth_precision"),
        ("GioiTinh", "sex"),
        ("DanToc", "ethnicity"),
        ("QuocTich", "nationality"),
        ("CMND", "old_id"),
        ("SoCCCD", "personal_id"),
        ("NgayCap", ""),
        ("NoiCap", ""),
        ("", ""),
        ("Maho_Giadinh", "household_code"),
        ("HoTenChuHo", "head_name"),
        ("MQHChuHo", "relation_to_head"),
        ("Matinh", ""),
        ("Mahuyen", ""),
        ("Maxa", "birth_place_code"),
        ("Tenxa", "birth_place_name"),
        ("Matinh", ""),
        ("Mahuyen", ""),
        ("Maxa", "residence_code"),
        ("Tenxa", "residence_name"),
        ("Diachi_DangSS", "address"),
        ("", ""),
        *((name, "") for name in ("MatinhKCB", "MaBV", "TenBV", "MucHuong", "MaVungLTT", "ChucVu", "TienLuong")),
        *((name, "") for name in ("PhuCapCV", "PhuCapTNVK", "PhuCapTNNghe", "PhuCapKhac", "HeSo", "TyLeDong")),
        ("TuThang", ""),
        ("DenThang", ""),
        ("SoThang", ""),
        ("MucDong", ""),
        ("TuThang", ""),
        ("DenThang", ""),
        ("SoTien", ""),
        ("SoBienLai", ""),
        ("NgayBienLai", ""),
        ("", ""),
        ("NgayBienDong", "event_date"),
        ("HoTenCha", "father_name"),
        ("HoTenMe", "mother_name"),
        ("DienThoai", "phone"),
        ("Ghichu", "note"),
        ("Email", ""),
        ("MaNhanVien", ""),
        ("MaDaiLy", ""),
        ("HinhThuc", ""),
        ("NgayNhap", ""),
        ("Ghichu", ""),
    ],
    _POST_PEOPLE,
)

_TK1_PEOPLE = (
    {"number": "1", "full_name": "Trần Văn Hậu", "bhxh_code": "0110301408", "birth_date": "20/05/1973", "sex": "Nam"}
    | {"relation_to_head": "Chủ hộ", "personal_id": "036073662961", "birth_place_name": "Xã Trung Đông"},
    {"number": "2", "full_name": "Phạm Thị Tuyết", "birth_date": "12/1975", "sex": "Nữ", "relation_to_head": "Vợ"}
    | {"personal_id": "036175662962"},
    {"number": "3", "full_name": "Trần Thị Ngọc Ánh", "birth_date": "29/07/2008", "sex": "Nữ"}
    | {"relation_to_head": "Con", "note": "học sinh"},
)
_TK1_ABOVE = {"head_name": "Trần Văn Hậu", "household_code": "3600008451", "event": "Bổ sung"}

TK1 = _sheet(
    "TK1-TS",
    "tk1_ts",
    [
        ("STT", "number"),
        ("Họ và tên", "full_name"),
        ("Mã số BHXH", "bhxh_code"),
        ("Ngày tháng năm sinh", "birth_date"),
        ("Giới tính", "sex"),
        ("Nơi cấp giấy khai sinh", "birth_place_name"),
        ("Mối quan hệ với chủ hộ", "relation_to_head"),
        ("Số CMND/CCCD/Hộ chiếu", "personal_id"),
        ("Ghi chú", "note"),
    ],
    _TK1_PEOPLE,
    above=[
        ["TỜ KHAI THAM GIA, ĐIỀU CHỈNH THÔNG TIN BẢO HIỂM XÃ HỘI, BẢO HIỂM Y TẾ"],
        [],
        ["Họ và tên chủ hộ: Trần Văn Hậu"],
        ["Mã hộ gia đình:", "3600008451"],
        [],
    ],
    known=[_TK1_ABOVE] * 3,
)

_ARRIVALS = (
    {"number": "1", "household_code": "0100000011", "head_name": "Hoàng Văn Thân", "full_name": "Hoàng Văn Thân"}
    | {"birth_date": "27/12/1969", "sex": "Nam", "personal_id": "022069858774", "relation_to_head": "Chủ hộ"}
    | {"residence_name": "Phường Bình Hòa", "event_date": "18/10/2026"},
    {"number": "2", "full_name": "Bùi Thị Huệ", "birth_date": "1971", "sex": "Nữ", "personal_id": "022171858775"}
    | {"relation_to_head": "Vợ", "residence_name": "Phường Bình Hòa", "event_date": "18/10/2026"},
    {"number": "3", "full_name": "Lý Văn Sử", "birth_date": "31/07/1991", "sex": "Nam", "personal_id": "022091466561"}
    | {"relation_to_head": "Chủ hộ", "residence_name": "Phường Bình Hòa", "event_date": "19/10/2026"},
)
_FIRST_HOUSE = {"household_code": "0100000011", "head_name": "Hoàng Văn Thân"}

ARRIVALS = _sheet(
    "Nhân khẩu đến",
    "ward_residence",
    [
        ("Số TT", "number"),
        ("Số hộ", "household_code"),
        ("Họ và tên chủ hộ", "head_name"),
        ("Họ, chữ đệm và tên khai sinh", "full_name"),
        ("Ngày, tháng, năm sinh", "birth_date"),
        ("Giới tính", "sex"),
        ("Số định danh cá nhân", "personal_id"),
        ("Quan hệ với chủ hộ", "relation_to_head"),
        ("Nơi thường trú hiện nay", "residence_name"),
        ("Ngày đăng ký thường trú", "event_date"),
        ("Ghi chú", "note"),
    ],
    _ARRIVALS,
    above=[["CÔNG AN PHƯỜNG BÌNH HÒA"], ["DANH SÁCH NHÂN KHẨU ĐẾN THÁNG 10/2026"]],
    known=[{"event": "Chuyển đến"}, {"event": "Chuyển đến", **_FIRST_HOUSE}, {"event": "Chuyển đến"}],
)

DEPARTURES = _sheet(
    "Nhân khẩu đi",
    "ward_residence",
    [
        ("STT", "number"),
        ("Họ và tên", "full_name"),
        ("Năm sinh", "birth_date"),
        ("Nam/Nữ", "sex"),
        ("Số CCCD", "personal_id"),
        ("Mã hộ", "household_code"),
        ("Lý do xóa đăng ký", "event"),
        ("Ngày xóa đăng ký", "event_date"),
    ],
    (
        {"number": "1", "full_name": "Nguyễn Bá Nhẫn", "birth_date": "24/06/1950", "sex": "Nam"}
        | {"personal_id": "017050550955", "household_code": "0100000020", "event": "Chết", "event_date": "04/10/2026"},
        {"number": "2", "full_name": "Nguyễn Thị Phương", "birth_date": "1975", "sex": "Nữ"}
        | {"personal_id": "017175490446", "household_code": "0100000021", "event": "Chuyển đi"}
        | {"event_date": "19/10/2026"},
    ),
    above=[["DANH SÁCH NHÂN KHẨU ĐI"]],
)

LAYOUTS: Mapping[str, Sequence[MadeSheet]] = {
    "commune": [COMMUNE],
    "post": [POST],
    "post_book": [POST_BOOK],
    "tk1": [TK1],
    "ward": [ARRIVALS, DEPARTURES],
}
#: How many blank rows stand above everything.
_BLANK_ABOVE = {"post_book": 2}

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


def csv_bytes(sheet: MadeSheet, encoding: str, delimiter: str, blank_above: int = 0) -> bytes:
    """The sheet as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([[]] * blank_above + [*sheet.above, sheet.heading, *sheet.cells()])
    return to_bytes(text.getvalue(), encoding)


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


def made_files() -> Iterator[MadeFile]:
    """Every combination of the table in docs/intake.md."""
    for layout, sheets in LAYOUTS.items():
        blank = _BLANK_ABOVE.get(layout, 0)
        for number, sheet in enumerate(sheets, start=1):
            name = layout if len(sheets) == 1 else f"{layout}_{number}"
            for encoding in ENCODINGS:
                yield MadeFile(f"{name}_{encoding}.csv", csv_bytes(sheet, encoding, ",", blank), [sheet])
            for delimiter, word in zip(DELIMITERS[1:], ("semicolon", "tab", "bar"), strict=True):
                yield MadeFile(f"{name}_{word}.csv", csv_bytes(sheet, "utf-8", delimiter, blank), [sheet])
        xlsx, xls = xlsx_bytes(sheets, blank), xls_bytes(sheets, blank)
        yield MadeFile(f"{layout}.xlsx", xlsx, sheets)
        yield MadeFile(f"{layout}_native.xlsx", xlsx_bytes(sheets, blank, is_native=True), sheets)
        yield MadeFile(f"{layout}.xls", xls, sheets)
        yield MadeFile(f"{layout}_native.xls", xls_bytes(sheets, blank, is_native=True), sheets)
        yield MadeFile(f"{layout}_is_xls.xlsx", xls, sheets)
        yield MadeFile(f"{layout}_is_xlsx.xls", xlsx, sheets)


def main() -> None:
    """Writes every file, and a bundle of all, to a folder."""
    parser = argparse.ArgumentParser(description="Writes change files of every layout, format and byte form.")
    parser.add_argument("out", type=Path, help="folder to write, made if absent")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    files = {file.name: file.content for file in made_files()}
    for name, content in {**files, "bundle.zip": zip_bytes(files)}.items():
        (out / name).write_bytes(content)
    print(f"{len(files) + 1} files in {out}")


if __name__ == "__main__":
    main()
