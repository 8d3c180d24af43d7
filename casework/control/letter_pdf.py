"""A letter as PDF, in Liberation Serif: a face of our own, of Times New Roman's measures, that the file carries."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import FontFace

from casework.control.letter_parts import Letter

_FONTS = Path(__file__).parent / "fonts"
_FACES = {"": "Regular", "B": "Bold", "I": "Italic", "BI": "BoldItalic"}
_LEFT, _RIGHT, _TOP = 30, 15, 20
_WIDTH = 210 - _LEFT - _RIGHT
_HALF = 67
_COLUMNS = {3: (14, 41, 110), 4: (14, 36, 71, 44)}
_PT = 25.4 / 72


class _Paper(FPDF):
    """A4 with the office's margins; pages are numbered from the second."""

    def header(self) -> None:
        """The number of the page."""
        if self.page_no() > 1:
            self.set_y(10)
            self.set_font("serif", "", 13)
            self.cell(0, 6, str(self.page_no()), align=Align.C)
            self.set_y(_TOP)

    def text_block(
        self, text: str, size: int, *, style: str = "", align: Align = Align.L, x: float, width: float
    ) -> None:
        """Lines of text in a column, below what stands there."""
        self.set_font("serif", style, size)
        self.set_x(x)
        self.multi_cell(width, size * _PT * 1.2, text, align=align, new_x=XPos.LEFT, new_y=YPos.NEXT)

    def rule(self, x: float, length: float) -> None:
        """A thin line below what stands there."""
        self.set_line_width(0.25)
        self.line(x, self.get_y() + 0.8, x + length, self.get_y() + 0.8)
        self.set_y(self.get_y() + 3)


def write_pdf(letter: Letter) -> bytes:
    """The letter as the bytes of a PDF file, on A4."""
    paper = _Paper(format="A4")
    for style, face in _FACES.items():
        paper.add_font("serif", style, _FONTS / f"LiberationSerif-{face}.ttf")
    paper.set_margins(_LEFT, _TOP, _RIGHT)
    paper.set_auto_page_break(True, margin=_TOP)
    paper.set_title(letter.about)
    paper.set_author(letter.office)
    paper.set_lang("vi")
    paper.set_creation_date(datetime.fromisoformat(letter.dated))
    paper.add_page()
    _head(paper, letter)
    paper.text_block(f"Kính gửi: {letter.to}", 14, align=Align.C, x=_LEFT, width=_WIDTH)
    paper.ln(4)
    for text in letter.before_cases:
        _body(paper, text)
    if letter.cases:
        _cases(paper, letter)
    for text in letter.after_cases:
        _body(paper, text)
    _foot(paper, letter)
    return bytes(paper.output())


def _head(paper: _Paper, letter: Letter) -> None:
    top, right, width = paper.get_y(), _LEFT + _HALF, _WIDTH - _HALF
    paper.text_block(letter.office, 12, align=Align.C, x=_LEFT, width=_HALF)
    paper.text_block(letter.team, 12, style="B", align=Align.C, x=_LEFT, width=_HALF)
    paper.rule(_LEFT + _HALF / 3, _HALF / 3)
    left_end = paper.get_y()
    paper.set_y(top)
    paper.text_block("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, style="B", align=Align.C, x=right, width=width)
    motto = "Độc lập - Tự do - Hạnh phúc"
    paper.text_block(motto, 13, style="B", align=Align.C, x=right, width=width)
    length = paper.get_string_width(motto)
    paper.rule(right + (width - length) / 2, length)
    top = max(left_end, paper.get_y())
    paper.set_y(top)
    paper.text_block(letter.number, 13, align=Align.C, x=_LEFT, width=_HALF)
    paper.text_block(letter.about, 12, align=Align.C, x=_LEFT, width=_HALF)
    left_end = paper.get_y()
    paper.set_y(top)
    paper.text_block(letter.place_and_day, 13, style="I", align=Align.C, x=right, width=width)
    paper.set_y(left_end + 6)


def _body(paper: _Paper, text: str) -> None:
    paper.set_font("serif", "", 14)
    paper.set_x(_LEFT)
    with paper.text_columns(text_align=Align.J, line_height=1.2, l_margin=_LEFT, r_margin=_RIGHT) as column:
        paragraph = column.paragraph(first_line_indent=12.7, bottom_margin=2, text_align=Align.J)
        paragraph.write(text)
        column.end_paragraph()


def _cases(paper: _Paper, letter: Letter) -> None:
    paper.set_font("serif", "", 12)
    widths = _COLUMNS[len(letter.headings)]
    with paper.table(
        col_widths=widths,
        width=_WIDTH,
        align="LEFT",
        line_height=12 * _PT * 1.3,
        text_align=("C", *["L"] * (len(widths) - 1)),
        padding=(0.5, 1.5),
        headings_style=FontFace(emphasis="B"),
    ) as table:
        head = table.row()
        for text in letter.headings:
            head.cell(text, align=Align.C)
        for row in letter.cases:
            table.row(row)
    paper.ln(3)


def _foot(paper: _Paper, letter: Letter) -> None:
    needed = 6 + max(45, 5 * (2 + len(letter.copies)))
    if paper.will_page_break(needed):
        paper.add_page()
    paper.ln(4)
    top = paper.get_y()
    paper.text_block("Nơi nhận:", 12, style="BI", x=_LEFT, width=_WIDTH / 2)
    for place, text in enumerate(letter.copies):
        end = "." if place == len(letter.copies) - 1 else ";"
        paper.text_block(f"- {text}{end}", 11, x=_LEFT, width=_WIDTH / 2)
    paper.set_y(top)
    paper.text_block(letter.signer, 13, style="B", align=Align.C, x=_LEFT + _WIDTH / 2, width=_WIDTH / 2)
