"""Aligned plain text for the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

_GAP = "  "
_LONGEST_RULE = 60


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def shown(value: object) -> str:
    """One cell on one line, with nothing in it that a terminal would obey; a blank value is a dot."""
    text = "" if value is None else str(value)
    one_line = " ".join(text.split())
    return "".join(char for char in one_line if unicodedata.category(char) not in ("Cc", "Cf")) or "·"


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows below their headings, numbers to the right, everything else to the left."""
    body = [[shown(value) for value in row] for row in rows]
    numeric = [
        bool(body) and all(row[at] == "·" or row[at].replace(",", "").lstrip("+-").isdigit() for row in body)
        for at in range(len(headings))
    ]
    lines = [list(headings), *body]
    widths = [max(width(line[at]) for line in lines) for at in range(len(headings))]
    lines.insert(1, ["─" * min(size, _LONGEST_RULE) for size in widths])
    return "\n".join(
        _GAP.join(
            " " * (size - width(cell)) + cell if right else cell + " " * (size - width(cell))
            for cell, size, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )
