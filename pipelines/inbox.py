"""Change files of paths and folders, each read or reported, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from casework.intake import ReceivedFile
from casework.types import Progress, silent
from pipelines.change_files import ReadFile, read_path
from pipelines.profile import known_profiles
from pipelines.sender import FILE_NAME, sender_of
from pipelines.unreadable import Remark, UnreadableError


@dataclass(frozen=True)
class Inbox:
    """The files that can be read, each read when its turn comes, so that no two are held at a time.

    `unreadable` and `noticed` name the files that could not be read, and what was noticed in the others, so far.
    """

    files: Iterator[ReceivedFile]
    unreadable: list[Remark] = field(default_factory=list)
    noticed: list[Remark] = field(default_factory=list)


def read_inbox(paths: Sequence[Path], source: str | None, progress: Progress = silent) -> Inbox:
    """The change files of files and folders, each once, in the order given; folders by file name."""
    unreadable: list[Remark] = []
    noticed: list[Remark] = []

    def received() -> Iterator[ReceivedFile]:
        for name, read in read_all(paths, source, progress):
            if isinstance(read, UnreadableError):
                unreadable.append(Remark(name, str(read)))
            else:
                noticed.extend(Remark(name, remark) for remark in read.remarks)
                yield read.received
            del read

    return Inbox(received(), unreadable, noticed)


def read_all(
    paths: Sequence[Path], source: str | None, progress: Progress = silent
) -> Iterator[tuple[str, ReadFile | UnreadableError]]:
    """(path, file or why it cannot be read) of every file, read one after the other; a bundle gives its files."""
    found: dict[Path, Path] = {}
    for path in chain.from_iterable(map(_expanded, paths)):
        found.setdefault(path.parent.resolve() / path.name, path)
    for number, path in enumerate(found.values(), start=1):
        yield from _read(path, source)
        progress("intake", number, len(found))


def _read(path: Path, source: str | None) -> Iterator[tuple[str, ReadFile | UnreadableError]]:
    try:
        sender = sender_of(path.parent, source)
    except UnreadableError as error:
        yield str(path), error
        return
    for name, read in read_path(path, sender, known_profiles()):
        yield str(path.parent / name), read
        del read


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
