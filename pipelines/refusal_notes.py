"""Notes to senders whose files could not be read: what is wrong and what to do, as it was said on stderr."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from casework.errors import writing
from casework.office_dates import local_date
from casework.types import Home
from casework.vietnam_time import today
from pipelines.answer_files import FOLDER, safe_name, whole_file, workplace
from pipelines.answer_texts import plain
from pipelines.unreadable import Refused

UNKNOWN_SOURCE = "khong-ro-nguon"
#: Behind the name of the sender's file.
NOTE = "Không đọc được"
#: Characters of a digest that tell one content from another.
_OF_DIGEST = 12
_NO_CONTENT = "khong-mo-duoc"


def write_notes(home: Home, refused: Sequence[Refused]) -> list[Refused]:
    """The refused files, each with its note in the home's answers; an error of `writing` where that cannot be.

    The same file with the same content has one note, however often it comes. A file that is not there has none.
    """
    root = home.folder / FOLDER
    with writing(root):
        return [one if one.is_missing else replace(one, answer=_write(one, root)) for one in refused]


def _write(one: Refused, root: Path) -> Path:
    content = one.digest[:_OF_DIGEST] if one.digest else _NO_CONTENT
    name = safe_name(one.name)
    folder = root / safe_name(one.source or UNKNOWN_SOURCE) / f"{content} {name}"
    for made in (root, folder.parent, folder):
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
    note = folder / f"{name} - {NOTE}.txt"
    text = "\n".join(
        [
            "TỆP KHÔNG ĐỌC ĐƯỢC, chưa dòng nào được xử lý",
            "",
            f"Tệp: {plain(one.name)}",
            f"Ngày: {local_date(today().isoformat())}",
            *([f"Mã SHA-256 của tệp: {one.digest}"] if one.digest else []),
            f"Lý do và cách sửa: {plain(one.message)}",
            "",
        ]
    )
    with workplace(folder) as unfinished:
        # with its mark, by which simple editors know the letters
        whole_file(note, unfinished, lambda path: _fill(path, text))
    return note


def _fill(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8-sig")
