"""Change files of invented people in every layout, format and byte form that occur together (docs/intake.md).

    python -m benchmarks.intake_files OUT

writes them all to a folder, to be looked at with a spreadsheet program; the tests read each from file to rows.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.intake_legacy import legacy_files, people
from benchmarks.intake_sheets import BLANK_ABOVE, LAYOUTS, MadeSheet
from benchmarks.intake_writers import csv_bytes, xls_bytes, xlsx_bytes, zip_bytes

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258")
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class MadeFile:
    """A file: its name, its bytes, and the sheets that a reader must find in it."""

    name: str
    content: bytes
    sheets: Sequence[MadeSheet]


def made_files() -> Iterator[MadeFile]:
    """Every combination of the table in docs/intake.md."""
    for layout, sheets in LAYOUTS.items():
        blank = BLANK_ABOVE.get(layout, 0)
        for number, sheet in enumerate(sheets, start=1):
            name = layout if len(sheets) == 1 else f"{layout}_{number}"
            for encoding in ENCODINGS:
                yield MadeFile(f"{name}_{encoding}.csv", csv_bytes(sheet, encoding, ",", blank), [sheet])
            for delimiter, word in zip(DELIMITERS[1:], ("semicolon", "tab", "bar"), strict=True):
                yield MadeFile(f"{name}_{word}.csv", csv_bytes(sheet, "utf-8", delimiter, blank), [sheet])
        xlsx, xls = xlsx_bytes(sheets, blank), xls_bytes(sheets, blank)
        yield MadeFile(f"{layout}.xlsx", xlsx, sheets)
        yield MadeFile(f"{layout}_native.xlsx", xlsx_bytes(sheets, blank, is_native=True), sheets)
        yield MadeFile(f"{layout}.xls", xls, sheets)
        yield MadeFile(f"{layout}_native.xls", xls_bytes(sheets, blank, is_native=True), sheets)
        yield MadeFile(f"{layout}_is_xls.xlsx", xls, sheets)
        yield MadeFile(f"{layout}_is_xlsx.xls", xlsx, sheets)


def main() -> None:
    """Writes every file, and a bundle of all, to a folder."""
    parser = argparse.ArgumentParser(description="Writes change files of every layout, format and byte form.")
    parser.add_argument("out", type=Path, help="folder to write, made if absent")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    files = {file.name: file.content for file in made_files()}
    files |= {name: content for name, _, content in legacy_files(people(40))}
    for name, content in {**files, "bundle.zip": zip_bytes(files)}.items():
        (out / name).write_bytes(content)
    print(f"{len(files) + 1} files in {out}")


if __name__ == "__main__":
    main()
