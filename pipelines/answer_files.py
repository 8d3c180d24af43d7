"""Answers as files: a receipt for each delivery, and an error file in the sender's own form, ready to mend and send.

Both are safe to open: in a workbook every cell is text and no formula or link, in CSV what could be a formula stands
behind an apostrophe. They lie in folders that their owner alone may open.
"""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from casework.deliveries.answers import Answer, answers
from casework.deliveries.layouts import CSV, FAULTS_HEADING, ROW_HEADING
from casework.errors import writing
from casework.types import Home, Progress, Viewer, silent
from pipelines.answer_texts import above_of, cells_of
from pipelines.answer_workbooks import write_error_workbook, write_receipt
from pipelines.csv_text import DELIMITERS, guarded

FOLDER = "answers"
RECEIPT = "Phiếu nhận.xlsx"
#: Behind the name of the sender's file.
ERROR_FILE = "cần sửa"
#: Bytes of a folder's or file's name that come from the sender; file systems take 255.
_NAME_BYTES = 120
_UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class AnswerFiles:
    """The files of the answer to one delivery; `error_file` is None where no row went back."""

    delivery_id: int
    folder: Path
    receipt: Path
    error_file: Path | None


def write_answers(
    home: Home, delivery_ids: Sequence[int], out: Path | None, viewer: Viewer, progress: Progress = silent
) -> list[AnswerFiles]:
    """The files that were written, for each delivery, below `out` or the home.

    An error of `writing` where that cannot be.
    """
    root = out or home.folder / FOLDER
    written = []
    for number, answer in enumerate(answers(home, delivery_ids, viewer), start=1):
        with writing(root):
            written.append(write_answer(answer, root))
        progress("answer", number, len(delivery_ids))
    return written


def write_answer(answer: Answer, root: Path) -> AnswerFiles:
    """Writes both files, each whole or not at all; an error file of an earlier answer goes where no row is left."""
    name = safe_name(answer.file_name.rpartition(".")[0])
    folder = root / safe_name(answer.source) / f"{answer.delivery_id} {name}"
    for made in (root, folder.parent, folder):
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_csv = answer.layout.form == CSV
    error_file = folder / f"{name} - {ERROR_FILE}.{'csv' if is_csv else 'xlsx'}"
    with workplace(folder) as unfinished:
        whole_file(folder / RECEIPT, unfinished, lambda path: write_receipt(answer, error_file.name, path))
        if answer.error_sheets:
            write = _write_csv if is_csv else write_error_workbook
            whole_file(error_file, unfinished, lambda path: write(answer, path))
    if not answer.error_sheets:
        error_file.unlink(missing_ok=True)
    return AnswerFiles(answer.delivery_id, folder, folder / RECEIPT, error_file if answer.error_sheets else None)


@contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """A closed folder within, where files and their writer's own parts take shape; they move when they are whole.

    What a killed process left behind there goes.
    """
    for left in folder.glob(f"{_UNFINISHED}-*"):
        if not _is_alive(int(left.name.split("-")[1])):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{_UNFINISHED}-{os.getpid()}-", dir=folder) as made:
        yield Path(made)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def whole_file(path: Path, unfinished: Path, write: Callable[[Path], None]) -> None:
    """The file is there whole or as it was before; nobody but its owner may open it."""
    part = unfinished / "part"
    write(part)
    part.chmod(0o600)
    part.replace(path)


def safe_name(text: str) -> str:
    """A name of one file or folder made of what a sender wrote: letters, digits and - _ . without a path in it."""
    letters = unicodedata.normalize("NFC", text)
    kept = "".join(char if char.isalnum() or char in " -_." else "_" for char in letters).strip(" .")
    return kept.encode("utf-8")[:_NAME_BYTES].decode("utf-8", "ignore").strip(" .") or "_"


def _write_csv(answer: Answer, path: Path) -> None:
    """UTF-8 with its mark, by which spreadsheets know it, every cell in quotation marks, in the sender's delimiter."""
    (sheet,) = answer.error_sheets
    lines: dict[int, list[str]] = {}
    for number, at, text in above_of(sheet):
        line = lines.setdefault(number, [])
        line.extend([""] * (at + 1 - len(line)))
        line[at] = text
    lines[sheet.layout.heading_row] = [*sheet.layout.headings, ROW_HEADING, FAULTS_HEADING]
    lines |= {row.at_row: cells_of(row) for row in sheet.rows}
    told = answer.layout.delimiter
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        delimiter = told if told in DELIMITERS else DELIMITERS[0]
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        for number in range(1, max(lines) + 1):
            writer.writerow([guarded(cell) for cell in lines.get(number, [])])
