"""The bytes of a file that a sender put somewhere: read once, and only from a plain file that nobody is writing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pipelines.limits import FILE_BYTES, MIB
from pipelines.unreadable import UnreadableError, not_opened

_KINDS = {
    stat.S_IFLNK: "là liên kết (symlink) tới chỗ khác. Hãy chép chính tệp đó vào thư mục",
    stat.S_IFIFO: "là đường ống (FIFO), không phải tệp. Hãy xóa nó khỏi thư mục",
    stat.S_IFSOCK: "là socket, không phải tệp. Hãy xóa nó khỏi thư mục",
    stat.S_IFCHR: "là thiết bị, không phải tệp. Hãy xóa nó khỏi thư mục",
    stat.S_IFBLK: "là thiết bị, không phải tệp. Hãy xóa nó khỏi thư mục",
    stat.S_IFDIR: "là thư mục, không phải tệp",
}


def read_plain_file(path: Path) -> bytes:
    """The bytes of the file; UnreadableError when it is none, is too large, or changed while it was read.

    Looked at before it is opened, because opening a pipe waits and opening a device acts; then opened without waiting
    and without following a link, because what was looked at may have been put in another's place.
    """
    try:
        _check_kind(os.lstat(path))
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise not_opened(error) from error
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        _check_kind(before)
        if before.st_size > FILE_BYTES:
            raise UnreadableError(
                f"tệp {before.st_size // MIB:,} MiB, quá lớn (tối đa {FILE_BYTES // MIB} MiB). "
                "Hãy chia thành nhiều tệp."
            )
        try:
            content = file.read(FILE_BYTES + 1)
        except OSError as error:
            raise UnreadableError(f"không đọc được: {error.strerror}.") from error
        after = os.fstat(descriptor)
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns) or len(content) != after.st_size:
        raise UnreadableError("tệp đang được ghi trong lúc đọc. Hãy đợi ghi xong rồi chạy lại.")
    return content


def _check_kind(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError(f"{_KINDS.get(stat.S_IFMT(status.st_mode), 'không phải tệp thường')}.")
