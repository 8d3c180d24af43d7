"""Each layout in each format and byte form, from a real file to rows; docs/intake.md has the table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.intake_files import MadeFile, made_files
from benchmarks.intake_sheets import LAYOUTS, POST_BOOK
from benchmarks.intake_writers import zip_bytes
from casework.deliveries.intake import RECEIVED
from pipelines.change_files import ReadFile, read_path
from pipelines.inbox import read_inbox
from pipelines.profile import known_profiles
from pipelines.sender import Sender

FILES = {file.name: file for file in made_files()}
#: What a reader adds by itself.
ADDED = ("row", "sheet", "sheet_row", "cells", "reader_flags")


def read(folder: Path, name: str, content: bytes) -> ReadFile:
    (folder / name).write_bytes(content)
    ((_, found),) = read_path(folder / name, Sender(), known_profiles())
    assert isinstance(found, ReadFile), found
    return found


def check(found: ReadFile, made: MadeFile) -> None:
    """The sheets of a read file are those that were made, cell by cell; their rows are numbered through."""
    assert [sheet.layout.profile.profile_id for sheet in found.sheets] == [sheet.profile for sheet in made.sheets]
    rows = []
    for sheet, told in zip(found.received.sheets, made.sheets, strict=True):
        said = [
            {column: text for column, text in row.items() if text is not None and column not in ADDED}
            for row in sheet.rows.to_dicts()
        ]
        assert said == list(told.received)
        assert sheet.rows["sheet"].to_list() == [sheet.layout.name] * len(sheet.rows)
        assert {len(json.loads(cells)) for cells in sheet.rows["cells"]} == {len(sheet.layout.titles)}
        rows += sheet.rows["row"].to_list()
    assert rows == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("name", FILES)
def test_a_file_becomes_its_rows(tmp_path: Path, name: str) -> None:
    made = FILES[name]
    found = read(tmp_path, name, made.content)
    check(found, made)
    form, _, encoding = found.form.partition(",")
    assert form == ("CSV" if name.endswith(".csv") else "XLS" if ".xls" in name and is_xls(made) else "XLSX")
    if name.endswith(".csv"):
        told = name.removesuffix(".csv").rpartition("_")[2]
        assert found.encoding == {"utf-8-sig": "utf-8", "tab": "utf-8", "bar": "utf-8", "semicolon": "utf-8"}.get(
            told, told
        )
        assert encoding


def is_xls(made: MadeFile) -> bool:
    return made.content.startswith(b"\xd0\xcf\x11\xe0")


def test_every_layout_is_made_in_every_format() -> None:
    assert len(POST_BOOK.heading) == 63
    endings = {layout: {name.rpartition(".")[2] for name in FILES if name.startswith(layout)} for layout in LAYOUTS}
    assert set(map(frozenset, endings.values())) == {frozenset(("csv", "xlsx", "xls"))}


def test_the_sheet_rows_are_those_that_the_sender_sees(tmp_path: Path) -> None:
    for name in ("post_book.xlsx", "post_book.xls", "post_book_utf-8.csv"):
        (sheet,) = read(tmp_path, name, FILES[name].content).received.sheets
        assert sheet.rows["sheet_row"].to_list() == [4, 5, 6]
    (sheet,) = read(tmp_path, "tk1.xlsx", FILES["tk1.xlsx"].content).received.sheets
    assert sheet.rows["sheet_row"].to_list() == [7, 8, 9]


def test_a_household_number_on_the_first_row_is_filled_down_to_the_next_head_and_flagged(tmp_path: Path) -> None:
    came, left = read(tmp_path, "ward.xlsx", FILES["ward.xlsx"].content).received.sheets
    assert came.rows["household_code"].to_list() == ["0100000011", "0100000011", None]
    flags = ["household_code_filled_down", "head_name_filled_down"]
    assert came.rows["reader_flags"].to_list() == [None, flags, None]
    assert json.loads(came.rows["cells"][1])[0] == "0100000011"
    assert left.rows["reader_flags"].null_count() == len(left.rows)


def test_a_bundle_gives_each_of_its_files(tmp_path: Path) -> None:
    names = ["commune_utf-8.csv", "post_book.xls", "ward.xlsx"]
    content = zip_bytes({f"tháng 10/{name}": FILES[name].content for name in names} | {"doc.pdf": b"%PDF-1.7"})
    (tmp_path / "bundle.zip").write_bytes(content)
    inbox = read_inbox([tmp_path], None)
    assert [file.file_name for file in inbox.files] == [f"bundle.zip/tháng 10/{name}" for name in names]
    assert [Path(remark.file).name for remark in inbox.unreadable] == ["doc.pdf"]


def test_what_the_reader_adds_is_no_column_of_a_sender() -> None:
    assert set(ADDED) < set(RECEIVED)
