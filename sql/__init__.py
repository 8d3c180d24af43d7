"""Named statements, migrations and checks, kept as SQL files.

A statement file holds blocks that begin with `-- name: …`; the comment lines right below the name describe it.
A parameter is `:name` (ledger) or `$name` (DuckDB); `in :name` takes a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


class StatementError(LookupError):
    """No statement, or two, of that name."""


@dataclass(frozen=True)
class Statement:
    """One named statement: its text without comments at its head, and its description."""

    name: str
    description: str
    text: str


def _blocks(text: str) -> list[Statement]:
    parts = _NAME.split(text)[1:]
    found = []
    for name, block in zip(parts[::2], parts[1::2], strict=True):
        lines = block.strip().splitlines()
        head = [line for line in lines if line.startswith("--")]
        body = "\n".join(line for line in lines if not line.startswith("--")).strip().rstrip(";")
        found.append(Statement(name, " ".join(line.lstrip("- ") for line in head), body))
    return found


@cache
def statements(folder: str, engine: str | None = None) -> dict[str, Statement]:
    """All statements of one folder of sql/ ("ledger", "register", "checks") by name.

    With an engine ("sqlite", "postgresql") those of its folder below as well: what the engines say differently.
    """
    found: dict[str, Statement] = {}
    for part in (folder, f"{folder}/{engine}") if engine else (folder,):
        place = files("sql").joinpath(part)
        entries = place.iterdir() if place.is_dir() else ()
        for file in sorted(entries, key=lambda entry: entry.name):
            if not file.name.endswith(".sql"):
                continue
            for statement in _blocks(file.read_text(encoding="utf-8")):
                if statement.name in found:
                    raise StatementError(f"sql/{folder}: two statements are named {statement.name}")
                found[statement.name] = statement
    return found


def statement(folder: str, name: str, engine: str | None = None) -> str:
    """The text of one statement."""
    try:
        return statements(folder, engine)[name].text
    except KeyError:
        raise StatementError(f"sql/{folder} has no statement {name}") from None


@cache
def migrations(engine: str) -> tuple[tuple[str, str], ...]:
    """(version, script) of every migration of one engine ("sqlite", "postgresql"), oldest first."""
    folder = files("sql").joinpath("migrations", engine)
    scripts = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return tuple((file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")) for file in scripts)


@cache
def views_as_of(engine: str) -> str:
    """The script that makes a transaction see the ledger as it stood before."""
    text = files("sql").joinpath("as_of", "views.sql").read_text(encoding="utf-8")
    # PostgreSQL binds a name when a view is made, and then there is no temporary one yet
    return text.replace("{ledger}", "main." if engine == "sqlite" else "")
