"""A receipt for each file, an error file where rows went back: what they tell, and to whom."""

from __future__ import annotations

import hashlib
import re
import stat
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.intake_writers import csv_bytes, xlsx_bytes, zip_bytes
from tests.answer_papers import FAULTS, ROW, commune, error_rows, facts, made, receipt

if TYPE_CHECKING:
    from .conftest import Desk

SAMPLES = Path(__file__).parents[3] / "data_samples"


def test_a_receipt_tells_every_row_and_is_the_same_for_the_same_file(desk: Desk) -> None:
    content = (SAMPLES / "inbox" / "xa-24301" / "commune_66.csv").read_bytes()
    report = desk.send("a.csv", content)
    lines = receipt(report)
    words = {"linked": "liên kết", "issued": "cấp mã mới", "review": "chờ xem xét", "returned": "trả lại"}
    assert len(lines) == report["files"][0]["rows"]
    assert {name: [line["Kết quả"] for line in lines].count(word) for name, word in words.items()} == {
        name: report["outcomes"].get(name, 0) for name in words
    }
    has_code = {line["Kết quả"] for line in lines if re.fullmatch(r"\d{10}", line["Mã số BHXH"])}
    assert has_code == {"liên kết", "cấp mã mới"}
    assert not has_code & {line["Kết quả"] for line in lines if not line["Mã số BHXH"]}
    assert all(line["Lý do"] for line in lines if line["Kết quả"] in ("trả lại", "chờ xem xét"))
    said = facts(report)
    assert said["Mã SHA-256 của tệp"] == hashlib.sha256(content).hexdigest() == report["files"][0]["digest"]
    assert (said["Tệp"], said["Đơn vị gửi"]) == ("a.csv", "xa-01")
    assert said["liên kết"] == str(report["outcomes"]["linked"])

    before = Path(report["files"][0]["receipt"]).read_bytes()
    again = desk.send("a.csv", content)
    assert Path(again["files"][0]["receipt"]).read_bytes() == before
    renamed = desk.send("b.csv", content)
    assert receipt(renamed) == lines
    its_own = {"Tệp", "Nhận lúc (giờ Việt Nam)", "Lần nhận số", "Việc cần làm"}
    assert {name: text for name, text in facts(renamed).items() if name not in its_own} == {
        name: text for name, text in said.items() if name not in its_own
    }


def test_every_file_has_a_receipt_and_only_faulty_ones_an_error_file(desk: Desk) -> None:
    (desk.folder / "empty.csv").write_bytes(csv_bytes(commune(), "utf-8", ","))
    (desk.folder / "sound.xlsx").write_bytes(xlsx_bytes([commune({})]))
    report = desk.json("run", str(desk.folder))
    told = {file["file_name"]: file for file in report["files"]}
    assert told.keys() == {"empty.csv", "sound.xlsx"}
    assert [told[name]["error_file"] for name in told] == [None, None]
    assert (told["empty.csv"]["rows"], told["empty.csv"]["outcomes"]) == (0, {})
    assert all(Path(file["receipt"]).is_file() for file in told.values())
    assert receipt(report, list(told).index("empty.csv")) == []


def part(path: Path, name: str) -> str:
    """One part of a workbook, as text."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode("utf-8")


def test_the_faulty_cells_of_a_workbook_are_filled_and_say_why(desk: Desk) -> None:
    (content,) = made("commune", "xls").values()
    error_file = Path(desk.send("xã.xls", content)["files"][0]["error_file"])
    assert error_file.name == "xã - cần sửa.xlsx"
    sheet, styles = part(error_file, "xl/worksheets/sheet1.xml"), part(error_file, "xl/styles.xml")
    style_of = dict(re.findall(r'<c r="(\w+)" s="(\d+)"', sheet))
    fills = {number for place, number in style_of.items() if place in ("E2", "F2", "D3")}
    assert len(fills) == 1
    assert fills.isdisjoint(number for place, number in style_of.items() if place not in ("E2", "F2", "D3"))
    formats = re.findall(r'<xf numFmtId="(\d+)" fontId="\d+" fillId="(\d+)"', styles.partition("<cellXfs")[2])
    assert {formats[int(number)][0] for number in style_of.values()} == {"49"}  # text
    patterns = re.findall(r"<fill>(.*?)</fill>", styles)
    assert "FFFFD966" in patterns[int(formats[int(fills.pop())][1])]
    comments = part(error_file, "xl/comments1.xml")
    said = {place: re.sub("<.*?>", "", text) for place, text in re.findall(r'ref="(\w+)".*?>(.*?)</comment>', comments)}
    assert said.keys() == {"E2", "F2", "D3", "N1"}
    assert said["E2"].startswith("Ngày không có trong lịch.")
    assert said["D3"].startswith("Thiếu họ và tên.")
    assert 'state="frozen"' in sheet


def test_an_officers_note_reaches_the_sender_when_the_answer_is_written_again(desk: Desk, tmp_path: Path) -> None:
    report = desk.send("a.csv", (SAMPLES / "inbox" / "xa-08995" / "commune_01.csv").read_bytes())
    stays = desk.send("b.csv", (SAMPLES / "inbox" / "bd-24301" / "post_66.csv").read_bytes())
    items = [item for item in desk.json("queue", "list")["items"] if item["kind"] == "row"]
    item = next(item for item in items if item["waits_for_row"] is None)
    desk.json("queue", "decide", str(item["item_id"]), "--return", "--note", "=thiếu giấy khai sinh", "--by", "an")
    sent = report if item["file_name"] == "a.csv" else stays
    (file,) = sent["files"]
    number = str(file["delivery_id"])
    (written,) = desk.json("sources", "answer", "--delivery", number, "--by", "an")["answers"]
    assert written["receipt"] == file["receipt"]
    sent["files"][0]["error_file"] = written["error_file"]
    told = [row[FAULTS] for row in error_rows(sent) if row[ROW] == str(item["sheet_row"])]
    assert told == ["Cán bộ BHXH ghi: =thiếu giấy khai sinh"]

    everything = desk.json("sources", "answer", "--source", "xa-01", "--out", str(tmp_path / "out"))["answers"]
    assert [one["delivery_id"] for one in everything] == [1, 2]
    assert all(Path(one["receipt"]).is_relative_to(tmp_path / "out") for one in everything)
    logged = desk.json("log", "show", "--act", "answer")
    assert [entry["delivery"] for entry in logged] == [1, 2, file["delivery_id"], 1, 2]
    assert {entry["by"] for entry in logged[2:3]} == {"an"}
    assert "there is none" in desk.json("sources", "answer", "--delivery", "99", code=2)
    assert "has sent no file" in desk.json("sources", "answer", "--source", "ai", code=2)
    assert desk.is_whole()


def test_answers_stay_in_their_folder_and_to_their_owner(desk: Desk) -> None:
    (content,) = made("commune", "xlsx").values()
    bundle = desk.folder / "gói.zip"
    bundle.write_bytes(zip_bytes({"../../x.xlsx": content, "/etc/y.xlsx": content, "con\\..\\z.xlsx": content}))
    report = desk.json("run", str(bundle), "--source", "../../../nguồn: *")
    assert len(report["files"]) == 3
    root = desk.home / "answers"
    found = sorted(root.rglob("*"))
    assert {path.parent.parent.parent for path in found if path.is_file()} == {root}
    assert {Path(file["error_file"]) for file in report["files"]} < set(found)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in (root, *found) if path.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})
    assert not [path for path in found if path.name.startswith(".")]
    assert not [path for path in desk.home.parent.rglob("*.xlsx") if root not in path.parents]
