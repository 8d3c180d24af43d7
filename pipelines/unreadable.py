"""A file that could not be read: reported by name, while the others go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: The exit code of a command that left a file unread, after the others are done.
EXIT_UNREADABLE = 10


class UnreadableError(Exception):
    """This file cannot be read; the message says what is wrong in it and what to do."""


@dataclass(frozen=True)
class Remark:
    """What is to be said of a file."""

    file: str
    message: str


def unused_columns(path: Path, names: Iterable[str]) -> Remark:
    """What to say of a file with columns that nobody reads."""
    return Remark(str(path), f"không dùng đến cột {', '.join(' '.join(name.split()) for name in names)}.")
