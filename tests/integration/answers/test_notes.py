"""A note for each file that cannot be read."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.intake_writers import csv_bytes, zip_bytes
from casework.vietnam_time import today
from pipelines.cli import main
from tests.answer_papers import commune

if TYPE_CHECKING:
    from .conftest import Desk


def test_every_file_that_cannot_be_read_has_one_note_that_says_why(desk: Desk) -> None:
    (desk.folder / "source.toml").write_text('source = "xa-01"\n', encoding="utf-8")
    (desk.folder / "a.pdf.csv").write_bytes(b"%PDF-1.7")
    sound = csv_bytes(commune({}), "utf-8", ",")
    (desk.folder / "gói.zip").write_bytes(zip_bytes({"../x.csv": b"%PDF", "y.csv": sound}))
    (desk.folder / "link.csv").symlink_to(desk.folder / "a.pdf.csv")
    wrong = desk.folder / "wrong"
    wrong.mkdir()
    (wrong / "source.toml").write_text("unit = 'x'", encoding="utf-8")
    (wrong / "b.csv").write_bytes(b"%PDF-1.7")
    asked = ("run", str(desk.folder), str(desk.folder / "gone.csv"))
    report = desk.json(*asked, code=10)
    refused = {one["name"]: one for one in report["unreadable"]}
    assert list(refused) == ["a.pdf.csv", "gói.zip/x.csv", "link.csv", "b.csv", "gone.csv"]
    assert refused.pop("gone.csv")["answer"] is None
    root = desk.home / "answers"
    digest = hashlib.sha256(b"%PDF-1.7").hexdigest()
    assert [Path(one["answer"]).relative_to(root).as_posix() for one in refused.values()] == [
        f"xa-01/{digest[:12]} a.pdf.csv/a.pdf.csv - Không đọc được.txt",
        f"xa-01/{hashlib.sha256(b'%PDF').hexdigest()[:12]} gói.zip_x.csv/gói.zip_x.csv - Không đọc được.txt",
        "xa-01/khong-mo-duoc link.csv/link.csv - Không đọc được.txt",
        "khong-ro-nguon/khong-mo-duoc b.csv/b.csv - Không đọc được.txt",
    ]
    for one in refused.values():
        note = Path(one["answer"])
        said = note.read_text(encoding="utf-8-sig")
        assert f"\nTệp: {one['name']}\nNgày: {today():%d/%m/%Y}\n" in said
        assert one["message"] in said
        assert [stat.S_IMODE(path.stat().st_mode) for path in (note, note.parent, note.parent.parent)] == [
            0o600,
            0o700,
            0o700,
        ]
    before = sorted(root.rglob("*"))
    again = desk.json(*asked, code=10)
    assert again["unreadable"] == report["unreadable"]
    assert sorted(root.rglob("*")) == before
    (desk.folder / "a.pdf.csv").write_bytes(b"%PDF-1.8")
    desk.json(*asked, code=10)
    assert len(list(root.rglob("*.txt"))) == 5
    desk.capsys.readouterr()
    assert main(asked, {"MOTMA_HOME": str(desk.home)}) == 10
    told = desk.capsys.readouterr()
    assert f"Giấy báo cho người gửi, 4 tệp không đọc được:\n  {root}/xa-01/" in told.out
    assert [line.split(": ")[1] for line in told.err.splitlines() if line.startswith("Không đọc được")][-2:] == [
        str(wrong),
        str(desk.folder / "gone.csv"),
    ]
