"""The ledger itself refuses what would break a promise, whoever writes to it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import pytest

import sql

MIGRATIONS = "".join(script for _, script in sql.migrations("sqlite"))
HISTORY = [*re.findall(r"^-- history:.*\n(?:--.*\n)*create table (\w+)", MIGRATIONS, re.MULTILINE), "number_known"]
_REFUSED = re.compile(r"^-- refused: (.+) \((.+)\)$", re.MULTILINE)

#: one row in each history table that has none, and what the refused statements are made of
PREPARED = """
insert into person values (900001, 'issued', 1, '');
insert into number_known values ('9900000001', 1), ('990000000x', 1);
insert into judgement select 900001, min(row_id), '', null, null, null, 'same', null, 1, '', '' from intake_row;
insert into register_reject select load_id, 900001, '[]' from register_load;
create table decision_draft as select * from decision where outcome = 'returned' limit 1;
update decision_draft set decision_no = 900001;
"""


def _refused() -> Iterator[tuple[str, str, str]]:
    text = (Path(__file__).parent / "refused.sql").read_text(encoding="utf-8")
    parts = _REFUSED.split(text)[1:]
    yield from zip(parts[::3], parts[1::3], parts[2::3], strict=True)


@pytest.fixture(scope="module")
def ledger_file(decided_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the decided ledger, prepared."""
    file = tmp_path_factory.mktemp("constraints") / "ledger.sqlite"
    copyfile(decided_home / "ledger.sqlite", file)
    with closing(sqlite3.connect(file, isolation_level=None)) as made:
        made.executescript(PREPARED)
    return file


@pytest.fixture
def ledger(ledger_file: Path) -> Iterator[sqlite3.Connection]:
    """A connection as the program opens it; what it writes is undone."""
    with closing(sqlite3.connect(ledger_file, isolation_level=None)) as connection:
        connection.execute("pragma foreign_keys = on")
        connection.execute("begin immediate")
        yield connection
        connection.execute("rollback")


@pytest.mark.parametrize(("constraint", "script"), [pytest.param(*rest, id=what) for what, *rest in _refused()])
def test_the_ledger_refuses(ledger: sqlite3.Connection, constraint: str, script: str) -> None:
    *before, refused = [text for text in script.split(";") if text.strip()]
    for statement in before:
        ledger.execute(statement)
    with pytest.raises(sqlite3.IntegrityError, match=rf"(^|: ){re.escape(constraint)}($| constraint)"):
        ledger.execute(refused)


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("statement", ["delete from {table}", "update {table} set {column} = {column}"])
def test_history_is_not_rewritten(ledger: sqlite3.Connection, table: str, statement: str) -> None:
    (column,) = ledger.execute("select name from pragma_table_info(?) where cid = 0", (table,)).fetchone()
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is history"):
        ledger.execute(statement.format(table=table, column=column))


def test_every_guarded_table_is_called_history() -> None:
    assert set(re.findall(r"before (?:update|delete) on (\w+)", MIGRATIONS)) == set(HISTORY)
