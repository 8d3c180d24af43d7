"""The ledger as one SQLite file: WAL, every commit on disk, `begin immediate` as the issuing lock."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import sql
from registry.errors import BusyError
from registry.file_locks import lock

_BUSY_SECONDS = 120
_IS_LACKING = re.compile("no such (table|column)|has no column named")
#: 64 MiB of pages in memory, and 32 MiB in the write-ahead log before they are carried over
_ROOM = ("cache_size=-65536", "wal_autocheckpoint=8000")


class SqliteStore:
    """What is particular to a ledger in a SQLite file."""

    kind = "sqlite"

    def __init__(self, file: Path) -> None:
        self._file = file
        self.name = file.name
        self.write_engine = self.make_engine("begin immediate")
        self.read_engine = self.make_engine("begin")

    def make_engine(self, begin: str) -> sa.Engine:
        """An engine whose transactions begin with this statement."""
        # parameters hold personal values, which no message may show
        driver = {"isolation_level": None, "timeout": _BUSY_SECONDS}
        engine = sa.create_engine(f"sqlite:///{self._file}", connect_args=driver, hide_parameters=True)

        @sa.event.listens_for(engine, "connect")
        def _set_up(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "temp_store=memory", *_ROOM):
                cursor.execute(f"pragma {pragma}")
            cursor.close()

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            # the driver's own begin comes too late to be a lock
            connection.exec_driver_sql(begin)

        return engine

    def past_engine(self) -> sa.Engine:
        """An engine for a transaction that makes temporary views."""
        return self.make_engine("begin")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Stands in line for the issuing lock; BusyError when it takes too long.

        SQLite has no line: who waits looks again every now and then, and who has just let go takes the lock first.
        Here one waits at the head of the line, and who has let go goes behind it. The line orders and forbids nothing;
        a writer outside it is still kept out by the lock. It ends with the process that stands in it.
        """
        until = time.monotonic() + _BUSY_SECONDS
        with ExitStack() as held:
            with self._locked("next", until):
                held.enter_context(self._locked("turn", until))
            yield

    @contextmanager
    def _locked(self, name: str, until: float) -> Iterator[None]:
        place = self._opened(self._file.with_name(f"{self._file.name}-{name}"))
        try:
            lock(place, until, f"{self.name}: others have been writing for {_BUSY_SECONDS} s. Try again.")
            yield
        finally:
            os.close(place)

    def _opened(self, path: Path) -> int:
        """The descriptor of a place in line, which belongs to the ledger's owner even where root is the first there."""
        try:
            place = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if os.geteuid() == 0:
                owner = self._file.stat()
                os.fchown(place, owner.st_uid, owner.st_gid)
        except OSError as error:
            raise BusyError(f"{path.name}: cannot be opened ({error.strerror}). Nothing was changed.") from error
        return place

    def is_there(self) -> bool:
        """Whether the file is there."""
        return self._file.exists()

    def make_place(self) -> None:
        """An empty file that only its owner reads, unless there is one."""
        self._file.touch(mode=0o600)

    def run_script(self, connection: sa.Connection, script: str) -> None:
        """Runs a migration within the connection's transaction."""
        for text in _split(script):
            # one statement at a time: executescript would commit and let go of the lock
            connection.exec_driver_sql(text)

    def says(self, error: sa.exc.DBAPIError) -> str:
        """What the engine says of an error, without any value."""
        return str(error.orig)

    def is_of_another_make(self, error: sa.exc.DBAPIError) -> bool:
        """Whether a statement asked for a table or column that the ledger has not."""
        return _IS_LACKING.search(str(error.orig)) is not None

    def objects_as_made(self, versions: set[str]) -> list[tuple[str, str, str]]:
        """(kind, name, definition) of every object that some migrations make."""
        fresh = sqlite3.connect(":memory:")
        try:
            for version, script in sql.migrations(self.kind):
                if version in versions:
                    fresh.executescript(script)
            return fresh.execute(sql.statement("ledger", "schema_objects", self.kind)).fetchall()
        finally:
            fresh.close()

    def tidy(self) -> None:
        """Empties the write-ahead log if nobody needs it now: who waits for a reader here holds up every writer.

        Everything is committed already: where the log cannot be emptied, it is as well emptied by whoever comes next.
        """
        with suppress(sqlite3.OperationalError, sa.exc.OperationalError), self.read_engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("pragma busy_timeout = 0")
                driver.execute("pragma wal_checkpoint(truncate)").fetchall()
                driver.execute(f"pragma busy_timeout = {_BUSY_SECONDS * 1000}")

    def count_anew(self) -> None:
        """Nothing: the statements go by indexes, whatever there is."""


def _split(script: str) -> Iterator[str]:
    """The statements of a script; a trigger's body keeps its semicolons."""
    buffer = ""
    for line in script.splitlines(keepends=True):
        buffer += line
        if buffer.strip() and sqlite3.complete_statement(buffer):
            yield buffer
            buffer = ""
    if any(line.strip() and not line.startswith("--") for line in buffer.splitlines()):
        raise RuntimeError(f"unfinished statement in a migration: {buffer[:80]!r}")
