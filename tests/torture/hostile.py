"""Files of change as Hypothesis makes them: every layout and format, with whatever can stand in a cell."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter
import xlwt
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from benchmarks.intake_files import DELIMITERS, ENCODINGS
from benchmarks.intake_sheets import BLANK_ABOVE, LAYOUTS, MadeSheet
from benchmarks.intake_writers import to_bytes, zip_bytes

_REGISTER = Path(__file__).parents[2] / "data_samples" / "register.csv"


@dataclass(frozen=True)
class Formula:
    """A formula of a spreadsheet, and the value that was stored with it, if any."""

    text: str
    value: str | int | None


Cell = str | int | float | bool | date | Formula
Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class MadeFile:
    """A file, and how many rows it has, which a reader that reads it must find."""

    name: str
    content: bytes
    rows: int


def _persons() -> list[dict[str, Cell]]:
    """What rows may say of the people of the sample register, so that some are found."""
    with _REGISTER.open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    told = ("full_name", "personal_id", "bhxh_code", "household_code")
    return [
        {
            **{column: person[column] for column in told},
            "birth_date": "/".join(reversed(person["birth_date"].split("-"))),
        }
        for person in people
    ]


_VIETNAMESE = "aăâeêioôơuưyđĐAĂÂEÊIOÔƠUƯYbcdghklmnpqrstvx àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
_HOSTILE = (
    *("=1+1", '=HYPERLINK("http://x";"y")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "=" * 50),
    *("Robert'); drop table person;--", "' or 1=1 --", "%s%n{0}{{}}${x}:x $name", "\\", '"', '""', "'", "NULL", "None"),
    *(
        "\u202eVăn\u202c An",
        "محمد",
        "שלום Lê",
        "👩‍👩‍👧‍👦🇻🇳",
        "é́́́́́",
        "Lê\u200bAn",
        "\ufeffLê",
        "ﬁ",
        "Ａｎ",
        "\u2028",
        "\x85",
    ),
    *("\x00", "\x07\x1b[31m", "a\nb", "a\r\nb", "\x1f", "\ufffe", "\uffff", "_x0000_", "<b>&amp;</b>", "]]>", "nan"),
    *("x" * 32_767, "Ễ" * 32_768, "7" * 5_000, "a " * 3_000, ";" * 100, "|\t,;" * 30),
    *(
        "Cộng",
        "Tổng cộng",
        "Người lập",
        "(1)",
        "Chủ hộ",
        "Con",
        "Chết",
        "SI",
        "1",
        "0",
        "Nam",
        "Nữ",
        "x",
        "-",
        ".",
        "?",
    ),
    *(
        "12/1975",
        "1975",
        "00/00/1975",
        "31/02/1990",
        "29/02/1900",
        "1/1/1",
        "20261122",
        "05-03-87",
        "năm 1950",
        "31841",
    ),
    *("001187123456", "1187123456", "1.08712345678901e+20", "٠٠١١٨٧", "००१", "001 187 123 456", "CMND 012345678", "²"),
)

_texts = st.one_of(
    st.sampled_from(_HOSTILE),
    st.text(max_size=40),
    st.builds(unicodedata.normalize, st.sampled_from(("NFC", "NFD")), st.text(_VIETNAMESE, max_size=30)),
    st.text("0123456789", max_size=20),
    st.builds(
        lambda day, month, year, sign: f"{day}{sign}{month}{sign}{year}",
        st.integers(0, 40),
        st.integers(0, 15),
        st.one_of(st.integers(1890, 2030), st.integers(0, 99_999)),
        st.sampled_from("/-. "),
    ),
)
_cells = st.one_of(
    _texts,
    _texts,
    st.integers(-(10**20), 10**20),
    st.integers(0, 60_000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.builds(
        Formula, st.sampled_from(("1+1", 'A1&"x"', "SUM(A1:A9)")), st.sampled_from((None, "", "Lê An", 42, "#REF!"))
    ),
)
_persons_of_register = st.sampled_from(_persons())


@st.composite
def _sheet_rows(draw: st.DrawFn, sheet: MadeSheet) -> Rows:
    """The rows below the heading: people of the layout, some changed, some again, some blank, some too long."""
    rows: list[list[Cell]] = []
    for kind in draw(st.lists(st.sampled_from("ppppprb"), max_size=6)):
        if kind == "b":
            rows.append([draw(st.sampled_from(("", " ", "\u00a0")))] * len(sheet.columns))
        elif kind == "r" and rows:
            rows.append(rows[draw(st.integers(0, len(rows) - 1))])
        else:
            known = draw(st.one_of(st.just({}), _persons_of_register))
            person: dict[str, Cell] = {**draw(st.sampled_from(sheet.people)), **known}
            row = [person.get(column, "") if column else "" for column in sheet.columns]
            changed = draw(st.dictionaries(st.integers(0, len(row)), _cells, max_size=4))
            rows.append([changed.get(at, cell) for at, cell in enumerate([*row, ""])])
    # what begins like a footer is one only behind the last person
    return [*rows, sheet.cells()[0]]


@st.composite
def _files(draw: st.DrawFn) -> MadeFile:
    layout = draw(st.sampled_from(sorted(LAYOUTS)))
    blank, sheets = BLANK_ABOVE.get(layout, 0), LAYOUTS[layout]
    form = draw(st.sampled_from(("csv", "csv", "csv", "xlsx", "xls", "zip")))
    if form in ("csv", "zip"):
        sheets = [draw(st.sampled_from(sheets))]
    tables = [
        (sheet, [[], *([[]] * blank), *sheet.above, sheet.heading, *draw(_sheet_rows(sheet))]) for sheet in sheets
    ]
    rows = sum(_says_something(row) for sheet, table in tables for row in table[1 + blank + len(sheet.above) + 1 :])
    if form == "xlsx":
        return MadeFile(f"{layout}.xlsx", _xlsx(tables), rows)
    if form == "xls":
        return MadeFile(f"{layout}.xls", _xls(tables), rows)
    encoding, delimiter = draw(st.sampled_from(ENCODINGS)), draw(st.sampled_from(DELIMITERS))
    content = _csv(tables[0][1], encoding, delimiter)
    if form == "csv":
        return MadeFile(f"{layout}.csv", content, rows)
    name = draw(st.text(_VIETNAMESE + "/\\.\n\x00", max_size=20).map(lambda text: f"x{text}.csv"))
    return MadeFile(f"{layout}.zip", zip_bytes({name: content}), rows)


def made(count: int, number: int) -> list[MadeFile]:
    """So many files, always the same for a number."""
    found: list[MadeFile] = []

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(_files())
    def gather(file: MadeFile) -> None:
        found.append(file)

    gather()
    return found


def _says_something(row: Sequence[Cell]) -> bool:
    return any(not isinstance(cell, str) or cell.strip() for cell in row)


def _text(cell: Cell) -> str:
    if isinstance(cell, Formula):
        return f"={cell.text}"
    return cell.strftime("%d/%m/%Y") if isinstance(cell, date) else str(cell)


def _csv(rows: Rows, encoding: str, delimiter: str) -> bytes:
    """CSV in the encoding, or in UTF-8 where that has not all the letters."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([_text(cell) for cell in row] for row in rows)
    try:
        return to_bytes(text.getvalue(), encoding)
    except UnicodeEncodeError:
        return to_bytes(text.getvalue(), "utf-8")


def _xlsx(tables: Sequence[tuple[MadeSheet, Rows]]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for sheet, rows in tables:
            page = book.add_worksheet(sheet.name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    match cell:
                        case bool():
                            page.write_boolean(at, column, cell)
                        case str():
                            page.write_string(at, column, cell)
                        case date():
                            page.write_datetime(at, column, cell, day)
                        case Formula():
                            page.write_formula(
                                at, column, f"={cell.text}", None, "" if cell.value is None else cell.value
                            )
                        case _:
                            page.write_number(at, column, cell)
    return content.getvalue()


def _xls(tables: Sequence[tuple[MadeSheet, Rows]]) -> bytes:
    """XLS. Its writer counts letters beyond the first plane wrongly and refuses long cells, so these are changed."""
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for sheet, rows in tables:
        page = book.add_sheet(sheet.name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                match cell:
                    case str():
                        page.write(at, column, "".join(char if ord(char) < 0x10000 else "□" for char in cell)[:32_767])
                    case date():
                        page.write(at, column, cell, day)
                    case Formula():
                        page.write(at, column, xlwt.Formula(cell.text))
                    case _:
                        page.write(at, column, cell)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
