"""What the verifier names when somebody has been at the ledger, the keys or the files of a sealed log."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from casework.audit.sealing import seal, sealed_log
from casework.errors import IntegrityError
from tests.planting import unguarded
from tests.sealed import LOG_ROWS, faults
from verifier import log as log_module
from verifier.__main__ import main as verifier_main
from verifier.rows import COLUMNS
from verifier.tree import TILE

if TYPE_CHECKING:
    from .conftest import Office


# who has been at the ledger ---------------------------------------------------------------------------------------

TAMPERED = {
    "altered": ("update log_entry set purpose = 'khác' where entry_no = 333", ("ledger_altered", 333)),
    "altered content": (
        """update log_entry set content = '{"item":999}' where entry_no = 333""",
        ("ledger_altered", 333),
    ),
    "moved into the content": (
        """update log_entry set logged_by = 'minh', content = '{"by":"lan","item":32}' where entry_no = 333""",
        ("ledger_altered", 333),
    ),
    "dropped": ("delete from log_entry where entry_no = 333", ("ledger_missing", 333)),
    "dropped, the others moved up": (
        "delete from log_entry where entry_no = 333;"
        "update log_entry set entry_no = -entry_no where entry_no > 333;"
        "update log_entry set entry_no = -entry_no - 1 where entry_no < 0;",
        ("ledger_altered", 333),
    ),
    "inserted": (
        "update log_entry set entry_no = -entry_no where entry_no >= 333;"
        "update log_entry set entry_no = -entry_no + 1 where entry_no < 0;"
        "insert into log_entry (entry_no, seq, logged_at, act, logged_by, purpose, row_id, content) "
        "select 333, seq, logged_at, act, logged_by, purpose, row_id, content from log_entry where entry_no = 332;",
        ("ledger_altered", 333),
    ),
    "inserted before the first": (
        "insert into log_entry (entry_no, seq, logged_at, act, logged_by, purpose, row_id, content) "
        "select 0, seq, logged_at, act, logged_by, purpose, row_id, content from log_entry where entry_no = 1;",
        ("ledger_inserted", 0),
    ),
    "reordered": (
        "update log_entry set entry_no = -1 where entry_no = 333;"
        "update log_entry set entry_no = 333 where entry_no = 334;"
        "update log_entry set entry_no = 334 where entry_no = -1;",
        ("ledger_altered", 333),
    ),
    "tail rewritten": (
        "update log_entry set purpose = 'khác' where entry_no > 600;",
        ("ledger_altered", 601),
    ),
    "tail cut off": ("delete from log_entry where entry_no > 600;", ("ledger_missing", 601)),
    "all gone": ("delete from log_entry;", ("ledger_missing", 1)),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_a_superuser_did_to_the_ledger_is_named(sealed: Office, how: str) -> None:
    script, first = TAMPERED[how]
    assert faults(sealed.home) == []
    with unguarded(sealed.home) as ledger:
        ledger.run(script)
    assert faults(sealed.home) == [first]
    assert sealed.main("log", "verify") == IntegrityError.exit_code


def test_several_processes_find_the_same(sealed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "_STRETCH", TILE)
    monkeypatch.setattr(log_module, "_FEW", 1)
    assert faults(sealed.home) == []
    script, first = TAMPERED["dropped, the others moved up"]
    with unguarded(sealed.home) as ledger:
        ledger.run(script)
    assert faults(sealed.home) == [first]


def test_a_rewritten_tail_is_not_sealed_over(sealed: Office) -> None:
    with unguarded(sealed.home) as ledger:
        ledger.run("update log_entry set purpose = 'khác' where entry_no = 610")
    seal(sealed.home, sealed.viewer)
    assert faults(sealed.home) == [("ledger_altered", 610)]


def test_a_seal_that_the_ledger_noted_cannot_be_noted_anew(sealed: Office) -> None:
    with unguarded(sealed.home) as ledger:
        ledger.run("delete from log_seal where size > 300; delete from log_entry where entry_no > 300")
    with pytest.raises(IntegrityError, match="620 entries are sealed, the ledger knows of 300"):
        seal(sealed.home, sealed.viewer)


def test_a_swapped_root_in_the_ledger_is_named(sealed: Office) -> None:
    with unguarded(sealed.home) as ledger:
        ledger.run("update log_seal set root = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' where size = 300")
    assert faults(sealed.home) == [("ledger_seal", None)]


def test_the_stand_alone_verifier_names_the_same(sealed: Office, capsys: pytest.CaptureFixture[str]) -> None:
    dump = sealed.inbox / "log.jsonl"
    key = seal(sealed.home, sealed.viewer).key
    asked = ("log", str(sealed.home.log_folder), "--key", key)
    for script, said in (
        ("select 1", "nguyên vẹn"),
        ("update log_entry set purpose = 'khác' where entry_no = 333", "Mục 333: trong sổ cái không như"),
    ):
        with unguarded(sealed.home) as ledger:
            if not script.startswith("select"):
                ledger.run(script)
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in sealed.ask(LOG_ROWS, 1_000_000)]
        dump.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        ledgers = [dump] if sealed.home.ledger_url else [dump, sealed.home.ledger_file]
        for ledger_file in ledgers:
            assert verifier_main([*asked, "--ledger", str(ledger_file)]) == (0 if said == "nguyên vẹn" else 13)
            assert said in capsys.readouterr().out


# who has been at the keys and files -------------------------------------------------------------------------------


def test_a_swapped_key_is_refused_and_named(sealed: Office) -> None:
    key = seal(sealed.home, sealed.viewer).key
    whole = sealed_log(sealed.home).state()
    file = sealed.home.folder / "keys" / "log_signing"
    file.write_text("ab" * 32, encoding="ascii")
    with pytest.raises(IntegrityError, match="log/checkpoint: not signed by the key of this home"):
        seal(sealed.home, sealed.viewer)
    # neither its signature nor the ledger's note of its key is of this one
    assert faults(sealed.home) == [("checkpoint", None)] * 2
    signed_anew = whole.signed(sealed_log(sealed.home).signer)
    (sealed.home.log_folder / "checkpoint").write_text(signed_anew, encoding="utf-8")
    assert faults(sealed.home) == [("checkpoint", None)]
    # signed anew by the new key, in a folder made anew: the ledger knows which key it was, and so does the control team
    shutil.rmtree(sealed.home.log_folder)
    with pytest.raises(IntegrityError, match="sealed by key"):
        seal(sealed.home, sealed.viewer)
    with unguarded(sealed.home) as ledger:
        ledger.run("delete from log_seal")
    seal(sealed.home, sealed.viewer)
    assert faults(sealed.home) == []
    assert faults(sealed.home, key=key) == [("checkpoint", None)]


@pytest.mark.parametrize("lost", ["", "tile", "tile/entries", "checkpoint"])
def test_a_lost_folder_is_made_anew_from_the_ledger_and_is_the_same(sealed: Office, lost: str) -> None:
    state = sealed_log(sealed.home).state()
    place = sealed.home.log_folder / lost
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    if lost.startswith("tile"):
        with pytest.raises(IntegrityError, match="is missing"):
            seal(sealed.home, sealed.viewer)
        assert faults(sealed.home) == [("entry_missing", 1)]
        shutil.rmtree(sealed.home.log_folder)
    seal(sealed.home, sealed.viewer)
    assert faults(sealed.home) == []
    assert sealed_log(sealed.home).state().size == state.size + 5


def test_a_lost_folder_is_not_made_anew_from_a_rewritten_ledger(sealed: Office) -> None:
    shutil.rmtree(sealed.home.log_folder)
    with unguarded(sealed.home) as ledger:
        ledger.run("update log_entry set purpose = 'khác' where entry_no = 333")
    with pytest.raises(IntegrityError, match="entries 301 to 620 are not those that were sealed"):
        seal(sealed.home, sealed.viewer)
    assert sealed_log(sealed.home).state().size == 300


def test_a_gap_is_not_sealed(sealed: Office) -> None:
    with unguarded(sealed.home) as ledger:
        ledger.run("delete from log_entry where entry_no = 622")
    with pytest.raises(IntegrityError, match="entry 622 is missing"):
        seal(sealed.home, sealed.viewer)
