"""A file that could not be read: reported by name, while the others go on."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

#: The exit code of a command that left a file unread, after the others are done.
EXIT_UNREADABLE = 10

#: Files that are named where one fault keeps many from being read.
_NAMED = 20

_NOT_OPENED: dict[int, str | None] = {
    errno.ENOENT: "không có tệp hay thư mục này",
    errno.EACCES: "không có quyền đọc",
}


class UnreadableError(Exception):
    """This file cannot be read; the message says what is wrong in it and what to do.

    `digest` is that of its bytes (SHA-256), where they could be had.
    """

    digest: str | None = None

    def of(self, content: bytes) -> UnreadableError:
        """The error, with these bytes as those of the file."""
        self.digest = hashlib.sha256(content).hexdigest()
        return self


class MissingError(UnreadableError):
    """There is no such file."""


@dataclass(frozen=True)
class Remark:
    """What is to be said of a file."""

    file: str
    message: str


@dataclass(frozen=True)
class Refused:
    """A change file that could not be read. `name` is its own, with that of its bundle; `source` None where not known.

    `folder` is set where not the file but the source.toml of its folder is at fault; `answer` is the note to its
    sender, once that is written.
    """

    file: str
    message: str
    name: str
    source: str | None
    digest: str | None = None
    folder: str | None = None
    is_missing: bool = False
    answer: Path | None = None


def told_once(refused: Iterable[Refused]) -> list[Remark]:
    """What is to be said of each file; a fault of a source.toml once, with the files that it keeps from being read."""
    found: dict[str, list[Refused]] = {}
    for one in refused:
        found.setdefault(one.folder or one.file, []).append(one)
    return [
        Remark(place, f"{ones[0].message} {_kept_out(ones)}" if ones[0].folder else ones[0].message)
        for place, ones in found.items()
    ]


def _kept_out(ones: Sequence[Refused]) -> str:
    names = ", ".join(one.name for one in ones[:_NAMED])
    more = f" và {len(ones) - _NAMED} tệp nữa" if len(ones) > _NAMED else ""
    return f"Vì thế chưa đọc {len(ones)} tệp: {names}{more}."


def not_opened(error: OSError) -> UnreadableError:
    """Why the operating system did not open a file, in the words of whoever put it there."""
    said = _NOT_OPENED.get(error.errno or 0, error.strerror)
    kind = MissingError if error.errno == errno.ENOENT else UnreadableError
    return kind(f"không mở được: {said}.")


def unused_columns(path: Path, names: Iterable[str]) -> Remark:
    """What to say of a file with columns that nobody reads."""
    return Remark(str(path), f"không dùng đến cột {', '.join(' '.join(name.split()) for name in names)}.")
