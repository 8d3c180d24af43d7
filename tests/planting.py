"""Writing into a ledger past its triggers, foreign keys and check constraints, as a program of another's could."""

from __future__ import annotations

import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from casework.types import Home

_PART = re.compile(r"^-- on (\w+)$\n", re.MULTILINE)
_CHECKS = """
select conname, conrelid::regclass::text, pg_get_constraintdef(oid)
from pg_constraint
where contype = 'c' and connamespace = current_schema()::regnamespace
"""


class Unguarded(ABC):
    """A connection that nothing refuses."""

    kind: str

    def run(self, script: str) -> None:
        """Runs a script; what stands between "-- on sqlite" or "-- on postgresql" and "-- on both" is for that one."""
        shared, *parts = _PART.split(script)
        self._run(shared + "".join(text for on, text in zip(parts[::2], parts[1::2], strict=True) if on in self._ours))

    @property
    def _ours(self) -> tuple[str, str]:
        return ("both", self.kind)

    @abstractmethod
    def _run(self, script: str) -> None: ...

    @abstractmethod
    def ask(self, text: str) -> tuple[list[str], set[tuple[Any, ...]]]:
        """Columns and rows of a query."""


class _Sqlite(Unguarded):
    kind = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def _run(self, script: str) -> None:
        self._connection.executescript(script)

    def ask(self, text: str) -> tuple[list[str], set[tuple[Any, ...]]]:
        found = self._connection.execute(text)
        return [column[0] for column in found.description], set(found.fetchall())


class _Postgresql(Unguarded):
    kind = "postgresql"

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def _run(self, script: str) -> None:
        self._connection.execute(script.encode("utf-8"))

    def ask(self, text: str) -> tuple[list[str], set[tuple[Any, ...]]]:
        found = self._connection.execute(text.encode("utf-8"))
        return [column.name for column in found.description or ()], set(found.fetchall())


@contextmanager
def unguarded(home: Home) -> Iterator[Unguarded]:
    """Such a connection to a home's ledger; in the end every guard stands again as it stood."""
    with _on_postgresql(home.ledger_url) if home.ledger_url else _on_sqlite(home) as connection:
        yield connection


@contextmanager
def _on_sqlite(home: Home) -> Iterator[Unguarded]:
    with closing(sqlite3.connect(home.ledger_file, isolation_level=None)) as connection:
        connection.execute("pragma ignore_check_constraints = on")
        triggers = connection.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        connection.executescript("".join(f"drop trigger {name};" for name, _ in triggers))
        yield _Sqlite(connection)
        connection.executescript("".join(f"{text};" for _, text in triggers))


@contextmanager
def _on_postgresql(url: str) -> Iterator[Unguarded]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        checks = connection.execute(_CHECKS).fetchall()
        drops = [f"alter table {table} drop constraint {name};" for name, table, _ in checks]
        connection.execute("".join(drops).encode())
        yield _Postgresql(connection)
        adds = [f"alter table {table} add constraint {name} {text} not valid;" for name, table, text in checks]
        connection.execute("".join(adds).encode())
        connection.execute("update pg_constraint set convalidated = true where contype = 'c'")
