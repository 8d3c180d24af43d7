"""Change files of paths and folders, each read or reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from casework.intake import ReceivedFile
from pipelines.change_files import ReadFile, read_path
from pipelines.profile import known_profiles
from pipelines.sender import FILE_NAME, sender_of
from pipelines.unreadable import Remark, UnreadableError


@dataclass(frozen=True)
class Inbox:
    """The files that could be read, those that could not, and what was noticed in those that could."""

    files: list[ReceivedFile]
    unreadable: list[Remark]
    noticed: list[Remark]


def read_inbox(paths: Sequence[Path], source: str | None) -> Inbox:
    """The change files of files and folders, each once, in the order given; folders by file name."""
    inbox = Inbox([], [], [])
    for name, read in read_all(paths, source):
        if isinstance(read, UnreadableError):
            inbox.unreadable.append(Remark(name, str(read)))
        else:
            inbox.files.append(read.received)
            inbox.noticed.extend(Remark(name, remark) for remark in read.remarks)
    return inbox


def read_all(paths: Sequence[Path], source: str | None) -> Iterator[tuple[str, ReadFile | UnreadableError]]:
    """(path, file or why it cannot be read) of every file, read one after the other; a bundle gives its files."""
    seen: set[Path] = set()
    for path in chain.from_iterable(map(_expanded, paths)):
        place = path.parent.resolve() / path.name
        if place in seen:
            continue
        seen.add(place)
        try:
            sender = sender_of(path.parent, source)
        except UnreadableError as error:
            yield str(path), error
            continue
        for name, read in read_path(path, sender, known_profiles()):
            yield str(path.parent / name), read


def _expanded(path: Path) -> Iterator[Path]:
    """The path itself, or the files of the folder by name, without hidden ones, source.toml and folders within."""
    try:
        found = sorted(path.iterdir()) if path.is_dir() else [path]
    except OSError:
        found = [path]
    for file in found:
        is_ours = not file.name.startswith((".", "~$")) and file.name != FILE_NAME
        if file == path or (is_ours and (file.is_symlink() or not file.is_dir())):
            yield file
