"""Letters of the ladder, read back: the same text in DOCX and PDF, and nobody's data in it but the officer's."""

from __future__ import annotations

import dataclasses
import io
import re
from typing import TYPE_CHECKING

import docx
import pypdf
import pytest

from casework.control import ladder
from casework.control.letter_docx import write_docx
from casework.control.letter_pdf import write_pdf
from casework.control.letters import letter, letter_file
from casework.policy import PolicyError
from casework.types import Viewer
from tests.integration.office.test_ladder import ANSWER, BOSS, LAN, OTHERS, TEAM, opened, team
from tests.papers import EVERY_OUTCOME

if TYPE_CHECKING:
    from .conftest import Office

__all__ = ["team"]


def docx_text(content: bytes) -> str:
    """All text of a DOCX, from top to bottom."""
    draft = docx.Document(io.BytesIO(content))
    return " ".join(" ".join(part.text for part in draft.element.body.iter() if part.tag.endswith("}t")).split())


def pdf_text(content: bytes) -> str:
    """All text of a PDF, from top to bottom."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def words(text: str) -> list[str]:
    """The words of a text in no order: columns are read in another one."""
    return sorted(re.sub(r"\s|(?<=\.)\d$", " ", text).split())


def test_each_rung_has_its_letter_in_both_forms(team: Office) -> None:
    rows = team.run_lines("a.csv", *EVERY_OUTCOME[:3])
    measure = ladder.open_measure(
        team.home, "lan", "late", "reminder", TEAM, said="Bốn hồ sơ quá hạn.", row_ids=[row.row_id for row in rows]
    ).measure_id
    told = []
    for _ in range(3):
        texts = [
            read(letter_file(team.home, measure, form, TEAM)) for form, read in (("docx", docx_text), ("pdf", pdf_text))
        ]
        assert words(texts[0]) == words(texts[1])
        told.append(texts[0])
        if len(told) < 3:
            ladder.answer(team.home, measure, ANSWER, LAN)
            ladder.escalate(team.home, measure, "Vẫn tái diễn.", [], TEAM)
    for text in told:
        assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc" in text
        assert "BẢO HIỂM XÃ HỘI THÀNH PHỐ HÀ NỘI TỔ KIỂM SOÁT" in text
        assert "quyết định hồ sơ quá thời hạn" in text
        assert "Các trường hợp cụ thể (3):" in text
        assert f"1 {rows[0].row_id} xa-01, dòng 2" in text
        assert "Nơi nhận:" in text
        assert not any(name in text for name in ("Vũ Ngọc", "Đỗ Gia An", "001188000777", "{", "None"))
    assert "Kính gửi: Ông (bà) Lan" in told[0]
    assert "Bốn hồ sơ quá hạn." in told[0]
    assert "Tổ kiểm soát đã nhắc nhở ngày" in told[1]
    assert "ông (bà) đã giải trình ngày" in told[1]
    assert "Kính gửi: Lãnh đạo Bảo hiểm xã hội thành phố Hà Nội" in told[2]
    acts = team.ask("select count(*) from log_entry where act = 'measure_letter'")
    assert acts == [(6,)]


def test_a_letter_without_cases_or_of_the_country_leaves_nothing_open(team: Office) -> None:
    team.main("account", "change", "lan", "--area", "country")
    measure = opened(team, BOSS).measure_id
    text = docx_text(letter_file(team.home, measure, "docx", BOSS))
    assert "BẢO HIỂM XÃ HỘI VIỆT NAM TỔ KIỂM SOÁT" in text
    assert "trường hợp" not in text
    with pytest.raises(ladder.MeasureRefusedError):
        letter_file(team.home, measure, "pdf", OTHERS)


def test_what_a_sender_named_his_sheet_breaks_no_letter(team: Office) -> None:
    view = ladder.show(team.home, opened(team).measure_id, TEAM)
    names = ("\x00\x0b</w:t>&amp;", "**x** {officer}", "\udc80\u202e\ufffe", "dài" * 1000)
    places = [ladder.PlacedCase("late", f"log-{len(name)}", None, None, 1, "xa-01", name, 2) for name in names]
    told = dataclasses.replace(letter(team.home, dataclasses.replace(view, cases=places)), about="V/v " + "dài " * 99)
    texts = [docx_text(write_docx(told)), pdf_text(write_pdf(told))]
    for text in texts:
        assert "</w:t>&amp;, dòng 2" in text
        assert "trang **x** {officer}, dòng 2" in text


@pytest.mark.parametrize(
    ("further", "told"),
    [
        ("", r"\[reminder\] is missing"),
        ('reminder = "x"', r"\[reminder\] is missing"),
        ("[reminder]", "reminder.about is"),
    ],
)
def test_a_faulty_template_is_told(team: Office, further: str, told: str) -> None:
    measure = opened(team).measure_id
    rules = team.home.folder / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "letters.toml").write_text(f'version = "x"\nsigner = "Tổ trưởng"\n{further}\n', encoding="utf-8")
    with pytest.raises(PolicyError, match=rf"province_office is missing; .*{told}"):
        letter_file(team.home, measure, "docx", Viewer("kiem", "x"))
