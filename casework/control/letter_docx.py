"""A letter as DOCX, in Times New Roman, which the offices have: to be finished, numbered and signed there."""

from __future__ import annotations

import io
from datetime import datetime

from docx import Document
from docx.document import Document as Draft
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from casework.control.letter_parts import Letter

_FONT = "Times New Roman"
_LONGEST_TITLE = 255
_COLUMNS = {3: (14, 41, 110), 4: (14, 36, 71, 44)}


def write_docx(letter: Letter) -> bytes:
    """The letter as the bytes of a DOCX file, on A4."""
    draft = Document()
    _set_page(draft)
    _head(draft, letter)
    _line(draft.add_paragraph(), f"Kính gửi: {letter.to}", 14, ALIGN.CENTER, before=18, after=12)
    for text in letter.before_cases:
        _body(draft, text)
    if letter.cases:
        _cases(draft, letter)
        _line(draft.add_paragraph(), "", 6)
    for text in letter.after_cases:
        _body(draft, text)
    _foot(draft, letter)
    draft.core_properties.title = letter.about[:_LONGEST_TITLE]
    draft.core_properties.author = letter.office
    draft.core_properties.created = draft.core_properties.modified = datetime.fromisoformat(letter.dated)
    made = io.BytesIO()
    draft.save(made)
    return made.getvalue()


def _set_page(draft: Draft) -> None:
    page = draft.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin = page.bottom_margin = Mm(20)
    page.left_margin, page.right_margin = Mm(30), Mm(15)
    page.header_distance = Mm(10)
    page.different_first_page_header_footer = True
    page.header.is_linked_to_previous = False
    _page_number(page.header.paragraphs[0])
    style = draft.styles["Normal"]
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    style.font.name, style.font.size = _FONT, Pt(14)
    style.paragraph_format.space_after = Pt(0)


def _head(draft: Draft, letter: Letter) -> None:
    head = _grid(draft, (67, 98))
    left, right = head.rows[0].cells
    _line(left.paragraphs[0], letter.office, 12, ALIGN.CENTER)
    _line(left.add_paragraph(), letter.team, 12, ALIGN.CENTER, bold=True)
    _rule(left, 22)
    _line(right.paragraphs[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, ALIGN.CENTER, bold=True)
    _line(right.add_paragraph(), "Độc lập - Tự do - Hạnh phúc", 13, ALIGN.CENTER, bold=True)
    _rule(right, 17)
    left, right = head.add_row().cells
    _line(left.paragraphs[0], letter.number, 13, ALIGN.CENTER)
    _line(left.add_paragraph(), letter.about, 12, ALIGN.CENTER)
    _line(right.paragraphs[0], letter.place_and_day, 13, ALIGN.CENTER, italic=True)


def _cases(draft: Draft, letter: Letter) -> None:
    widths = _COLUMNS[len(letter.headings)]
    table = _grid(draft, widths)
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, letter.headings, strict=True):
        _line(cell.paragraphs[0], text, 12, ALIGN.CENTER, bold=True, before=1, after=2)
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in letter.cases:
        cells = table.add_row().cells
        for place, (cell, text) in enumerate(zip(cells, row, strict=True)):
            _line(cell.paragraphs[0], text, 12, ALIGN.CENTER if place == 0 else ALIGN.LEFT, before=1, after=2)


def _foot(draft: Draft, letter: Letter) -> None:
    _line(draft.add_paragraph(), "", 6)
    left, right = _grid(draft, (82, 83)).rows[0].cells
    _line(left.paragraphs[0], "Nơi nhận:", 12, bold=True, italic=True)
    for place, text in enumerate(letter.copies):
        _line(left.add_paragraph(), f"- {text}{'.' if place == len(letter.copies) - 1 else ';'}", 11)
    _line(right.paragraphs[0], letter.signer, 13, ALIGN.CENTER, bold=True)
    for _ in range(4):
        _line(right.add_paragraph(), "", 14)


def _body(draft: Draft, text: str) -> None:
    paragraph = _line(draft.add_paragraph(), text, 14, ALIGN.JUSTIFY, after=6)
    paragraph.paragraph_format.first_line_indent = Mm(12.7)


def _line(
    paragraph: Paragraph,
    text: str,
    size: int,
    align: ALIGN = ALIGN.LEFT,
    *,
    bold: bool = False,
    italic: bool = False,
    before: int = 0,
    after: int = 0,
) -> Paragraph:
    """The paragraph with its text."""
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    paragraph.alignment = align
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
    return paragraph


def _grid(draft: Draft, widths: tuple[int, ...]) -> Table:
    """A table of one row without lines, its columns as wide as told in millimetres."""
    table: Table = draft.add_table(rows=1, cols=len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        column.cells[0].width = Mm(width)
    return table


def _rule(cell: _Cell, indent: int) -> None:
    """A line below what stands in a cell, indented on both sides by so many millimetres."""
    paragraph = _line(cell.add_paragraph(), "", 2, before=2, after=2)
    paragraph.paragraph_format.line_spacing = Pt(4)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(indent)
    border = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        border.set(qn(f"w:{name}"), value)
    borders = OxmlElement("w:pBdr")
    borders.append(border)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:shd", "w:spacing", "w:ind", "w:jc")


def _page_number(paragraph: Paragraph) -> None:
    """The number of the page, in the middle."""
    run = _line(paragraph, "", 13, ALIGN.CENTER).runs[0]
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text or None
        run._r.append(part)
