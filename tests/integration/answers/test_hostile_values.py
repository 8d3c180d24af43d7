"""Whatever senders wrote, answers are safe to open, and what comes back is the same rows."""

from __future__ import annotations

import csv
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

import pytest

from benchmarks.intake_writers import csv_bytes, xlsx_bytes
from casework.deliveries.answers import answers
from casework.home import open_home
from casework.types import Viewer
from pipelines.limits import CELL_CHARACTERS
from tests.answer_papers import commune, error_rows
from tests.torture.hostile import made as hostile

if TYPE_CHECKING:
    from .conftest import Desk

HOSTILE = (
    '=HYPERLINK("http://x.example","Lê")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3",
    "'=1+1",
    "''+1",
    "'quoted",
    "\t=1+1",
    "＝1+1",
    "a;=1+1",
    '"=1+1',
    "<b>&amp;</b>",
    "Lê\u202eAn\u200f",
    "x" * CELL_CHARACTERS,
    "=" + "x" * (CELL_CHARACTERS - 1),
)
IN_WORKBOOKS = (*HOSTILE, "_x0041_", "\x01\x1f", "x\r\ny", "=1\x00")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_hostile_values_come_back_harmless_and_are_the_same_rows(desk: Desk, form: str) -> None:
    values = HOSTILE if form == "csv" else IN_WORKBOOKS
    sheet = commune(*({"note": value, "full_name": "", "personal_id": value[:30]} for value in values))
    content = csv_bytes(sheet, "utf-8", ";") if form == "csv" else xlsx_bytes([replace(sheet, name="Xã =1")])
    report = desk.send(f"a.{form}", content)
    assert report["outcomes"] == {"returned": len(values)}
    error_file, receipt = (Path(report["files"][0][name]) for name in ("error_file", "receipt"))
    told = [value[1:] if form == "csv" and re.match("'+[=+]", value) else value for value in values]
    assert [row["Ghi chú"] for row in error_rows(report)] == told
    check_workbook(receipt)
    if form == "csv":
        check_csv(error_file)
    else:
        check_workbook(error_file)
    again = desk.send(f"again.{form}", error_file.read_bytes())
    assert (again["decided"], again["outcomes"]) == (0, {"returned": len(values)})
    assert desk.is_whole()


def check_csv(path: Path) -> None:
    """Every cell is quoted, and none begins as a formula does."""
    text = path.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    cells = [cell for row in csv.reader(text[1:].splitlines(keepends=True), delimiter=";") for cell in row]
    assert not [cell for cell in cells if re.match("[=+@\t\r\n＝-]", cell)]
    assert not re.search(r"(?<!^)[^;\r\n\"];", re.sub(r'"(?:[^"]|"")*"', '""', text[1:]))


def check_workbook(path: Path) -> None:
    """There is no formula and no link, and every part is XML."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not re.search(rb"<f>|<f |<hyperlink|externalLink|TargetMode=.External", b"".join(parts.values()))
    assert {name.rpartition(".")[2] for name in parts} <= {"xml", "rels", "vml"}
    for name, content in parts.items():
        parse(content, name)


def parse(content: bytes, name: str) -> None:
    """Whatever a spreadsheet program parses must be XML."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        pytest.fail(f"{name}: {error}")


def test_error_files_of_hostile_files_are_read_and_decide_nothing_anew(desk: Desk, tmp_path: Path) -> None:
    for number, file in enumerate(hostile(60, 20261122)):
        (desk.folder / f"{number:02} {Path(file.name).name}").write_bytes(file.content)
    report = desk.json("run", str(desk.folder), "--source", "xa-01", may_be=10)  # some are refused, and say why
    faulty_files = {file["delivery_id"]: file for file in report["files"] if file["error_file"]}
    assert len(faulty_files) > 10
    back = tmp_path / "back"
    back.mkdir()
    for number, file in faulty_files.items():
        error_file = Path(file["error_file"])
        shutil.copy(error_file, back / f"{number}{error_file.suffix}")
    again = desk.json("run", str(back), "--source", "xa-01")
    assert again["unreadable"] == []
    sent = {int(file["file_name"].partition(".")[0]): file for file in again["files"]}
    home = open_home(desk.home)
    for answer in answers(home, faulty_files, Viewer("an", "kiểm thử")):
        file, came = faulty_files[answer.delivery_id], sent[answer.delivery_id]
        assert came["rows"] == file["outcomes"]["returned"], file["file_name"]
        if not any(sheet.decoded for sheet in answer.layout.sheets):
            old = {row.full_name for row in answer.rows}
            (seen,) = answers(home, [came["delivery_id"]], Viewer("an", "kiểm thử"))
            assert {row.full_name for row in seen.rows} <= old
            assert came["outcomes"] == {"returned": came["rows"]}, file["file_name"]
    home.ledger.close()
    assert again["decided"] < sum(file["rows"] for file in sent.values()) / 10
    assert desk.is_whole()
