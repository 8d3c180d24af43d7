"""Names and cells of answers, as file systems and spreadsheets take them, and the folder they are written in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.answer_files import safe_name, workplace
from pipelines.answer_workbooks import fitting, safe_sheet_names
from pipelines.limits import CELL_CHARACTERS


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../x", "_.._x"),
        ("..", "_"),
        ("", "_"),
        (". .", "_"),
        ("a/b\\c:d*e", "a_b_c_d_e"),
        ("Danh sách tháng 10", "Danh sách tháng 10"),
        ("a\x00\n\u202eb", "a___b"),
        ("ễ" * 300, "ễ" * 40),
    ],
)
def test_a_name_of_a_sender_is_one_name_of_a_file(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_names_of_sheets_are_those_that_excel_takes() -> None:
    names = ["Dữ Liệu", "[a]:*?/\\", "'x'", "History", "", "x" * 40, "X" * 40, "a\x01b\u202e"]
    found = safe_sheet_names(names)
    assert found == ["Dữ Liệu", "_a______", "x", "History (2)", "_", "x" * 31, "X" * 26 + " (2)", "a b"]
    assert all(1 <= len(name) <= 31 for name in found)


@pytest.mark.parametrize("text", ["x" * CELL_CHARACTERS, "😀" * 20_000, "", "ễ" * CELL_CHARACTERS])
def test_a_cell_holds_what_excel_counts(text: str) -> None:
    kept = fitting(text)
    assert text.startswith(kept)
    assert len(kept.encode("utf-16-le")) // 2 <= CELL_CHARACTERS
    assert kept == text or len(kept.encode("utf-16-le")) // 2 > CELL_CHARACTERS - 2


def test_what_a_killed_process_left_in_a_folder_goes(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left, at_work = tmp_path / f".unfinished-{int(ended.stdout)}-a", tmp_path / f".unfinished-{os.getpid()}-b"
    for folder in (left, at_work):
        folder.mkdir()
        (folder / "part").touch()
    with workplace(tmp_path) as unfinished:
        assert unfinished.is_dir()
        assert not left.exists()
        assert at_work.exists()
    assert list(tmp_path.iterdir()) == [at_work]
