"""A file that could not be read: reported by name, while the others go on."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: The exit code of a command that left a file unread, after the others are done.
EXIT_UNREADABLE = 10

_NOT_OPENED: dict[int, str | None] = {
    errno.ENOENT: "không có tệp hay thư mục này",
    errno.EACCES: "không có quyền đọc",
}


class UnreadableError(Exception):
    """This file cannot be read; the message says what is wrong in it and what to do."""


@dataclass(frozen=True)
class Remark:
    """What is to be said of a file."""

    file: str
    message: str


def not_opened(error: OSError) -> UnreadableError:
    """Why the operating system did not open a file, in the words of whoever put it there."""
    said = _NOT_OPENED.get(error.errno or 0, error.strerror)
    return UnreadableError(f"không mở được: {said}.")


def unused_columns(path: Path, names: Iterable[str]) -> Remark:
    """What to say of a file with columns that nobody reads."""
    return Remark(str(path), f"không dùng đến cột {', '.join(' '.join(name.split()) for name in names)}.")
