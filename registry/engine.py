"""The ledger's engine: who may write, when a transaction begins, and how a statement is run.

Writers take the issuing lock as the first statement of their transaction and hold it to commit, so the order of
`seq` is the order of commits (DESIGN 3.2). Readers get one snapshot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import sql
from registry.errors import BusyError, IntegrityError

_LIST_PARAMETER = re.compile(r"\bin :(\w+)")
_MAX_LIST = 20_000  # SQLite takes 32,766 parameters in one statement
_BUSY_SECONDS = 120


def now() -> str:
    """The present moment, UTC, as the ledger writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@cache
def _prepared(name: str) -> sa.TextClause:
    text = sql.statement("ledger", name)
    lists = _LIST_PARAMETER.findall(text)
    return sa.text(text).bindparams(*(sa.bindparam(key, expanding=True) for key in lists))


class Session:
    """One transaction on the ledger; statements are run by name."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def rows(self, name: str, **parameters: Any) -> Sequence[sa.Row[Any]]:
        """All rows of a statement."""
        return self._connection.execute(_prepared(name), parameters).all()

    def rows_for(self, name: str, key: str, values: Sequence[Any], **parameters: Any) -> list[sa.Row[Any]]:
        """All rows of a statement whose list parameter `key` takes the values, asked in slices."""
        found: list[sa.Row[Any]] = []
        for start in range(0, len(values), _MAX_LIST):
            found.extend(self.rows(name, **{key: list(values[start : start + _MAX_LIST])}, **parameters))
        return found

    def one(self, name: str, **parameters: Any) -> sa.Row[Any] | None:
        """The only row of a statement, or None."""
        return self._connection.execute(_prepared(name), parameters).one_or_none()

    def value(self, name: str, **parameters: Any) -> Any:
        """The first column of the only row."""
        return self._connection.execute(_prepared(name), parameters).scalar_one()

    def value_of_state(self, column: str) -> Any:
        """One column of the ledger's state: seq, floor_seq, log_no, province or key_version."""
        row = self.one("state")
        if row is None:
            raise IntegrityError("the ledger has no row of state; restore it from a backup")
        return row._mapping[column]

    def run(self, name: str, **parameters: Any) -> int:
        """How many rows a changing statement touched."""
        return self._connection.execute(_prepared(name), parameters).rowcount

    def run_for(self, name: str, key: str, values: Sequence[Any]) -> None:
        """Runs a changing statement whose list parameter `key` takes the values, in slices."""
        for start in range(0, len(values), _MAX_LIST):
            self.run(name, **{key: list(values[start : start + _MAX_LIST])})

    def run_many(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Runs a changing statement once for each mapping of parameters."""
        if rows:
            self._connection.execute(_prepared(name), list(rows))

    def text_rows(self, text: str, **parameters: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a check's query."""
        result = self._connection.execute(sa.text(text), parameters)
        return list(result.keys()), [tuple(row) for row in result]


class WriteSession(Session):
    """A transaction that holds the issuing lock; `seq` is its place in the order of all commits."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection)
        self.at = now()
        self.seq: int = self.value("raise_seq")

    def next_ids(self, kind: str, count: int) -> range:
        """`count` fresh internal ids of one kind."""
        last = self.value("raise_id", kind=kind, count=count)
        return range(last - count + 1, last + 1)


class Ledger:
    """The ledger of one home, on SQLite."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._write = self._engine("begin immediate")
        self._read = self._engine("begin")

    def _engine(self, begin: str) -> sa.Engine:
        # parameters hold personal values, which no message may show
        driver = {"isolation_level": None, "timeout": _BUSY_SECONDS}
        engine = sa.create_engine(f"sqlite:///{self.file}", connect_args=driver, hide_parameters=True)

        @sa.event.listens_for(engine, "connect")
        def _set_up(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "temp_store=memory"):
                cursor.execute(f"pragma {pragma}")
            cursor.close()

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            # the driver's own begin comes too late to be a lock (PARTS, SQLite and PostgreSQL)
            connection.exec_driver_sql(begin)

        return engine

    @classmethod
    def create(cls, file: Path, province: str, key_version: str) -> Ledger:
        """A new ledger with its first row of state."""
        ledger = cls(file)
        with ledger._write.begin() as connection:
            driver = connection.connection.driver_connection
            if driver is None:
                raise RuntimeError("the pool handed out no driver connection")
            for version, script in sql.migrations("sqlite"):
                # one statement at a time: executescript would commit and let go of the lock
                for text in _split(script):
                    driver.execute(text)
                connection.execute(_prepared("add_schema_version"), {"version": version, "at": now()})
            state = {"province": province, "key_version": key_version, "at": now()}
            connection.execute(_prepared("add_ledger_state"), state)
        file.chmod(0o600)
        return ledger

    @contextmanager
    def writing(self) -> Iterator[WriteSession]:
        """A transaction under the issuing lock, committed at the end, undone on any error.

        BusyError (12) when the lock cannot be had in time.
        """
        with self._understood(), self._write.begin() as connection:
            yield WriteSession(connection)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot of the ledger."""
        with self._understood(), self._read.begin() as connection:
            yield Session(connection)

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Engine errors as ours: 12 when trying again may help, 13 when the ledger or a constraint forbids it."""
        try:
            yield
        except sa.exc.OperationalError as error:
            remedy = "Nothing was changed. Try again."
            raise BusyError(f"{self.file.name}: cannot be used now ({error.orig}). {remedy}") from error
        except sa.exc.DatabaseError as error:
            raise IntegrityError(f"{self.file.name}: {error.orig}. Nothing was changed; run `motma check`.") from error

    def truncate_wal(self) -> None:
        """Empties the write-ahead log if nobody needs it now: who waits for a reader here holds up every writer."""
        with self._read.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("pragma busy_timeout = 0")
                driver.execute("pragma wal_checkpoint(truncate)").fetchall()
                driver.execute(f"pragma busy_timeout = {_BUSY_SECONDS * 1000}")

    def close(self) -> None:
        """Closes every connection."""
        self._write.dispose()
        self._read.dispose()


def _split(script: str) -> Iterator[str]:
    """The statements of a script; a trigger's body keeps its semicolons."""
    import sqlite3

    buffer = ""
    for line in script.splitlines(keepends=True):
        buffer += line
        if buffer.strip() and sqlite3.complete_statement(buffer):
            yield buffer
            buffer = ""
    if any(line.strip() and not line.startswith("--") for line in buffer.splitlines()):
        raise RuntimeError(f"unfinished statement in a migration: {buffer[:80]!r}")
