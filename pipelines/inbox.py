"""Change files of paths and folders, each read or reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from casework.intake import ReceivedFile
from pipelines.csv_files import read_csv_file
from pipelines.profile import known_profiles
from pipelines.sender import FILE_NAME, sender_of
from pipelines.unreadable import Remark, UnreadableError, unused_columns


@dataclass(frozen=True)
class Inbox:
    """The files that could be read, those that could not, and what was noticed in those that could."""

    files: list[ReceivedFile]
    unreadable: list[Remark]
    noticed: list[Remark]


def read_inbox(paths: Sequence[Path], source: str | None) -> Inbox:
    """The change files of files and folders, each once, in the order given; folders by file name."""
    inbox = Inbox([], [], [])
    named: dict[Path, Path] = {}
    for found in chain.from_iterable(map(_expanded, paths)):
        named.setdefault(found.resolve(), found)
    for path in named.values():
        try:
            file, unknown = _read(path, source)
        except UnreadableError as error:
            inbox.unreadable.append(Remark(str(path), str(error)))
            continue
        inbox.files.append(file)
        if unknown:
            inbox.noticed.append(unused_columns(path, unknown))
    return inbox


def _read(path: Path, source: str | None) -> tuple[ReceivedFile, tuple[str, ...]]:
    if not path.exists():
        raise UnreadableError("không có tệp hoặc thư mục này.")
    if path.suffix.lower() != ".csv":
        raise UnreadableError("chỉ đọc được tệp .csv. Hãy lưu lại dưới dạng “CSV UTF-8”.")
    return read_csv_file(path, sender_of(path.parent, source), known_profiles())


def _expanded(path: Path) -> Iterator[Path]:
    """The path itself, or the files of the folder by name, without hidden ones, source.toml and folders within."""
    if not path.is_dir():
        yield path
        return
    for found in sorted(path.iterdir()):
        if not found.name.startswith((".", "~$")) and found.name != FILE_NAME and not found.is_dir():
            yield found
