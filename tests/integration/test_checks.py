"""Every check is clean on a decided home, and finds the fault that is planted for it.

The faults stand in planted_faults/*.sql, in words that both engines know. The table `planted` holds what the check must
report, by the names of its columns. In brackets: which fault, where a check has several. `also`: other checks that the
same fault breaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import sql
from casework.audit.check import CheckResult, run_checks
from casework.errors import BusyError
from casework.home import create_home
from casework.register.load import load_extract
from casework.types import Home, Viewer
from pipelines.extract_files import read_extract
from tests.engines import Model, Places
from tests.planting import unguarded

SAMPLES = Path(__file__).parents[2] / "data_samples"
_FAULT = re.compile(r"^-- fault: ((\w+)(?: \([\w ]+\))?)(?: also: ([\w, ]+))?$", re.MULTILINE)

#: what the planted faults pick from
PICKS = """
insert into id_counter values ('judgement', 0), ('undo', 0) on conflict do nothing;
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
update another_row set row_id = 900001, row_identity = 'another', cells = '{}', row = 900001;
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


def checked(home: Home) -> dict[str, CheckResult]:
    """Every check of a home by name."""
    return {result.name: result for result in run_checks(home)}


def broken(home: Home) -> set[str]:
    """The names of the checks that report something."""
    return {name for name, result in checked(home).items() if result.rows}


def plant(home: Home, script: str) -> tuple[list[str], set[tuple[Any, ...]]]:
    """Columns and rows that the check must report; planted past triggers, foreign keys and check constraints."""
    with unguarded(home) as ledger:
        ledger.run(PICKS)
        ledger.run(script)
        return ledger.ask("select * from planted")


def test_a_decided_home_keeps_every_promise(home: Home) -> None:
    assert {name: result.rows for name, result in checked(home).items() if result.rows} == {}


def test_a_home_that_is_not_published_yet_keeps_every_promise(places: Places, tmp_path: Path) -> None:
    viewer = Viewer("operator", "test")
    model = Model(tmp_path / "home", places.new())
    create_home(model.folder, None, viewer, model.ledger_url)
    home = model.opened()
    assert broken(home) == set()
    load_extract(home, read_extract(SAMPLES / "register.csv")[0], None, viewer)
    assert broken(home) == set()
    home.ledger.close()


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.title)
def test_a_planted_fault_is_found(home: Home, fault: Fault) -> None:
    columns, expected = plant(home, fault.script)
    assert expected, "nothing was planted"
    found = checked(home)
    assert {name for name, result in found.items() if result.rows} == {fault.check} | fault.also
    result = found[fault.check]
    places = [result.columns.index(column) for column in columns]
    assert {tuple(row[place] for place in places) for row in result.rows} == expected


def test_every_check_has_its_planted_fault(home: Home) -> None:
    assert {fault.check for fault in FAULTS} | {"home_is_closed"} == set(checked(home))
    assert set(sql.statements("checks")) <= set(checked(home))


def test_every_check_says_what_is_promised_where_and_what_its_rows_are(home: Home) -> None:
    said = [result.description for result in checked(home).values()]
    assert [text for text in said if not re.fullmatch(r"[2-7](\.\d)?: .+[.] Rows: .+[.]", text)] == []


@pytest.mark.parametrize(
    ("path", "mode"), [(".", 0o755), ("keys", 0o750), ("keys/log_digest", 0o640), ("ledger.sqlite", 0o644)]
)
def test_an_open_home_is_found(home: Home, path: str, mode: int) -> None:
    # on PostgreSQL the file is no ledger of ours, and yet nothing that others should read
    home.ledger_file.touch(0o600)
    (home.folder / path).chmod(mode)
    assert checked(home)["home_is_closed"].rows == ((path, f"{mode:04o}"),)


def test_a_missing_key_is_found_unless_the_environment_has_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    key = home.folder / "keys" / "code_permutation"
    monkeypatch.setenv("MOTMA_KEY_CODE_PERMUTATION", key.read_text(encoding="ascii"))
    key.unlink()
    assert broken(home) == set()
    monkeypatch.delenv("MOTMA_KEY_CODE_PERMUTATION")
    assert checked(home)["home_is_closed"].rows == (("keys/code_permutation", "missing"),)


def test_a_damaged_register_version_is_found(home: Home) -> None:
    (file,) = home.register_folder.glob("register-*.duckdb")
    file.write_bytes(b"not a register version")
    ((version, fault, *_),) = checked(home)["register_fits_the_ledger"].rows
    assert (version, fault) == (file.name, "cannot be read")


def test_an_older_ledger_than_the_register_is_found(home: Home) -> None:
    with unguarded(home) as ledger:
        ledger.run("update ledger_state set seq = 1")
    assert "is ahead of the ledger" in {row[1] for row in checked(home)["register_fits_the_ledger"].rows}


def test_keys_of_other_rules_are_found(home: Home) -> None:
    with unguarded(home) as ledger:
        ledger.run("update ledger_state set key_version = 'other'")
    assert [row[1] for row in checked(home)["register_fits_the_ledger"].rows] == ["has the keys of other rules"]


@pytest.mark.parametrize("other", ["change_request rename to request", "queue_item rename column reason to ground"])
def test_a_ledger_of_another_make_is_told(home: Home, other: str) -> None:
    with unguarded(home) as ledger:
        ledger.run(f"alter table {other}")
    with pytest.raises(BusyError, match="made by another version of this program"):
        checked(home)
