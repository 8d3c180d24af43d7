"""Change files: bytes of whatever format to ReceivedFile, with what was recognised on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from casework.deliveries.intake import CSV, WORKBOOK, ReceivedFile, ReceivedSheet, decoded_sheet
from pipelines import archives
from pipelines.csv_text import sheet_of
from pipelines.layout import Layout, UnknownLayoutError, find_layout, quoted
from pipelines.limits import CELLS, HEADING_WITHIN_ROWS, SHEET_ROWS
from pipelines.opening import read_plain_file
from pipelines.other_tables import one_table
from pipelines.profile import Profile
from pipelines.received import received_sheet
from pipelines.sender import Sender
from pipelines.tables import Row, Sheet, Table
from pipelines.text_encoding import UnknownEncodingError, read_text
from pipelines.unreadable import UnreadableError
from pipelines.workbooks import XLS_BEGINNING, read_workbook

#: By their endings, which only say what was meant; what a file is, its first bytes say.
ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".zip")

#: Enough for the rows among which the heading stands.
_BEGINNING = 1 << 20

_NO_TABLE = (
    (b"%pdf", "là tệp PDF"),
    (b"{\\rtf", "là văn bản RTF"),
    (b"<!doctype html", "là trang HTML, dù tên có thể là .xls"),
    (b"<html", "là trang HTML, dù tên có thể là .xls"),
    (b"<table", "là trang HTML, dù tên có thể là .xls"),
    (b"<?xml", "là tệp XML, dù tên có thể là .xls"),
    (b"\x89png", "là ảnh"),
    (b"\xff\xd8\xff", "là ảnh"),
)
_DELIMITERS = {",": "dấu phẩy", ";": "dấu chấm phẩy", "\t": "tab", "|": "gạch đứng"}


@dataclass(frozen=True)
class ReadSheet:
    """One sheet that was recognised: its layout, the row of its heading, its rows."""

    layout: Layout
    heading_row: int
    received: ReceivedSheet
    remarks: list[str]


@dataclass(frozen=True)
class ReadFile:
    """One file that was read. `remarks` are what was seen in it and not used.

    `is_sender_named`: somebody said who sent it; else the profile's name stands for its sender.
    """

    received: ReceivedFile
    is_sender_named: bool
    form: str
    encoding: str | None
    sheets: list[ReadSheet]
    remarks: list[str]


def read_path(
    path: Path, sender: Sender, profiles: Sequence[Profile]
) -> Iterator[tuple[str, ReadFile | UnreadableError]]:
    """(name, file or why it cannot be read) of the file, or of each file of a bundle, as "bundle.zip/file.csv"."""
    own = path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        content = read_plain_file(path)
    except UnreadableError as error:
        yield own, error
        return
    try:
        found = archives.entries(content) if content.startswith(archives.BEGINNINGS) else []
    except UnreadableError as error:
        yield own, error.of(content)
        return
    if not found or archives.is_workbook(found):
        yield own, _attempt(own, content, sender, profiles)
        return
    is_empty = True
    for member in archives.members(content, found):
        is_empty = False
        name = f"{own}/{member.name}"
        if isinstance(member.content, UnreadableError):
            yield name, member.content
        else:
            yield name, _attempt(name, member.content, sender, profiles)
    if is_empty:
        empty = UnreadableError("gói nén không có tệp nào để đọc, chỉ có thư mục hoặc tệp ẩn. Hãy gửi lại.")
        yield own, empty.of(content)


def _attempt(name: str, content: bytes, sender: Sender, profiles: Sequence[Profile]) -> ReadFile | UnreadableError:
    try:
        return read_content(name, content, sender, profiles)
    except UnreadableError as error:
        return error.of(content)


def read_content(name: str, content: bytes, sender: Sender, profiles: Sequence[Profile]) -> ReadFile:
    """The file of these bytes, which are no bundle; UnreadableError when it cannot be read."""
    if not name.lower().endswith(ENDINGS):
        raise UnreadableError(f"chỉ đọc được tệp {', '.join(ENDINGS)}. Hãy lưu lại dưới dạng .xlsx hoặc “CSV UTF-8”.")
    if sender.text_encoding:
        profiles = [replace(p, conventions=replace(p.conventions, encoding=sender.text_encoding)) for p in profiles]
    table = _table(content, sender.encoding, profiles)
    try:
        sheets, remarks = _recognised(table, profiles)
    except UnreadableError as error:
        raise table.doubt or error from None
    if table.doubt and not _shows_its_encoding(sheets[0]):
        raise table.doubt
    profile = sheets[0].layout.profile
    received = ReceivedFile(
        file_name=name,
        digest=hashlib.sha256(content).hexdigest(),
        source=sender.source or profile.profile_id,
        province=sender.province or profile.province,
        form=WORKBOOK if table.delimiter is None else CSV,
        delimiter=table.delimiter,
        sheets=[sheet.received for sheet in sheets],
    )
    return ReadFile(received, sender.source is not None, table.form, table.encoding, sheets, [*table.remarks, *remarks])


def _table(content: bytes, encoding: str | None, profiles: Sequence[Profile]) -> Table:
    """The sheets of the file, by what its bytes are."""
    if content.startswith(XLS_BEGINNING):
        return read_workbook(content, frozenset())
    if content.startswith(archives.BEGINNINGS):
        found = archives.entries(content)
        if not archives.is_workbook(found):
            raise UnreadableError("gói nén nằm trong gói nén. Hãy gửi mỗi gói một lần, bên trong chỉ có tệp bảng tính.")
        return read_workbook(content, frozenset(entry.filename.lower() for entry in found))
    start = content[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    for beginning, words in _NO_TABLE:
        if start.startswith(beginning):
            raise UnreadableError(f"{words}. Hãy mở rồi lưu lại dưới dạng .xlsx hoặc “CSV UTF-8”.")
    doubt = None
    try:
        text, known = read_text(content, encoding)
    except UnknownEncodingError as error:
        if encoding is not None or not _begins_with_a_heading(content, profiles):
            raise
        doubt = error
        text, known = read_text(content, "cp1252")
    rows, delimiter = sheet_of(text)
    form = f"CSV, ngăn cách bằng {_DELIMITERS.get(delimiter, repr(delimiter))}"
    return Table(form, known, [Sheet(None, _bounded(rows))], delimiter=delimiter, doubt=doubt)


def _begins_with_a_heading(content: bytes, profiles: Sequence[Profile]) -> bool:
    """Whether the bytes, of whatever font, may be a file of a known layout: asked before the whole is read."""
    try:
        rows, _ = sheet_of(read_text(content[:_BEGINNING], "cp1252").text)
        find_layout(islice(rows, HEADING_WITHIN_ROWS), profiles, None)
    except UnreadableError:
        return False
    return True


def _shows_its_encoding(sheet: ReadSheet) -> bool:
    """Whether the headings, where they are no ASCII, and the names by themselves show one legacy encoding."""
    names = [told for told in decoded_sheet(sheet.received)[1] if told.column == "full_name"]
    is_ascii = all(map(str.isascii, sheet.layout.headings))
    return any(
        told.basis in ("confirmed", "column") and (is_ascii or sheet.layout.encoding == told.encoding) for told in names
    )


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, as many as a sheet and the memory hold."""
    cells = 0
    for row in rows:
        cells += len(row.cells)
        if row.sheet_row > SHEET_ROWS or cells > CELLS:
            raise UnreadableError(f"dòng {row.sheet_row:,}: tệp có quá nhiều dữ liệu. Hãy chia thành nhiều tệp.")
        yield row


def _recognised(table: Table, profiles: Sequence[Profile]) -> tuple[list[ReadSheet], list[str]]:
    """The sheets whose layout is known, and what is to be said.

    Blank sheets are passed over, and so are sheets of another content beside a known one; but a list of people with a
    wrong heading is a reason to refuse the file, or its rows would be lost.
    """
    sheets: list[ReadSheet] = []
    remarks: list[str] = []
    refused: list[UnknownLayoutError] = []
    seen = rows_before = 0
    for sheet in table.sheets:
        rows = list(sheet.rows)
        if not rows:
            continue
        seen += 1
        where = f"trang “{sheet.name}”: " if sheet.name is not None else ""
        try:
            found, repeated = one_table(find_layout(rows, profiles, sheet.name), profiles)
        except UnknownLayoutError as error:
            located = UnknownLayoutError(where + str(error), error.is_people)
            if error.is_people:
                raise located from None
            refused.append(located)
            remarks.append(f"{where}không phải danh sách người, không đọc.")
            continue
        except UnreadableError as error:
            raise UnreadableError(where + str(error)) from None
        received, said = received_sheet(sheet.name, found, rows_before)
        if repeated:
            said.append(f"tiêu đề in lại ở dòng {', '.join(map(str, repeated))}, không phải dòng người")
        rows_before += len(received.rows)
        sheets.append(ReadSheet(found.layout, found.heading_row, received, [*sheet.remarks, *said]))
        remarks.extend(f"{where}{remark}." for remark in (*sheet.remarks, *said))
        if found.layout.encoding:
            remarks.append(f"{where}tiêu đề ghi bằng bảng mã cũ {found.layout.encoding}, đã đổi sang Unicode.")
        if found.layout.unknown:
            remarks.append(f"{where}không dùng đến cột {quoted(found.layout.unknown)}.")
    if not seen:
        raise UnreadableError("tệp trống, không có dòng tiêu đề.")
    if not sheets:
        raise refused[0]
    return sheets, remarks
