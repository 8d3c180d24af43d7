"""The ledger as one PostgreSQL database: READ COMMITTED under an advisory lock for writers, snapshots for readers.

A writer at REPEATABLE READ would take its snapshot before it has the lock and never see what the holder before it
committed; so writers read each statement's own present.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.types.numeric import Int8Dumper

import sql
from registry.errors import UsageError

#: the issuing lock: one number for one database, "motma" in ASCII
_LOCK = int.from_bytes(b"motma", "big")
#: the first statements of writers and of readers
TAKE_LOCK = f"select pg_advisory_xact_lock({_LOCK})"
READ_ONLY = "set transaction read only"
READ_WRITE = "set transaction read write"
_WAIT = "120s"
_OPTIONS = "-c timezone=UTC -c jit=off"
#: writers ask after few rows at a time: planning would cost more than what it finds, so a statement is planned once in
#: a connection's life; by its indexes, for a plan that is made over an empty table is kept when it has filled
_PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off"
#: a statement is prepared when it is run for the n-th time, counted from 0
_PREPARED_FROM = 1
_DRIVER = "postgresql+psycopg"
_TRIAL_SCHEMA = "motma_as_made"

# what the driver says when a connection is lost, our own error says once and in full
logging.getLogger("psycopg").setLevel(logging.CRITICAL)


class PostgresqlStore:
    """What is particular to a ledger in a PostgreSQL database."""

    kind = "postgresql"

    def __init__(self, url: str) -> None:
        try:
            parsed = sa.make_url(url)
        except sa.exc.ArgumentError:
            raise UsageError("MOTMA_LEDGER_URL is no URL; write postgresql://user@host/database") from None
        if parsed.get_backend_name() != "postgresql":
            raise UsageError("MOTMA_LEDGER_URL must name PostgreSQL: postgresql://user@host/database")
        self._url = parsed.set(drivername=_DRIVER)
        self.name = f"PostgreSQL database {parsed.database}"
        self.write_engine = self.make_engine("READ COMMITTED", TAKE_LOCK, _PLANNED_ONCE)
        self.read_engine = self.make_engine("REPEATABLE READ", READ_ONLY)

    def make_engine(self, isolation: str, first: str, options: str = "") -> sa.Engine:
        """An engine whose transactions are of this isolation and begin with this statement."""
        engine = sa.create_engine(
            self._url,
            isolation_level=isolation,
            connect_args={
                "options": f"-c lock_timeout={_WAIT} {_OPTIONS} {options}",
                "prepare_threshold": _PREPARED_FROM,
            },
            hide_parameters=True,
            pool_pre_ping=True,
        )

        @sa.event.listens_for(engine, "connect")
        def _set_up(connection: psycopg.Connection[Any], _record: Any) -> None:
            # every number as the columns are: sized by its value, it would make each statement several
            connection.adapters.register_dumper(int, Int8Dumper)

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql(first)

        return engine

    def past_engine(self) -> sa.Engine:
        """An engine for a transaction that makes temporary views: one that only reads may not."""
        return self.make_engine("REPEATABLE READ", READ_WRITE)

    def turn(self) -> AbstractContextManager[None]:
        """Nothing: the server lets those who wait for the lock have it in the order in which they came."""
        return nullcontext()

    def is_there(self) -> bool:
        """Always: a server that does not answer is an error, not an absent ledger."""
        return True

    def make_place(self) -> None:
        """Nothing: the database is made by whoever looks after the server."""

    def run_script(self, connection: sa.Connection, script: str) -> None:
        """Runs a migration within the connection's transaction."""
        driver = connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("the pool handed out no driver connection")
        try:
            # many statements at once, which the driver takes only where there are no parameters
            driver.execute(script)
        except psycopg.Error as error:
            raise sa.exc.DBAPIError.instance("migration", None, error, psycopg.Error) from error

    def says(self, error: sa.exc.DBAPIError) -> str:
        """What the server says of an error, without its detail: that holds values."""
        diagnosis = getattr(error.orig, "diag", None)
        primary: str | None = getattr(diagnosis, "message_primary", None)
        if primary is None:
            return "no connection to the server"
        constraint: str | None = getattr(diagnosis, "constraint_name", None)
        return f"{primary} ({constraint})" if constraint and constraint not in primary else primary

    def is_of_another_make(self, error: sa.exc.DBAPIError) -> bool:
        """Whether a statement asked for a table or column that the ledger has not."""
        return isinstance(error.orig, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn)

    def objects_as_made(self, versions: set[str]) -> list[tuple[str, str, str]]:
        """(kind, name, definition) of every object that some migrations make, tried in a schema that nobody sees."""
        with self.write_engine.connect() as connection:
            connection.exec_driver_sql(f"create schema {_TRIAL_SCHEMA}")
            connection.exec_driver_sql(f"set local search_path = {_TRIAL_SCHEMA}")
            for version, script in sql.migrations(self.kind):
                if version in versions:
                    self.run_script(connection, script)
            found = connection.execute(sa.text(sql.statement("ledger", "schema_objects", self.kind))).all()
            connection.rollback()
        return [(row.kind, row.name, row.definition) for row in found]

    def tidy(self) -> None:
        """Nothing: the server looks after its own log."""

    def count_anew(self) -> None:
        """Tells the planner how much there is, which it would learn of by itself a minute later."""
        with self.read_engine.begin() as connection:
            connection.exec_driver_sql("analyze")
