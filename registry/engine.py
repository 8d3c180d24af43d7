"""The ledger's engine: who may write, when a transaction begins, and how a statement is run.

Writers take the issuing lock as the first statement of their transaction and hold it to commit, so the order of
`seq` is the order of commits. Readers get one snapshot.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, Protocol
from uuid import uuid4

import orjson
import sqlalchemy as sa

import sql
from registry.errors import BusyError, IntegrityError, UsageError
from registry.moments import moment

_LIST_PARAMETER = re.compile(r"\bin :(\w+)")
_PARAMETER = re.compile(r"(?<!:):([a-z]\w*)")
_MAX_LIST = 20_000
_NO_STATE = "the ledger has no row of state; restore it from a backup"


def now() -> str:
    """The present moment, UTC, as the ledger writes it."""
    return moment(datetime.now(UTC))


#: how each engine asks whether a value is in a list, which is one parameter: so a statement has one text for ever
_IN_LIST = {"sqlite": r"in (select value from json_each(:\1))", "postgresql": r"= any(:\1)"}


class _Prepared(NamedTuple):
    """A statement as the driver takes it, and which of its parameters are lists."""

    text: str
    lists: frozenset[str]
    #: whether its only parameter is `rows`, many at once
    takes_rows: bool

    def given(self, parameters: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
        """The parameters as the driver takes them."""
        if kind == "postgresql" or not self.lists:
            return parameters
        return {**parameters, **{name: orjson.dumps(parameters[name]).decode() for name in self.lists}}


@cache
def _prepared(name: str, kind: str) -> _Prepared:
    text = sql.statement("ledger", name, kind)
    lists = frozenset(_LIST_PARAMETER.findall(text))
    takes_rows = set(_PARAMETER.findall(text)) == {"rows"}
    return _Prepared(_for_driver(_LIST_PARAMETER.sub(_IN_LIST[kind], text), kind), lists, takes_rows)


def _for_driver(text: str, kind: str) -> str:
    """The text with parameters as the driver writes them: `:name` for SQLite, `%(name)s` for PostgreSQL."""
    return text if kind == "sqlite" else _PARAMETER.sub(r"%(\1)s", text.replace("%", "%%"))


class Session:
    """One transaction on the ledger; statements are run by name."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.kind: str = connection.dialect.name

    def _execute(self, name: str, parameters: Mapping[str, Any]) -> sa.CursorResult[Any]:
        statement = _prepared(name, self.kind)
        return self._connection.exec_driver_sql(statement.text, statement.given(parameters, self.kind))

    def _execute_many(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        self._connection.exec_driver_sql(_prepared(name, self.kind).text, list(rows))

    def rows(self, name: str, **parameters: Any) -> Sequence[sa.Row[Any]]:
        """All rows of a statement."""
        return self._execute(name, parameters).all()

    def rows_for(self, name: str, key: str, values: Sequence[Any], **parameters: Any) -> list[sa.Row[Any]]:
        """All rows of a statement whose list parameter `key` takes the values, asked in slices."""
        found: list[sa.Row[Any]] = []
        for start in range(0, len(values), _MAX_LIST):
            found.extend(self.rows(name, **{key: list(values[start : start + _MAX_LIST])}, **parameters))
        return found

    def one(self, name: str, **parameters: Any) -> sa.Row[Any] | None:
        """The only row of a statement, or None."""
        return self._execute(name, parameters).one_or_none()

    def value(self, name: str, **parameters: Any) -> Any:
        """The first column of the only row."""
        return self._execute(name, parameters).scalar_one()

    def value_of_state(self, column: str) -> Any:
        """One column of the ledger's state, such as seq, ledger_id, province or key_version."""
        row = self.one("state")
        if row is None:
            raise IntegrityError(_NO_STATE)
        return row._mapping[column]

    def run(self, name: str, **parameters: Any) -> int:
        """How many rows a changing statement touched."""
        return self._execute(name, parameters).rowcount

    def run_for(self, name: str, key: str, values: Sequence[Any]) -> None:
        """Runs a changing statement whose list parameter `key` takes the values, in slices."""
        for start in range(0, len(values), _MAX_LIST):
            self.run(name, **{key: list(values[start : start + _MAX_LIST])})

    def run_many(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Runs a changing statement for each mapping of parameters: at once, where it takes them so."""
        if not rows:
            return
        if _prepared(name, self.kind).takes_rows:
            self._execute(name, {"rows": orjson.dumps(rows).decode()})
        elif len(rows) == 1:
            self._execute(name, rows[0])
        else:
            self._execute_many(name, rows)

    def text_rows(self, text: str, **parameters: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a check's query."""
        result = self._connection.exec_driver_sql(_for_driver(text, self.kind), parameters)
        return list(result.keys()), [tuple(row) for row in result]


class WriteSession(Session):
    """A transaction that holds the issuing lock; `seq` is its place in the order of all commits.

    `floor_seq` and `key_version` are the ledger's as the transaction began.
    """

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection)
        self.at = now()
        state = self.one("raise_seq")
        if state is None:
            raise IntegrityError(_NO_STATE)
        self.seq: int = state.seq
        self.floor_seq: int = state.floor_seq
        self.key_version: str = state.key_version

    def next_ids(self, kind: str, count: int) -> range:
        """`count` fresh internal ids of one kind."""
        if count == 0:
            return range(0)
        last = self.value("raise_id", kind=kind, count=count)
        return range(last - count + 1, last + 1)


class Store(Protocol):
    """What differs between the engines. Writers of `write_engine` hold the issuing lock from their first statement."""

    kind: str
    name: str
    write_engine: sa.Engine
    read_engine: sa.Engine

    def turn(self) -> AbstractContextManager[None]:
        """Stands in line for the issuing lock, where the engine keeps no line of its own."""

    def past_engine(self) -> sa.Engine:
        """An engine for a transaction that makes temporary views; its owner disposes of it."""

    def is_there(self) -> bool:
        """Whether there is anything that a ledger could be in."""

    def make_place(self) -> None:
        """Makes what a ledger can be made in, where that is ours to do."""

    def run_script(self, connection: sa.Connection, script: str) -> None:
        """Runs a migration within the connection's transaction."""

    def says(self, error: sa.exc.DBAPIError) -> str:
        """What the engine says of an error, without any value."""

    def is_of_another_make(self, error: sa.exc.DBAPIError) -> bool:
        """Whether a statement asked for a table or column that the ledger has not."""

    def objects_as_made(self, versions: set[str]) -> list[tuple[str, str, str]]:
        """(kind, name, definition) of every object that some migrations make."""

    def tidy(self) -> None:
        """Gives back what the engine keeps and nobody needs."""

    def count_anew(self) -> None:
        """Tells the engine's planner how much there is, once much has been added."""


class Ledger:
    """The ledger of one home."""

    def __init__(self, store: Store) -> None:
        self.store = store
        # whoever opens a home for one act need not close it: connections end with the ledger that opened them
        weakref.finalize(self, _dispose, store.write_engine, store.read_engine)

    def is_made(self) -> bool:
        """Whether `motma init` has been here; BusyError (12) when the database does not answer."""
        with self._understood():
            return self.store.is_there() and self._is_made_in(self.store.read_engine)

    def _is_made_in(self, engine: sa.Engine) -> bool:
        with engine.begin() as connection:
            return bool(Session(connection).value("has_ledger"))

    def create(self, province: str, key_version: str, then: Callable[[WriteSession], None]) -> bool:
        """Whether an empty ledger was made, and `then` done in it, whole or not at all; False when there is one."""
        self.store.make_place()
        with self.store.turn(), self._understood(), self.store.write_engine.begin() as connection:
            session = Session(connection)
            if session.value("has_ledger"):
                return False
            for version, script in sql.migrations(self.store.kind):
                self.store.run_script(connection, script)
                session.run("add_schema_version", version=version, at=now())
            session.run("add_ledger_state", ledger_id=uuid4().hex, province=province, key_version=key_version, at=now())
            then(WriteSession(connection))
        return True

    @contextmanager
    def writing(self) -> Iterator[WriteSession]:
        """A transaction under the issuing lock, committed at the end, undone on any error.

        BusyError (12) when the lock cannot be had in time.
        """
        with self.store.turn(), self._understood(), self.store.write_engine.begin() as connection:
            yield WriteSession(connection)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot of the ledger."""
        with self._understood(), self.store.read_engine.begin() as connection:
            yield Session(connection)

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Engine errors as ours: 12 when trying again may help, 13 when the ledger or a constraint forbids it.

        2 for what no ledger can hold: a number of more than 64 bits, a text with a NUL.
        """
        try:
            yield
        except (OverflowError, sa.exc.DataError) as error:
            said = "a number, or a character, that is none of a ledger's"
            raise UsageError(f"{self.store.name}: {said} ({error.args[0]}). Nothing was changed.") from error
        except (sa.exc.DatabaseError, sa.exc.InterfaceError) as error:
            said = self.store.says(error)
            if self.store.is_of_another_make(error):
                raise BusyError(
                    f"{self.store.name}: made by another version of this program ({said}). Nothing was changed. "
                    "Use that version, or make a new home."
                ) from error
            if isinstance(error, sa.exc.DatabaseError) and not isinstance(error, sa.exc.OperationalError):
                raise IntegrityError(f"{self.store.name}: {said}. Nothing was changed; run `motma check`.") from error
            remedy = "What was committed stays; the rest was undone. Try again."
            raise BusyError(f"{self.store.name}: cannot be used now ({said}). {remedy}") from error

    @contextmanager
    def as_of(self, seq: int, key_version: str) -> Iterator[Session]:
        """The ledger as it stood at a seq, in one snapshot; `key_version` is that of the keys that stood then.

        What the tail held is not there: `registry.tail` says whose keys it were. Nothing is written to the ledger.
        """
        # a connection of its own: what others have prepared means the present
        engine = self.store.past_engine()
        try:
            with self._understood(), engine.connect() as connection:
                connection.begin()
                self.store.run_script(connection, sql.views_as_of(self.store.kind))
                session = Session(connection)
                session.run("set_as_of", seq=seq, key_version=key_version)
                yield session
                connection.rollback()
        finally:
            engine.dispose()

    def close(self) -> None:
        """Closes every connection."""
        _dispose(self.store.write_engine, self.store.read_engine)


def _dispose(*engines: sa.Engine) -> None:
    for engine in engines:
        engine.dispose()
