"""How many search steps were made: counted apart from the log, so that one can be held to the other."""

from __future__ import annotations

from registry.engine import WriteSession


def count(session: WriteSession, steps: int) -> None:
    """Counts the search steps whose result is applied in this transaction, or shown after it."""
    if steps:
        session.run("raise_search_calls", day=session.at[:10], steps=steps)
