"""What an XLSX workbook says of its cells beside their values: formulas without one, errors, zeros shown, hidden rows.

The reader of values gives an empty cell for the first two, and the bare number for the third. Only parts that hold such
marks are parsed; a part with a document type, which no spreadsheet writes, is refused.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

Place = tuple[int, int]

_CHUNK = 1 << 20
_OVERLAP = 16
#: What a part without one of these cannot be marked by. A prefix of names may stand before the sign of a formula.
_TELLS = (b"<f", b":f>", b":f ", b"hidden=", b't="e"', b"t='e'", b"<!DOCTYPE")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_SEPARATORS = re.compile(r"""[\\"'\s.\-]""")


@dataclass
class Marks:
    """The marked cells of one sheet, by row and column from 0; `rows` are those that hold one."""

    without_value: set[Place] = field(default_factory=set)
    errors: set[Place] = field(default_factory=set)
    zeros: dict[Place, int] = field(default_factory=dict)
    hidden_rows: int = 0
    rows: set[int] = field(default_factory=set)

    def index_rows(self) -> None:
        """Notes the rows that hold a mark."""
        self.rows.update(row for row, _ in (*self.without_value, *self.errors, *self.zeros))


class DocumentTypeError(Exception):
    """The part declares a document type: entities, perhaps, that unfold without end."""


def read_marks(archive: zipfile.ZipFile) -> dict[str, Marks]:
    """The marks of each sheet by its name; a sheet whose part is not to be found has none."""
    parts = {name.lower(): name for name in archive.namelist()}
    padded = _padded_styles(archive, parts.get("xl/styles.xml"))
    targets = dict(_relations(archive, parts.get("xl/_rels/workbook.xml.rels")))
    found = {}
    for name, relation in _sheets(archive, parts.get("xl/workbook.xml")):
        target = targets.get(relation, "")
        part = parts.get(posixpath.normpath(posixpath.join("/xl", target)).lstrip("/").lower())
        found[name] = _sheet_marks(archive, part, padded) if part and _has_marks(archive, part, padded) else Marks()
    return found


def _parse(file: IO[bytes], start: Callable[[str, dict[str, str]], None], parser: expat.XMLParserType) -> None:
    def refuse(*_: object) -> None:
        raise DocumentTypeError

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    while chunk := file.read(_CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _elements(archive: zipfile.ZipFile, part: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    """(local name, attributes by local name) of a small part's elements, in their order."""
    found: list[tuple[str, dict[str, str]]] = []
    if part is not None:
        with archive.open(part) as file:
            _parse(
                file,
                lambda name, told: found.append((_local(name), {_local(key): text for key, text in told.items()})),
                expat.ParserCreate(),
            )
    yield from found


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _sheets(archive: zipfile.ZipFile, part: str | None) -> Iterator[tuple[str, str]]:
    for name, told in _elements(archive, part):
        if name == "sheet":
            yield told.get("name", ""), told.get("id", "")


def _relations(archive: zipfile.ZipFile, part: str | None) -> Iterator[tuple[str, str]]:
    for name, told in _elements(archive, part):
        if name == "Relationship":
            yield told.get("Id", ""), told.get("Target", "")


def zeros_shown(code: str) -> int:
    """How many digits a number format shows at least, where it is zeros alone; else 0."""
    zeros = _SEPARATORS.sub("", code.split(";", maxsplit=1)[0])
    return len(zeros) if len(zeros) > 1 and set(zeros) == {"0"} else 0


def _padded_styles(archive: zipfile.ZipFile, part: str | None) -> dict[str, int]:
    """How many digits a number of each style shows at least, for the styles whose format is zeros alone."""
    widths: dict[str, int] = {}
    styles: list[str] = []
    inside = ""
    for name, told in _elements(archive, part):
        if name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside = name
        elif name == "numFmt":
            widths[told.get("numFmtId", "")] = zeros_shown(told.get("formatCode", ""))
        elif name == "xf" and inside == "cellXfs":
            styles.append(told.get("numFmtId", ""))
    return {str(at): widths[style] for at, style in enumerate(styles) if widths.get(style)}


def _has_marks(archive: zipfile.ZipFile, part: str, padded: Mapping[str, int]) -> bool:
    """Whether it is worth parsing the part. Text of two bytes a letter always is."""
    if padded:
        return True
    tail = b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            seen = tail + chunk
            if any(tell in seen for tell in _TELLS) or b"\x00" in seen[:4]:
                return True
            tail = seen[-_OVERLAP:]
    return False


def _sheet_marks(archive: zipfile.ZipFile, part: str, padded: Mapping[str, int]) -> Marks:
    reader = _SheetReader(padded)
    with archive.open(part) as file:
        _parse(file, reader.start, reader.parser)
    reader.close_cell()
    reader.marks.index_rows()
    return reader.marks


class _SheetReader:
    """Follows the elements of one sheet. A cell is judged when the next one begins."""

    def __init__(self, padded: Mapping[str, int]) -> None:
        self.marks = Marks()
        self.parser = expat.ParserCreate()
        self._padded = padded
        self._cell: dict[str, str] = {}
        self._has_formula = False
        self._value = ""
        self._row = -1
        self._column = -1

    def start(self, name: str, told: dict[str, str]) -> None:
        """Takes in the beginning of an element."""
        local = _local(name)
        if local == "c":
            self.close_cell()
            self._begin_cell(told)
        elif local == "f":
            self._has_formula = True
            self.parser.CharacterDataHandler = None
        elif local == "v" and self._has_formula:
            self.parser.CharacterDataHandler = self._text
        elif local == "row":
            self.close_cell()
            number = told.get("r", "")
            self._row = int(number) - 1 if number.isdigit() else self._row + 1
            self._column = -1
            self.marks.hidden_rows += told.get("hidden") in ("1", "true")

    def _begin_cell(self, told: dict[str, str]) -> None:
        self._cell = told
        place = _PLACE.fullmatch(told.get("r", ""))
        if place is None:
            self._column += 1
            return
        self._column = 0
        for letter in place[1]:
            self._column = self._column * 26 + ord(letter) - 64
        self._column -= 1
        self._row = int(place[2]) - 1

    def _text(self, text: str) -> None:
        self._value += text

    def close_cell(self) -> None:
        """Judges the cell that was begun last."""
        if self._cell or self._has_formula:
            place = (self._row, self._column)
            kind = self._cell.get("t", "n")
            if kind == "e":
                self.marks.errors.add(place)
            elif self._has_formula and kind != "str" and not self._value.strip():
                self.marks.without_value.add(place)
            elif kind == "n" and self._cell.get("s") in self._padded:
                self.marks.zeros[place] = self._padded[self._cell["s"]]
        self._cell, self._has_formula, self._value = {}, False, ""
        self.parser.CharacterDataHandler = None
