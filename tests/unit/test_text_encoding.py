"""How the bytes of a text were written is known beyond doubt, declared, or asked of the sender."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from benchmarks.intake_writers import to_bytes
from pipelines.inbox import read_inbox
from pipelines.sender import sender_of
from pipelines.text_encoding import DECLARABLE, read_text
from pipelines.unreadable import UnreadableError

NAMES = "Nguyễn Văn Định\nTrần Thị Thuỷ\nPhạm Ngọc Ánh\nĐỗ Hữu Phước\nLê Thị Mỹ Hạnh\n"

#: The first of the names in the bytes of fonts that are no encoding of text.
LEGACY = {
    "tcvn3": b"Nguy\xd4n V\xa8n \xa7\xden\x68",
    "vni": b"Nguye\xe3n Va\xeen \xd1\xf2nh",
    "viscii": b"Nguy\xadn V\xe5n \xd0\xb8nh",
    "vps": b"Nguy\xcdn V\xe6n \xf1\xcenh",
}


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1258", "cp1258"),
    ],
)
def test_what_leaves_no_doubt_is_known(written: str, known: str) -> None:
    assert read_text(to_bytes(NAMES, written)) == (NAMES, known)
    assert read_text(codecs.BOM_UTF16_BE + NAMES.encode("utf-16-be")).text == NAMES


@pytest.mark.parametrize("content", LEGACY.values(), ids=LEGACY)
def test_the_bytes_of_old_fonts_are_not_taken_for_cp1258(content: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"dòng 1: .* encoding = "):
        read_text(content * 50)


def test_a_single_name_is_not_enough_to_know_cp1258_but_it_can_be_declared() -> None:
    content = to_bytes("Nguyễn Văn Định", "cp1258")
    with pytest.raises(UnreadableError, match="không rõ"):
        read_text(content)
    assert read_text(content, "cp1258").text == "Nguyễn Văn Định"


def test_every_byte_of_cp1252_is_a_letter_to_be_told_apart_later() -> None:
    text = read_text(bytes(range(32, 256)), "cp1252").text
    assert len(text) == 224
    assert (text[-1], text[0x81 - 32]) == ("ÿ", "\x81")


def test_a_mark_comes_before_what_was_declared() -> None:
    assert read_text(codecs.BOM_UTF8 + NAMES.encode(), "cp1258") == (NAMES, "utf-8")
    assert read_text(NAMES.encode(), "cp1258") == (NAMES, "utf-8")


@pytest.mark.parametrize(
    ("content", "declared", "complaint"),
    [
        (codecs.BOM_UTF32_LE + NAMES.encode("utf-32-le"), None, "UTF-32"),
        (NAMES.encode("utf-16")[:-1], None, "bị cắt"),
        (b"Nguy\xff", "utf-8", "0xFF"),
        (b"Nguy\x8a", "cp1258", "cp1258"),
    ],
)
def test_what_was_said_wrongly_is_refused(content: bytes, declared: str | None, complaint: str) -> None:
    with pytest.raises(UnreadableError, match=complaint):
        read_text(content, declared)


def test_a_folder_declares_how_its_files_are_written(tmp_path: Path) -> None:
    heading = "PhuongAn,HoTen,NgaySinh,GioiTinh,SoCCCD,MasoBHXH\n"
    (tmp_path / "a.csv").write_bytes(to_bytes(f"{heading}BS,Nguyễn Văn Định,1987,1,,\n", "cp1258"))
    refused = read_inbox([tmp_path], None)
    assert (list(refused.files), len(refused.unreadable)) == ([], 1)
    (tmp_path / "source.toml").write_text('encoding = "cp1258"\n', encoding="utf-8")
    (file,) = read_inbox([tmp_path], None).files
    assert file.sheets[0].rows["full_name"].to_list() == ["Nguyễn Văn Định"]
    (tmp_path / "source.toml").write_text('encoding = "latin-1"\n', encoding="utf-8")
    with pytest.raises(UnreadableError, match=", ".join(DECLARABLE)):
        sender_of(tmp_path, None)
