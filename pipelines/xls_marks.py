"""What an XLS workbook says of its cells beside their values: errors, zeros that a number format shows, hidden rows.

Only the few records that say so are looked at ([MS-XLS] 2.4), in the stream that holds them ([MS-CFB] 2.2 to 2.6).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from pipelines.workbook_marks import Marks, zeros_shown

_FREE = 0xFFFFFFF0
_HEADER = 512
_ENTRY = 128
_STREAMS = ("Workbook", "Book")

_EOF, _SHEET, _FORMAT, _STYLE = 0x0A, 0x85, 0x041E, 0xE0
_ROW, _NUMBER, _RK, _RKS, _ERROR, _FORMULA = 0x0208, 0x0203, 0x027E, 0xBD, 0x0205, 0x06
_IS_HIDDEN = 0x20
#: A formula's result that is no number ends so; its first byte says of what kind it is.
_NO_NUMBER, _IS_ERROR = b"\xff\xff", 2


class BrokenXlsError(Exception):
    """The records are not in order."""


def read_xls_marks(content: bytes) -> dict[str, Marks]:
    """The marks of each sheet by its name; BrokenXlsError where the workbook is not as it should be."""
    try:
        return _read(_stream(content))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise BrokenXlsError(str(error)) from error


def _stream(content: bytes) -> bytes:
    """The bytes of the workbook within the compound file. A short stream lies in small sectors inside another one."""
    shift, small_shift = struct.unpack_from("<HH", content, 30)
    if not {shift, small_shift} <= set(range(6, 17)):
        raise BrokenXlsError("size of sectors")
    size = 1 << shift
    directory, _, shortest, small_table = struct.unpack_from("<4I", content, 48)
    more, count = struct.unpack_from("<II", content, 68)
    tables = list(struct.unpack_from("<109I", content, 76))
    body = content[_HEADER:]
    for _ in range(min(count, len(body) // size)):
        *found, more = struct.unpack_from(f"<{size // 4}I", body, more * size)
        tables += found
    following = _numbers(b"".join(body[at * size :][:size] for at in tables if at < _FREE))
    entries = _chain(body, directory, size, following)
    small: bytes | None = None
    for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        (length,) = struct.unpack_from("<H", entries, at + 64)
        name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        start, bytes_ = struct.unpack_from("<II", entries, at + 116)
        if small is None:
            small = _chain(body, start, size, following)
        elif name in _STREAMS and bytes_ >= shortest:
            return _chain(body, start, size, following)[:bytes_]
        elif name in _STREAMS:
            small_following = _numbers(_chain(body, small_table, size, following))
            return _chain(small, start, 1 << small_shift, small_following)[:bytes_]
    raise BrokenXlsError("no workbook inside")


def _numbers(table: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])


def _chain(body: bytes, at: int, size: int, following: Sequence[int]) -> bytes:
    """The sectors that follow one another from a first one, as the table tells; a ring ends where it has gone round."""
    sectors: list[bytes] = []
    while at < _FREE and len(sectors) <= len(following):
        sectors.append(body[at * size : (at + 1) * size])
        at = following[at]
    return b"".join(sectors)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """(kind, content) of the records from a place to the end of their part."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _EOF:
            return
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _text(data: bytes, length: int) -> str:
    """A text behind its length: a byte of flags, then one or two bytes a letter."""
    wide = data[0] & 1
    return data[1 : 1 + length * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1")


def _read(stream: bytes) -> dict[str, Marks]:
    formats: dict[int, int] = {}
    styles: list[int] = []
    sheets: list[tuple[str, int]] = []
    for kind, data in _records(stream, 0):
        if kind == _FORMAT:
            number, length = struct.unpack_from("<HH", data)
            formats[number] = zeros_shown(_text(data[4:], length))
        elif kind == _STYLE:
            styles.append(struct.unpack_from("<H", data, 2)[0])
        elif kind == _SHEET:
            sheets.append((_text(data[7:], data[6]), struct.unpack_from("<I", data)[0]))
    padded = {at: width for at, number in enumerate(styles) if (width := formats.get(number))}
    return {name: _sheet(stream, at, padded) for name, at in sheets}


def _sheet(stream: bytes, at: int, padded: dict[int, int]) -> Marks:
    marks = Marks()
    for kind, data in _records(stream, at):
        if kind == _ROW:
            marks.hidden_rows += bool(data[12] & _IS_HIDDEN)
        elif kind == _RKS:
            row, first = struct.unpack_from("<HH", data)
            for number in range((len(data) - 6) // 6):
                _zeros(marks, (row, first + number), struct.unpack_from("<H", data, 4 + 6 * number)[0], padded)
        elif kind in (_NUMBER, _RK, _ERROR, _FORMULA):
            row, column, style = struct.unpack_from("<HHH", data)
            is_text = kind == _FORMULA and data[12:14] == _NO_NUMBER
            if (kind == _ERROR and data[7]) or (is_text and data[6] == _IS_ERROR):
                marks.errors.add((row, column))
            elif kind != _ERROR and not is_text:
                _zeros(marks, (row, column), style, padded)
    marks.index_rows()
    return marks


def _zeros(marks: Marks, place: tuple[int, int], style: int, padded: dict[int, int]) -> None:
    if style in padded:
        marks.zeros[place] = padded[style]
