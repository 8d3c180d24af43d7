"""The rows of a ledger's log, and what is sealed of each."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

#: a row of the ledger's log, in this order
COLUMNS = ("entry_no", "seq", "logged_at", "act", "logged_by", "purpose", "row_id", "content")
_ENTRY_VERSION = 1
#: below every number that a row may have
BELOW_ALL = -(2**63)

Row: TypeAlias = Sequence[Any]
#: the rows numbered above one number and up to another, in order
RowsBetween: TypeAlias = Callable[[int, int], Iterable[Row]]

#: a text and a number as JSON writes them; TypeError for anything else
_text_of, _number_of = json.encoder.encode_basestring, int.__repr__


def entry_bytes(row: Row) -> bytes | None:
    """What is sealed of a row of the ledger's log; None for a row that could never have been sealed."""
    no, seq, at, act, by, purpose, row_id, content = row
    try:
        said = "null" if purpose is None else _text_of(purpose)
        of_row = "null" if row_id is None else _number_of(row_id)
        return (
            f'{{"act":{_text_of(act)},"at":{_text_of(at)},"by":{_text_of(by)},"no":{_number_of(no)},"purpose":{said},'
            f'"row":{of_row},"seq":{_number_of(seq)},"v":{_ENTRY_VERSION},"what":{content}}}'
        ).encode()
    except (TypeError, UnicodeEncodeError):
        return None


def sqlite_rows(file: Path, after: int, until: int) -> Iterator[Row]:
    """The rows of the log in a ledger that is a SQLite file, as RowsBetween."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        query = (
            "select entry_no, seq, logged_at, act, logged_by, purpose, row_id, content from log_entry "
            "where entry_no > ? and entry_no <= ? order by entry_no"
        )
        yield from connection.execute(query, (after, until))


def json_rows(lines: Iterable[str]) -> Iterator[Row]:
    """The rows of the log as lines of JSON, such as PostgreSQL's row_to_json writes them, by number.

    ValueError for a line that is no row.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            told = json.loads(line)
            if not isinstance(told, dict) or not isinstance(told.get("entry_no"), int):
                raise ValueError(f"line {number} of the ledger's log is no row with an entry_no")
            yield [told.get(name) for name in COLUMNS]


class RowsInOrder:
    """Rows that come once, in order: RowsBetween for who asks in order as well."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def __call__(self, after: int, until: int) -> Iterator[Row]:
        """The rows up to a number that were not asked for yet."""
        while self._next is not None and self._next[0] <= until:
            row, self._next = self._next, next(self._rows, None)
            yield row
