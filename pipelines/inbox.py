"""Change files of paths and folders, each read or reported, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from casework.deliveries.intake import ReceivedFile
from casework.types import Progress, silent
from pipelines.change_files import ReadFile, read_path
from pipelines.profile import known_profiles
from pipelines.sender import FILE_NAME, sender_of
from pipelines.unreadable import MissingError, Refused, Remark, UnreadableError


@dataclass(frozen=True)
class Inbox:
    """The files that can be read, each read when its turn comes, so that no two are held at a time.

    `unreadable` and `noticed` name the files that could not be read, and what was noticed in the others, so far.
    """

    files: Iterator[ReceivedFile]
    unreadable: list[Refused] = field(default_factory=list)
    noticed: list[Remark] = field(default_factory=list)


def read_inbox(
    paths: Sequence[Path], source: str | None, progress: Progress = silent, province: str | None = None
) -> Inbox:
    """The change files of files and folders, each once, in the order given; folders by file name.

    `province` is that of new codes where nobody says another.
    """
    unreadable: list[Refused] = []
    noticed = passed_over(paths)

    def received() -> Iterator[ReceivedFile]:
        unnamed = Unnamed(province)
        for name, read in read_all(paths, source, progress):
            if isinstance(read, Refused):
                unreadable.append(read)
            else:
                noticed.extend(Remark(name, remark) for remark in read.remarks)
                unnamed.see(name, read)
                yield read.received
            del read
        noticed.extend(unnamed.remarks())

    return Inbox(received(), unreadable, noticed)


class Unnamed:
    """Folders and bundles whose sender nobody named, and what was taken instead."""

    def __init__(self, province: str | None) -> None:
        self._province = province or "mặc định của sổ"
        self._taken: dict[str, dict[str, None]] = {}

    def see(self, name: str, read: ReadFile) -> None:
        """Takes note of a file that was read."""
        if not read.is_sender_named:
            taken = f"{read.received.source} (tỉnh {read.received.province or self._province})"
            self._taken.setdefault(str(Path(name).parent), {})[taken] = None

    def remarks(self) -> list[Remark]:
        """Whose name and which province was taken, once a folder."""
        return [
            Remark(
                folder,
                f"không ai nêu tên đơn vị gửi, nên lấy tên mẫu: {', '.join(taken)}; mã số mới thuộc tỉnh ấy. "
                f"Hãy ghi source và province vào {FILE_NAME} của thư mục.",
            )
            for folder, taken in self._taken.items()
        ]


def read_all(
    paths: Sequence[Path], source: str | None, progress: Progress = silent
) -> Iterator[tuple[str, ReadFile | Refused]]:
    """(path, file or why it cannot be read) of every file, read one after the other; a bundle gives its files."""
    found: dict[Path, Path] = {}
    for path in chain.from_iterable(map(_expanded, paths)):
        found.setdefault(path.parent.resolve() / path.name, path)
    for number, path in enumerate(found.values(), start=1):
        yield from _read(path, source)
        progress("intake", number, len(found))


def _read(path: Path, source: str | None) -> Iterator[tuple[str, ReadFile | Refused]]:
    try:
        sender = sender_of(path.parent, source)
    except UnreadableError as error:
        yield str(path), Refused(str(path), str(error), path.name, source, folder=str(path.parent))
        return
    for name, read in read_path(path, sender, known_profiles()):
        where = str(path.parent / name)
        if isinstance(read, UnreadableError):
            missing = isinstance(read, MissingError)
            yield where, Refused(where, str(read), name, sender.source, read.digest, is_missing=missing)
        else:
            yield where, read
        del read


def passed_over(paths: Sequence[Path]) -> list[Remark]:
    """The folders within folders that hold files and are not read, as no source.toml says who sends into them."""
    return [
        Remark(str(folder), f"không đọc thư mục này: không có {FILE_NAME} nói ai gửi vào đây.")
        for path in dict.fromkeys(paths)
        for folder in _within(path)
        if not (folder / FILE_NAME).exists() and any(_files(folder))
    ]


def _expanded(path: Path) -> Iterator[Path]:
    """The path itself; or the files of the folder by name, then those of the senders' folders within it."""
    if not path.is_dir():
        yield path
        return
    yield from _files(path)
    for folder in _within(path):
        if (folder / FILE_NAME).exists():
            yield from _files(folder)


def _files(folder: Path) -> list[Path]:
    """The files of a folder by name, without hidden ones and source.toml; the folder itself if it cannot be read."""
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return [folder]
    return [file for file in found if _is_ours(file) and (file.is_symlink() or not file.is_dir())]


def _within(folder: Path) -> list[Path]:
    """The folders of a folder by name, without hidden ones and links."""
    try:
        found = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError:
        return []
    return [path for path in found if _is_ours(path) and path.is_dir() and not path.is_symlink()]


def _is_ours(path: Path) -> bool:
    return not path.name.startswith((".", "~$")) and path.name != FILE_NAME
