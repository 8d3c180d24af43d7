"""Every check is clean on a decided home, and finds the fault that is planted for it.

The faults stand in planted_faults/*.sql. The table `planted` holds what the check must report, by the names of its
columns. In brackets: which fault, where a check has several. `also`: other checks that the same fault breaks.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import sql
from casework.check import CheckResult, run_checks
from casework.home import create_home, open_home
from casework.load import load_extract
from casework.types import Viewer
from pipelines.extract_files import read_extract

SAMPLES = Path(__file__).parents[2] / "data_samples"
_FAULT = re.compile(r"^-- fault: ((\w+)(?: \([\w ]+\))?)(?: also: ([\w, ]+))?$", re.MULTILINE)

#: what the planted faults pick from
PICKS = """
insert into id_counter values ('judgement', 0) on conflict do nothing;
update id_counter set value = 1000000;
create temp table quiet as
select p.person_id
from person as p
where p.origin = 'extract'
  and p.person_id not in (select person_id from decision where person_id is not null)
  and p.person_id not in (select record_id from search_key);
create temp table linked_once as
select d.row_id, d.person_id, r.event, count(distinct v.seq) as versions
from decision as d
join intake_row as r on r.row_id = d.row_id
join person as p on p.person_id = d.person_id and p.origin = 'extract'
join person_version as v on v.person_id = d.person_id
where d.outcome = 'linked' and (select count(*) from decision as e where e.person_id = d.person_id) = 1
group by d.row_id, d.person_id, r.event;
create temp table first_returned as
select * from decision where outcome = 'returned' and batch_id is not null order by row_id limit 1;
create temp table another_row as select * from intake_row order by row_id limit 1;
update another_row set row_id = 900001, row_identity = 'another', row = 900001;
create temp table waiting as
select q.* from queue_item as q where q.kind = 'row' and q.state = 'open' and q.waits_for_row_id is null
order by q.item_id limit 1;
create temp table first_intake as
select * from log_entry where act = 'intake' order by entry_no limit 1;
"""


@dataclass(frozen=True)
class Fault:
    """A planted fault: the check that must find it, others that it breaks too, and the script that plants it."""

    title: str
    check: str
    also: frozenset[str]
    script: str


def _faults() -> Iterator[Fault]:
    for file in sorted((Path(__file__).parent / "planted_faults").glob("*.sql")):
        parts = _FAULT.split(file.read_text(encoding="utf-8"))[1:]
        for title, check, also, script in zip(*(parts[start::4] for start in range(4)), strict=True):
            yield Fault(title, check, frozenset(also.split(", ") if also else ()), script)


FAULTS = list(_faults())


@pytest.fixture
def home(decided_home: Path, tmp_path: Path) -> Path:
    """A copy of the decided home."""
    return shutil.copytree(decided_home, tmp_path / "home")


def checked(folder: Path) -> dict[str, CheckResult]:
    """Every check of a home by name."""
    home = open_home(folder)
    try:
        return {result.name: result for result in run_checks(home)}
    finally:
        home.ledger.close()


def broken(folder: Path) -> set[str]:
    """The names of the checks that report something."""
    return {name for name, result in checked(folder).items() if result.rows}


def plant(folder: Path, script: str) -> tuple[list[str], set[tuple[Any, ...]]]:
    """Columns and rows that the check must report; planted past triggers, foreign keys and check constraints."""
    with closing(sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)) as ledger:
        ledger.execute("pragma ignore_check_constraints = on")
        triggers = ledger.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        ledger.executescript("".join(f"drop trigger {name};" for name, _ in triggers) + PICKS)
        ledger.executescript(script)
        ledger.executescript("".join(f"{text};" for name, text in triggers))
        found = ledger.execute("select * from planted")
        return [column[0] for column in found.description], set(found.fetchall())


def test_a_decided_home_keeps_every_promise(home: Path) -> None:
    assert {name: result.rows for name, result in checked(home).items() if result.rows} == {}


def test_a_home_that_is_not_published_yet_keeps_every_promise(tmp_path: Path) -> None:
    viewer = Viewer("operator", "test")
    create_home(tmp_path / "home", None, viewer)
    assert broken(tmp_path / "home") == set()
    home = open_home(tmp_path / "home")
    load_extract(home, read_extract(SAMPLES / "register.csv")[0], None, viewer)
    home.ledger.close()
    assert broken(tmp_path / "home") == set()


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.title)
def test_a_planted_fault_is_found(home: Path, fault: Fault) -> None:
    columns, expected = plant(home, fault.script)
    assert expected, "nothing was planted"
    found = checked(home)
    assert {name for name, result in found.items() if result.rows} == {fault.check} | fault.also
    result = found[fault.check]
    places = [result.columns.index(column) for column in columns]
    assert {tuple(row[place] for place in places) for row in result.rows} == expected


def test_every_check_has_its_planted_fault(home: Path) -> None:
    assert {fault.check for fault in FAULTS} | {"home_is_closed"} == set(checked(home))
    assert set(sql.statements("checks")) <= set(checked(home))


def test_every_check_says_what_is_promised_where_and_what_its_rows_are(home: Path) -> None:
    said = [result.description for result in checked(home).values()]
    assert [text for text in said if not re.fullmatch(r"[2-7](\.\d)?: .+[.] Rows: .+[.]", text)] == []


@pytest.mark.parametrize(
    ("path", "mode"), [(".", 0o755), ("keys", 0o750), ("keys/log_digest", 0o640), ("ledger.sqlite", 0o644)]
)
def test_an_open_home_is_found(home: Path, path: str, mode: int) -> None:
    (home / path).chmod(mode)
    assert checked(home)["home_is_closed"].rows == ((path, f"{mode:04o}"),)


def test_a_missing_key_is_found_unless_the_environment_has_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = home / "keys" / "code_permutation"
    monkeypatch.setenv("MOTMA_KEY_CODE_PERMUTATION", key.read_text(encoding="ascii"))
    key.unlink()
    assert broken(home) == set()
    monkeypatch.delenv("MOTMA_KEY_CODE_PERMUTATION")
    assert checked(home)["home_is_closed"].rows == (("keys/code_permutation", "missing"),)


def test_a_damaged_register_version_is_found(home: Path) -> None:
    (file,) = (home / "register").glob("register-*.duckdb")
    file.write_bytes(b"not a register version")
    ((version, fault, *_),) = checked(home)["register_fits_the_ledger"].rows
    assert (version, fault) == (file.name, "cannot be read")


def test_an_older_ledger_than_the_register_is_found(home: Path) -> None:
    with closing(sqlite3.connect(home / "ledger.sqlite", isolation_level=None)) as ledger:
        ledger.execute("update ledger_state set seq = 1")
    assert "is ahead of the ledger" in {row[1] for row in checked(home)["register_fits_the_ledger"].rows}


def test_keys_of_other_rules_are_found(home: Path) -> None:
    with closing(sqlite3.connect(home / "ledger.sqlite", isolation_level=None)) as ledger:
        ledger.execute("update ledger_state set key_version = 'other'")
    assert [row[1] for row in checked(home)["register_fits_the_ledger"].rows] == ["has the keys of other rules"]
