"""Decisions as a file that a spreadsheet can open without reading anything in it as a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from casework.errors import UsageError

#: A spreadsheet takes a cell that begins so for a formula; the text would be carried out when the file is opened.
_FORMULA = r"^[=+\-@\t\r]"
#: The last row of a worksheet; the first holds the headings.
_LAST_ROW = 1_048_576


def write_decisions(rows: pl.DataFrame, path: Path) -> None:
    """Writes the rows in the form that the file's ending names; the file is there whole or not at all."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        WRITERS[path.suffix.lower()](rows, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _csv(rows: pl.DataFrame, path: Path) -> None:
    """Text is quoted, and gets an apostrophe before it where it looks like a formula."""
    texts = pl.col(pl.String)
    guarded = rows.with_columns(pl.when(texts.str.contains(_FORMULA)).then("'" + texts).otherwise(texts).name.keep())
    guarded.write_csv(path, quote_style="non_numeric")


def _parquet(rows: pl.DataFrame, path: Path) -> None:
    rows.write_parquet(path)


def _xlsx(rows: pl.DataFrame, path: Path) -> None:
    """Text stays text, whatever it looks like: codes keep their zeros, and nothing is a formula or a link."""
    import xlsxwriter

    if len(rows) >= _LAST_ROW:
        raise UsageError(f"{len(rows)} rows do not fit a worksheet. Write .csv or .parquet, or one --batch at a time.")
    with xlsxwriter.Workbook(path, {"constant_memory": True, "in_memory": False}) as book:
        sheet = book.add_worksheet("decisions")
        sheet.freeze_panes(1, 0)
        for at, name in enumerate(rows.columns):
            sheet.write_string(0, at, name)
        for line, values in enumerate(rows.iter_rows(), start=1):
            for at, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(line, at, value)
                elif value is not None:
                    sheet.write_number(line, at, value)


#: How a file is written, by its ending.
WRITERS: Mapping[str, Callable[[pl.DataFrame, Path], None]] = {".csv": _csv, ".parquet": _parquet, ".xlsx": _xlsx}
