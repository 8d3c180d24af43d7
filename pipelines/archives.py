"""ZIP archives, looked at before anything is unpacked: workbooks, and bundles of files."""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipelines.limits import (
    ARCHIVE_DIRECTORY_BYTES,
    ARCHIVE_ENTRIES,
    FILE_BYTES,
    MIB,
    PACKED_RATIO,
    RATIO_COUNTS_FROM_BYTES,
    UNPACKED_BYTES,
)
from pipelines.unreadable import UnreadableError

#: How an archive begins: an entry, or, where it is empty, its end.
BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
_END = b"PK\x05\x06"
_END_SIZE = 22
_LONGEST_COMMENT = 65_535
_IS_UTF8 = 0x800
_IS_LOCKED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, KeyError, struct.error)
#: The files that other programs put into bundles beside what was meant.
_NOBODYS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class Member(NamedTuple):
    """One file of a bundle: its name in it, and its bytes or why they cannot be had."""

    name: str
    content: bytes | UnreadableError


def entries(content: bytes) -> list[zipfile.ZipInfo]:
    """What the archive says that it holds; UnreadableError when it is broken or would unpack to too much.

    Nothing is unpacked to find that out, and a directory of entries too long to be honest is not even read.
    """
    at = content.rfind(_END, max(0, len(content) - _END_SIZE - _LONGEST_COMMENT))
    if at < 0 or at + _END_SIZE > len(content):
        raise UnreadableError("tệp nén bị cắt cụt hoặc hỏng (không có phần cuối). Hãy gửi lại tệp nguyên vẹn.")
    count, directory = struct.unpack_from("<HI", content, at + 10)
    if count > ARCHIVE_ENTRIES or directory > ARCHIVE_DIRECTORY_BYTES or content[at - 20 : at - 16] == b"PK\x06\x07":
        raise UnreadableError(f"tệp nén có quá nhiều mục (tối đa {ARCHIVE_ENTRIES:,}). Hãy gửi từng phần.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = archive.infolist()
    except _BROKEN as error:
        raise UnreadableError("tệp nén bị hỏng, không đọc được mục lục. Hãy gửi lại tệp nguyên vẹn.") from error
    total = sum(entry.file_size for entry in found)
    packed = [entry for entry in found if entry.file_size > RATIO_COUNTS_FROM_BYTES]
    if total > UNPACKED_BYTES or any(e.file_size > PACKED_RATIO * max(e.compress_size, 1) for e in packed):
        raise UnreadableError(
            f"tệp nén bung ra tới {total // MIB:,} MiB từ {len(content) / MIB:,.1f} MiB, không giống tệp thật "
            "nên không mở. Hãy lưu lại bảng tính chỉ với phần có dữ liệu."
        )
    return found


def is_workbook(found: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether the archive is a workbook, whatever it is named."""
    return any(entry.filename.lower().startswith(("xl/", "xl\\")) for entry in found)


def members(content: bytes, found: Sequence[zipfile.ZipInfo]) -> Iterator[Member]:
    """The files of a bundle in the order of their names, unpacked one at a time into memory, never to disk."""
    named = sorted((_name(entry), at, entry) for at, entry in enumerate(found) if not entry.is_dir())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name, _, entry in named:
            hidden = name.rsplit("/", 1)[-1].startswith((".", "~$"))
            if not hidden and not name.startswith(_NOBODYS) and not name.endswith(_NOBODYS):
                yield Member(name, _unpacked(archive, entry))


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | UnreadableError:
    if entry.flag_bits & _IS_LOCKED:
        return UnreadableError("tệp trong gói nén có mật khẩu. Hãy gửi lại không đặt mật khẩu.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return UnreadableError("tệp trong gói nén dùng cách nén lạ. Hãy nén lại thành .zip thông thường.")
    if entry.file_size > FILE_BYTES:
        return UnreadableError(f"tệp trong gói nén quá lớn (tối đa {FILE_BYTES // MIB} MiB). Hãy chia thành nhiều tệp.")
    try:
        with archive.open(entry) as file:
            return file.read(entry.file_size)
    except _BROKEN:
        return UnreadableError("tệp trong gói nén bị hỏng. Hãy nén lại rồi gửi lại.")


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as the sender wrote it. Without the sign for UTF-8 the bytes may be UTF-8 all the same."""
    name = entry.filename
    if not entry.flag_bits & _IS_UTF8:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.filename
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "".join(char for char in "/".join(parts) if unicodedata.category(char) not in ("Cc", "Cf")) or "?"
