"""Files made to do harm: a clear refusal or safe rows, memory and time bounded, and the good files done."""

from __future__ import annotations

import io
import os
import re
import resource
import struct
import time
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from benchmarks.intake_sheets import ARRIVALS, COMMUNE, DEPARTURES, LAYOUTS, TK1
from benchmarks.intake_writers import csv_bytes, xls_bytes, xlsx_bytes, zip_bytes
from casework.deliveries.preview import preview
from pipelines import limits, workbooks
from pipelines.change_files import ReadFile, read_path
from pipelines.inbox import read_inbox
from pipelines.profile import known_profiles
from pipelines.sender import Sender
from pipelines.unreadable import UnreadableError

GOOD = csv_bytes(COMMUNE, "utf-8", ",")
BOOK = xlsx_bytes([COMMUNE])
SHEET = "xl/worksheets/sheet1.xml"


def read(path: Path) -> ReadFile | UnreadableError:
    ((_, found),) = read_path(path, Sender(), known_profiles())
    return found


def write(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def refused(path: Path) -> str:
    found = read(path)
    assert isinstance(found, UnreadableError), found
    return str(found)


def rows(path: Path) -> ReadFile:
    found = read(path)
    assert isinstance(found, ReadFile), found
    return found


def rebuilt(content: bytes, changed: Mapping[str, bytes]) -> bytes:
    """The archive with some parts changed or added."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zip_bytes({**parts, **changed})


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def book_with(*values: tuple[int, int, str]) -> bytes:
    """A workbook with texts at (row, column)."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for row, column, text in values:
            page.write_string(row, column, text)
    return content.getvalue()


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = rebuilt(BOOK, {SHEET: b"<worksheet>" + b" " * (64 * limits.MIB)})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "bung ra" in refused(write(tmp_path, "bomb.xlsx", bomb))
    assert "bung ra" in refused(write(tmp_path, "bomb.zip", zip_bytes({"a.csv": b"," * (64 * limits.MIB)})))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_a_bomb_that_lies_about_its_size_meets_the_limits_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = bytearray(rebuilt(BOOK, {SHEET: b"<worksheet>" + b"<row/>" * (8 * limits.MIB)}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        for found in re.finditer(re.escape(signature), bytes(bomb)):
            if struct.unpack_from("<I", bomb, found.start() + offset)[0] > limits.MIB:
                struct.pack_into("<I", bomb, found.start() + offset, 1000)
    monkeypatch.setattr(workbooks, "READER_SECONDS", 20)
    started = time.monotonic()
    assert refused(write(tmp_path, "bomb.xlsx", bytes(bomb)))
    assert time.monotonic() - started < 25


def test_two_cells_at_the_ends_of_a_sheet_take_no_memory(tmp_path: Path) -> None:
    far = book_with((0, 0, "Họ và tên"), (1_048_575, 900, "x"))
    assert "bộ nhớ" in refused(write(tmp_path, "far.xlsx", far))


def test_a_process_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "READER_SECONDS", 0.5)
    monkeypatch.setattr(workbooks, "_COMMAND", ("sleep", "30"))
    started = time.monotonic()
    assert "giây" in refused(write(tmp_path, "slow.xlsx", BOOK))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("name", ["long.csv", "long.xlsx"])
def test_a_cell_of_a_million_characters_is_refused_by_its_place(tmp_path: Path, name: str) -> None:
    long = GOOD.replace(b"=1+1", b"x" * 1_000_000)
    if name.endswith("xlsx"):
        strings = "xl/sharedStrings.xml"
        long = rebuilt(BOOK, {strings: part(BOOK, strings).replace(b"=1+1", b"x" * 1_000_000)})
    assert re.search(r"dòng 2: có ô dài quá 32,767 ký tự", refused(write(tmp_path, name, long)))


def test_a_million_columns_are_refused(tmp_path: Path) -> None:
    wide = GOOD + b"," * 1_000_000 + b"x\n"
    assert "1,000,001 cột" in refused(write(tmp_path, "wide.csv", wide))
    assert "rộng 16,384 cột" in refused(write(tmp_path, "wide.xlsx", book_with((0, 0, "a"), (1, 16_383, "b"))))


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95, 0.999])
def test_a_truncated_workbook_is_refused(tmp_path: Path, name: str, share: float) -> None:
    whole = BOOK if name.endswith("xlsx") else xls_bytes([COMMUNE])
    found = read(write(tmp_path, name, whole[: int(len(whole) * share)]))
    assert isinstance(found, UnreadableError) or name == "a.xls"


def test_macros_and_links_to_other_workbooks_are_said_and_not_followed(tmp_path: Path) -> None:
    extended = rebuilt(BOOK, {"xl/vbaProject.bin": b"x", "xl/externalLinks/externalLink1.xml": b"<x/>"})
    found = rows(write(tmp_path, "a.xlsm", extended))
    assert len(found.received.sheets[0].rows) == 3
    assert any("macro" in remark for remark in found.remarks)
    assert any("liên kết" in remark for remark in found.remarks)


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    named = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
    sheet = part(BOOK, SHEET).replace(b"<worksheet", named + b"<worksheet", 1)
    assert "DOCTYPE" in refused(write(tmp_path, "a.xlsx", rebuilt(BOOK, {SHEET: sheet})))


def test_control_characters_sql_and_formulas_are_text(tmp_path: Path) -> None:
    names = ("Lê\u202eVăn\u200b \x07An", "Robert'); drop table person;--", '=HYPERLINK("http://x";"y")', "@SUM(1)")
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        path = write(tmp_path, "a.csv", GOOD.replace("NGUYỄN ĐỨC THỊNH".encode(), quoted.encode()))
        found = rows(path)
        assert found.received.sheets[0].rows["full_name"][1] == name
        (seen,) = preview(found.received)
        assert seen.rows == 3
        assert "\u202e" not in (seen.first[1]["full_name"] or "")


def test_only_a_plain_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = write(tmp_path / "real", "a.csv", GOOD)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "link.csv").symlink_to(target)
    (inbox / "folder").symlink_to(tmp_path / "real")
    os.mkfifo(inbox / "pipe.csv")
    write(inbox, "good.csv", GOOD)
    started = time.monotonic()
    found = read_inbox([inbox, Path("/dev/zero")], None)
    assert time.monotonic() - started < 5
    assert [file.file_name for file in found.files] == ["good.csv"]
    said = {Path(remark.file).name: remark.message for remark in found.unreadable}
    assert said.keys() == {"link.csv", "folder", "pipe.csv", "zero"}
    assert "symlink" in said["link.csv"]
    assert "FIFO" in said["pipe.csv"]
    assert "thiết bị" in said["zero"]


def test_a_file_that_changes_while_it_is_read_is_left_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "a.csv", GOOD)
    looked = os.fstat

    def grown(descriptor: int) -> os.stat_result:
        with path.open("ab") as file:
            file.write(b"x")
        return looked(descriptor)

    monkeypatch.setattr(os, "fstat", grown)
    assert "đang được ghi" in refused(path)


def test_too_large_a_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("wb") as file:
        file.truncate(limits.FILE_BYTES + 1)
    assert "quá lớn" in refused(tmp_path / "a.csv")


def test_bundles_in_bundles_locked_and_broken_ones_are_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    locked = bytearray(zip_bytes({"locked.csv": GOOD}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.find(signature) + offset] |= 1
    write(tmp_path, "1.zip", bytes(locked))
    write(tmp_path, "2.zip", zip_bytes({"in.zip": zip_bytes({"a.csv": GOOD}), "../../a.csv": GOOD, ".hid.csv": b""}))
    write(tmp_path, "3.zip", zip_bytes({f"{number}.csv": b"" for number in range(limits.ARCHIVE_ENTRIES + 1)}))
    write(tmp_path, "4.zip", zip_bytes({"a.csv": GOOD})[:-30])
    found = read_inbox([tmp_path], None)
    assert [file.file_name for file in found.files] == ["2.zip/a.csv"]
    said = [(Path(remark.file).name, remark.message) for remark in found.unreadable]
    assert [name for name, _ in said] == ["locked.csv", "in.zip", "3.zip", "4.zip"]
    for (_, message), word in zip(said, ("mật khẩu", "trong gói nén", "quá nhiều mục", "cắt cụt"), strict=True):
        assert word in message


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"<html><table>", b'<?xml version="1.0"?>', b"\x89PNG\r\n"])
def test_what_is_no_table_is_named(tmp_path: Path, content: bytes) -> None:
    assert "Hãy mở rồi lưu lại" in refused(write(tmp_path, "a.xls", content + b"\x00" * 99))


def test_one_bad_file_among_a_hundred_good_ones(tmp_path: Path) -> None:
    for number in range(100):
        write(tmp_path, f"{number:03}.csv", GOOD)
    write(tmp_path, "050b.xlsx", BOOK[:-100])
    found = read_inbox([tmp_path], None)
    assert len(list(found.files)) == 100
    assert [Path(remark.file).name for remark in found.unreadable] == ["050b.xlsx"]


@pytest.mark.parametrize("name", ["tháng 10/", "tháng 10/.a.csv", "__MACOSX/a.csv"])
def test_a_bundle_without_a_file_is_named(tmp_path: Path, name: str) -> None:
    assert "không có tệp nào để đọc" in refused(write(tmp_path, "a.zip", zip_bytes({name: GOOD})))


@pytest.mark.parametrize("number", ["7" * 5000, "²", "٣"])
def test_a_first_row_of_strange_numbers_is_a_row(tmp_path: Path, number: str) -> None:
    found = rows(write(tmp_path, "a.csv", GOOD.replace(b"05/03/1987", number.encode())))
    assert found.received.sheets[0].rows["birth_date"][0] == number


def test_two_tables_in_one_sheet_are_refused(tmp_path: Path) -> None:
    came = [ARRIVALS.heading, *ARRIVALS.cells()]
    misspelt = [["Giơi tinhh" if name == "Giới tính" else name for name in ARRIVALS.heading], *ARRIVALS.cells()]
    for above in (came, misspelt):
        stacked = [["NHÂN KHẨU ĐẾN"], *above, ["NHÂN KHẨU ĐI"]]
        content = xlsx_bytes([replace(DEPARTURES, above=stacked)])
        assert "tiêu đề ở dòng 2 và dòng 7" in refused(write(tmp_path, "a.xlsx", content))


def test_a_heading_printed_again_is_no_person(tmp_path: Path) -> None:
    again = dict(zip(COMMUNE.columns, COMMUNE.heading, strict=True))
    content = xlsx_bytes([replace(COMMUNE, people=[*COMMUNE.people, again, *COMMUNE.people])])
    found = rows(write(tmp_path, "a.xlsx", content))
    assert found.received.sheets[0].rows["sheet_row"].to_list() == [2, 3, 4, 6, 7, 8]
    assert "trang “Biến động”: tiêu đề in lại ở dòng 5, không phải dòng người." in found.remarks


def test_two_sheets_of_one_name_are_refused(tmp_path: Path) -> None:
    book = xlsx_bytes([COMMUNE, replace(COMMUNE, name="Khác")])
    named = part(book, "xl/workbook.xml").replace("Khác".encode(), COMMUNE.name.encode())
    assert "hai trang tính cùng tên" in refused(write(tmp_path, "a.xlsx", rebuilt(book, {"xl/workbook.xml": named})))


def test_a_name_that_begins_like_a_total_is_a_person(tmp_path: Path) -> None:
    people = [*TK1.people, {"full_name": "Công Thị Hoa"}, {"number": "Cộng: 4"}]
    found = rows(write(tmp_path, "a.xlsx", xlsx_bytes([replace(TK1, people=people)])))
    assert found.received.sheets[0].rows["full_name"].to_list()[-1] == "Công Thị Hoa"
    assert "trang “TK1-TS”: bỏ qua 1 dòng dưới bảng (tổng cộng, chữ ký)." in found.remarks


def test_hidden_merged_and_unknown_sheets_are_said(tmp_path: Path) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet("Biến động")
        for column, heading in enumerate(COMMUNE.heading):
            page.write_string(1, column, heading)
        page.merge_range(0, 0, 0, 5, "DANH SÁCH")
        for at, cells in enumerate(COMMUNE.cells(), start=2):
            page.write_row(at, 0, cells)
        page.set_row(3, None, None, {"hidden": True})
        page.hide()
        book.add_worksheet("Trống").activate()
        book.add_worksheet("Danh mục").write_row(0, 0, ["Mã", "Tên"])
    found = rows(write(tmp_path, "a.xlsx", content.getvalue()))
    assert len(found.received.sheets[0].rows) == 3
    said = " ".join(found.remarks)
    for word in ("trang bị ẩn", "1 dòng bị ẩn", "gộp ô", "“Danh mục”: không phải danh sách người"):
        assert word in said


def test_a_list_of_people_with_a_wrong_heading_beside_a_good_one_refuses_the_file(tmp_path: Path) -> None:
    came, left = LAYOUTS["ward"]
    broken = type(left)(
        left.name, left.profile, left.above, ["?", *left.heading[1:6], "?", "?"], left.columns, left.people, []
    )
    said = refused(write(tmp_path, "a.xlsx", xlsx_bytes([came, broken])))
    assert "trang “Nhân khẩu đi”" in said
    assert "“Lý do xóa đăng ký”" in said
