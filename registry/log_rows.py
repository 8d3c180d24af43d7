"""The rows of the log for processes that verify side by side: each opens the ledger for itself, and imports little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from registry.home import Home


def rows_of_log(folder: Path, ledger_url: str | None, after: int, until: int) -> Iterator[Sequence[Any]]:
    """The rows of a home's log above one number and up to another, in order (`verifier.rows`)."""
    ledger = Home(folder, ledger_url).ledger
    try:
        with ledger.reading() as session:
            yield from session.rows("entries_between", after=after, until=until)
    finally:
        ledger.close()
