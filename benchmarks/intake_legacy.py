"""Change files typed in old fonts: the communes' layout, headings and all, in each legacy encoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.encodings import encode, made_names, writable
from benchmarks.intake_sheets import COMMUNE, MadeSheet
from benchmarks.intake_writers import csv_text, xlsx_bytes
from matching.encodings import CARRIERS, ENCODINGS

_BYTES = {char: byte for byte, chars in CARRIERS.items() for char in reversed(chars)}
_EVENTS = ("Chuyển đến", "Bổ sung", "Điều chỉnh", "Chết")
_RELATIONS = ("Chủ hộ", "Vợ", "Con", "Mẹ", "Bố", "Cháu")


def people(size: int, seed: int = 1) -> MadeSheet:
    """The communes' layout with so many invented people, in Unicode; what a reader must say of them is not filled."""
    names = made_names(seed, 2 * size)[0]
    rows = [
        {"number": str(at + 1), "event": _EVENTS[at % len(_EVENTS)], "household_code": f"01000{at // 3:05}"}
        | {"full_name": writable(names[at]), "birth_date": f"{at % 28 + 1:02}/03/{1950 + at % 70}"}
        | {"sex": ("Nam", "Nữ")[at % 2], "relation_to_head": _RELATIONS[at % len(_RELATIONS)]}
        | {"event_date": "18/10/2026", "note": f"mẹ là {writable(names[size + at])}"}
        for at in range(size)
    ]
    return replace(COMMUNE, people=rows, received=())


def in_legacy(sheet: MadeSheet, encoding: str) -> MadeSheet:
    """The sheet as it stands in a spreadsheet when it was typed in an old font."""
    return replace(
        sheet,
        above=[[encode(text, encoding) for text in row] for row in sheet.above],
        heading=[encode(text, encoding) for text in sheet.heading],
        people=[{column: encode(text, encoding) for column, text in person.items()} for person in sheet.people],
    )


def raw_bytes(sheet: MadeSheet, encoding: str) -> bytes:
    """The sheet as CSV in the bytes of the old font itself."""
    text = csv_text(in_legacy(sheet, encoding), ",")
    return bytes(_BYTES.get(char, ord(char) % 0x80) for char in text)


def legacy_files(sheet: MadeSheet) -> Iterator[tuple[str, str, bytes]]:
    """(name, encoding, bytes) of the sheet in each encoding and in each form that carries it.

    The bytes of VIQR, UTF-8 and cp1258 are no riddle: they are text of their own.
    """
    for encoding in ENCODINGS:
        legacy = in_legacy(sheet, encoding)
        yield f"legacy_{encoding}.xlsx", encoding, xlsx_bytes([legacy])
        yield f"legacy_{encoding}.csv", encoding, csv_text(legacy, ",").encode()
        if encoding not in ("viqr", "utf8-as-cp1252", "cp1258"):
            yield f"legacy_{encoding}_bytes.csv", encoding, raw_bytes(sheet, encoding)
