"""Decisions in a file: nothing is carried out when a spreadsheet opens it, and codes stay text."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import polars as pl
import pytest

from pipelines.decision_files import WRITERS, write_decisions

EVIL = ["=1+1", "+84", "-5", "@SUM(A1)", "\t=1", "plain", None]
ROWS = pl.DataFrame(
    {"file": EVIL, "bhxh_code": ["0100000001"] * 7, "row": [1, 2, 3, 4, 5, 6, None], "match_weight": [-1.5] * 7}
)


def test_csv_holds_no_formula_and_quotes_codes(tmp_path: Path) -> None:
    write_decisions(ROWS, tmp_path / "out.csv")
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    lines = list(csv.reader(text.splitlines()))
    assert [line[0] for line in lines[1:]] == ["'=1+1", "'+84", "'-5", "'@SUM(A1)", "'\t=1", "plain", ""]
    assert '"0100000001",1,-1.5' in text
    assert lines[0] == ROWS.columns


def test_xlsx_holds_text_as_text(tmp_path: Path) -> None:
    write_decisions(ROWS, tmp_path / "out.xlsx")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
    assert "<f>" not in sheet
    assert sheet.count('t="inlineStr"><is><t>0100000001</t>') == 7
    assert "<t>=1+1</t>" in sheet


def test_parquet_holds_the_frame(tmp_path: Path) -> None:
    write_decisions(ROWS, tmp_path / "out.parquet")
    assert pl.read_parquet(tmp_path / "out.parquet").equals(ROWS)


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    out.write_bytes(b"earlier")
    write_decisions(ROWS, out)
    assert out.read_bytes() != b"earlier"
    assert list(tmp_path.iterdir()) == [out]


def test_a_writer_that_fails_leaves_the_earlier_file(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_bytes(b"earlier")
    with pytest.raises(pl.exceptions.ComputeError):
        write_decisions(pl.DataFrame({"nested": [[1]]}), out)
    assert out.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [out]
