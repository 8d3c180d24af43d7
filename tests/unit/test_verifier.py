"""The stand-alone verifier on logs that were tampered with as whoever holds the files could."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.tlog.notes import LOG, WITNESS, Checkpoint, Signer
from registry.tlog.tiles import LogFolder, bundled, unbundled
from registry.tlog.tree import Edge, Tile, inclusion_proof, leaf_hash
from registry.tlog.writing import add_entries
from verifier import log as log_module
from verifier.__main__ import main
from verifier.log import verify
from verifier.notes import UnreadableError, trusted_key
from verifier.proof import proved
from verifier.rows import RowsInOrder, entry_bytes
from verifier.tree import TILE

KEY = Signer("motma/log", LOG, bytes(range(32)))
ANOTHER = Signer("motma/log", LOG, bytes(range(1, 33)))
WITNESS_KEY = Signer("control.example/w1", WITNESS, bytes(range(32, 64)))
TRUSTED, TRUSTED_WITNESS = trusted_key(str(KEY.verifier)), trusted_key(str(WITNESS_KEY.verifier))
ROWS: list[list[Any]] = [
    [no, no, f"2026-11-22T10:00:{no % 60:02d}Z", "view", "lan", "xem", None, '{"item":1}'] for no in range(1, 701)
]
#: one entry is of a decision that rests on no search
ROWS[300][3], ROWS[300][7] = "decision", '{"steps":0}'
SIZE, SEEN = 700, 600


def rebuilt(folder: Path, entries: list[bytes], signer: Signer | None) -> None:
    """All tiles and bundles of some entries, and the checkpoint where a key signs it."""
    log = LogFolder(folder)
    edge = add_entries(log, Edge(), entries)
    if signer is not None:
        log.write([("checkpoint", Checkpoint("motma/log", edge.size, edge.root()).signed(signer).encode())])


def sealed(rows: list[list[Any]]) -> list[bytes]:
    """The entries of some rows."""
    return [entry for row in rows if (entry := entry_bytes(row))]


@pytest.fixture(params=[log_module._STRETCH, TILE], ids=["in one", "tile by tile"])
def log(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a log of ROWS that a witness has seen up to SEEN, to be looked at in stretches of some length."""
    monkeypatch.setattr(log_module, "_STRETCH", request.param)
    monkeypatch.setattr(log_module, "_FEW", SIZE)
    rebuilt(tmp_path, sealed(ROWS[:SEEN]), KEY)
    note = (tmp_path / "checkpoint").read_text(encoding="utf-8")
    seen = note + WITNESS_KEY.line(note.partition("\n\n")[0] + "\n", 1_700_000_000)
    (tmp_path / "witnessed").write_text(seen, encoding="utf-8")
    rebuilt(tmp_path, sealed(ROWS), KEY)
    return tmp_path


def faults(log: Path, rows: list[list[Any]] | None = None) -> list[tuple[str, int | None]]:
    """(what, entry) of the faults of a log, beside a ledger of some rows."""
    report = verify(log, TRUSTED, witness_key=TRUSTED_WITNESS, ledger=RowsInOrder(ROWS if rows is None else rows))
    return [(fault.what, fault.entry) for fault in report.faults]


def test_a_whole_log_has_no_fault(log: Path) -> None:
    report = verify(log, TRUSTED, witness_key=TRUSTED_WITNESS, ledger=RowsInOrder(ROWS))
    assert (report.faults, report.size, report.witnessed, report.compared) == ([], SIZE, SEEN, True)


def in_bundle(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    """A change of the entries of the second bundle."""

    def carried_out(log: Path) -> None:
        file = log / "tile/entries/001"
        file.write_bytes(bundled(change(unbundled(file.read_bytes()))))

    return carried_out


def in_whole(change: Callable[[list[list[Any]]], list[list[Any]]], signer: Signer | None) -> Callable[[Path], None]:
    """A log made anew of changed rows, signed or not."""

    def carried_out(log: Path) -> None:
        rebuilt(log, sealed(change([list(row) for row in ROWS])), signer)

    return carried_out


def altered(place: int) -> Callable[[list[list[Any]]], list[list[Any]]]:
    """The rows with another act in one."""

    def change(rows: list[list[Any]]) -> list[list[Any]]:
        rows[place - 1][3] = "another"
        return rows

    return change


def removed(name: str) -> Callable[[Path], None]:
    """A file is taken away."""
    return lambda log: (log / name).unlink()


def cut(name: str, left: int) -> Callable[[Path], None]:
    """A file is cut off."""
    return lambda log: os.truncate(log / name, left)


@pytest.mark.parametrize(
    ("tamper", "first"),
    [
        (in_bundle(lambda entries: [*entries[:43], b'{"v":1}', *entries[44:]]), ("entry_altered", 300)),
        (in_bundle(lambda entries: [*entries[:43], entries[44], entries[43], *entries[45:]]), ("entry_altered", 300)),
        (in_bundle(lambda entries: [*entries[:43], b'{"v":1}', *entries[43:]]), ("entry_altered", 300)),
        (in_bundle(lambda entries: [*entries[:43], *entries[44:]]), ("entry_missing", 512)),
        (in_whole(altered(300), None), ("witness", 1)),
        (in_whole(altered(650), None), ("entry_altered", SEEN + 1)),
        (in_whole(altered(650), ANOTHER), ("checkpoint", None)),
        (in_whole(altered(300), KEY), ("witness", 1)),
        (in_whole(lambda rows: rows[: SEEN - 1], KEY), ("witness", SEEN)),
        (removed("tile/entries/001"), ("entry_missing", 257)),
        (removed("tile/entries/002.p/188"), ("entry_missing", 513)),
        (removed("tile/0/001"), ("entry_missing", 257)),
        (cut("tile/entries/001", 20), ("entry_missing", 257)),
        (cut("tile/0/001", 32 * 10), ("tile", None)),
        (removed("tile/1/000.p/2"), ("tile", None)),
        (cut("tile/1/000.p/2", 40), ("tile", None)),
        (removed("checkpoint"), ("checkpoint", None)),
        (cut("checkpoint", 40), ("checkpoint", None)),
        (removed("witnessed"), ("witness", None)),
        (lambda log: (log / "witnessed").write_bytes((log / "checkpoint").read_bytes()) and None, ("witness", None)),
    ],
    ids=[
        *("altered", "reordered", "inserted", "dropped", "all rewritten, unsigned", "tail rewritten, unsigned"),
        *(
            "tail rewritten, another key",
            "rewritten, signed",
            "tail cut off, signed",
            "bundle gone",
            "last bundle gone",
        ),
        *(
            "tile gone",
            "bundle cut off",
            "tile cut off",
            "upper tile gone",
            "upper tile cut off",
            "checkpoint gone",
            "checkpoint cut off",
        ),
        *("witness gone", "witness unsigned"),
    ],
)
def test_what_was_done_to_the_files_is_named(
    log: Path, tamper: Callable[[Path], None], first: tuple[str, int | None]
) -> None:
    tamper(log)
    assert verify(log, TRUSTED, witness_key=TRUSTED_WITNESS).faults[0].message
    found = verify(log, TRUSTED, witness_key=TRUSTED_WITNESS).faults
    assert [(fault.what, fault.entry) for fault in found][:1] == [first]


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        (altered(300)([list(row) for row in ROWS]), ("ledger_altered", 300)),
        ([*ROWS[:299], *ROWS[300:]], ("ledger_missing", 300)),
        (ROWS[:650], ("ledger_missing", 651)),
        ([[0, *ROWS[0][1:]], *ROWS], ("ledger_inserted", 0)),
        ([*ROWS[:256], *ROWS[255:]], ("ledger_inserted", 256)),
        ([*ROWS[:299], [300, *ROWS[300][1:]], [301, *ROWS[299][1:]], *ROWS[301:]], ("ledger_altered", 300)),
        ([*ROWS[:299], [300, *ROWS[299][1:7], b"blob"], *ROWS[300:]], ("ledger_altered", 300)),
        ([*ROWS[:299], [*ROWS[299][:6], b"blob", "{}"], *ROWS[300:]], ("ledger_altered", 300)),
    ],
    ids=["altered", "dropped", "tail dropped", "inserted", "twice", "reordered", "content no text", "number no number"],
)
def test_what_was_done_to_the_ledger_is_named(log: Path, rows: list[list[Any]], first: tuple[str, int | None]) -> None:
    assert faults(log, rows) == [first]


def test_what_is_not_sealed_yet_is_no_fault(log: Path) -> None:
    assert faults(log, [*ROWS, [701, 701, "2026", "view", "lan", None, None, "{}"]]) == []


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 700])
def test_the_ledgers_own_roots_are_compared(log: Path, size: int) -> None:
    edge = Edge()
    edge.add([leaf_hash(entry) for entry in sealed(ROWS[:size])])
    assert verify(log, TRUSTED, seals=[(size, edge.root())]).faults == []
    (fault,) = verify(log, TRUSTED, seals=[(size, bytes(32))]).faults
    assert (fault.what, str(size) in fault.message) == ("ledger_seal", True)
    rebuilt(log, sealed(altered(1)([list(row) for row in ROWS])), KEY)
    (fault,) = verify(log, TRUSTED, seals=[(size, edge.root()), (SIZE, bytes(32))]).faults[:1]
    assert (fault.what, fault.entry) == ("ledger_seal", None)


def test_a_checkpoint_that_was_put_back_is_named(log: Path) -> None:
    (fault,) = verify(log, TRUSTED, seals=[(SIZE + 5, bytes(32))]).faults
    assert (fault.what, fault.entry) == ("checkpoint", SIZE + 1)


def proof_of(log: Path, index: int) -> str:
    """The text of a proof."""
    folder = LogFolder(log)
    path = inclusion_proof(lambda level, number: folder.hashes(level, number, SIZE), index, SIZE)
    entry = sealed(ROWS)[index]
    lines = [f"extra {b64encode(entry).decode()}", f"index {index}", *(b64encode(other).decode() for other in path)]
    return "\n".join(["c2sp.org/tlog-proof@v1", *lines, "", (log / "checkpoint").read_text(encoding="utf-8")])


@pytest.mark.parametrize("index", [0, 255, 256, 511, 512, 699])
def test_an_entry_is_proved(log: Path, index: int) -> None:
    found = proved(proof_of(log, index), TRUSTED)
    assert (found.number, found.state.size) == (index + 1, SIZE)
    assert found.entry == {**json.loads(sealed(ROWS)[index]), "no": index + 1}


@pytest.mark.parametrize(
    ("old", "new"),
    [("index 300", "index 301"), ("index 300", "index 900"), ("motma/log\n700", "motma/log\n701"), ("@v1", "@v2")],
)
def test_a_changed_proof_proves_nothing(log: Path, old: str, new: str) -> None:
    text = proof_of(log, 300)
    assert old in text
    with pytest.raises(UnreadableError):
        proved(text.replace(old, new, 1), TRUSTED)


def test_a_proof_without_a_hash_or_signature_proves_nothing(log: Path) -> None:
    text = proof_of(log, 300)
    lines = text.split("\n")
    for place in range(len(lines) - 1):
        if lines[place]:
            with pytest.raises(UnreadableError):
                proved("\n".join(lines[:place] + lines[place + 1 :]), TRUSTED)
    with pytest.raises(UnreadableError, match="khóa"):
        proved(text, trusted_key(str(ANOTHER.verifier)))
    with pytest.raises(UnreadableError, match="khóa"):
        proved(text, TRUSTED, TRUSTED_WITNESS)


def test_tiles_far_above_the_entries_are_held_against_them(tmp_path: Path) -> None:
    rebuilt(tmp_path, [b"{}"] * (TILE * TILE + TILE), KEY)
    assert verify(tmp_path, TRUSTED).faults == []
    full = tmp_path / "tile" / "1" / "000"
    for path in (full, tmp_path / "tile" / "1" / "001.p" / "1", tmp_path / "tile" / "2" / "000.p" / "1"):
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        (fault,) = verify(tmp_path, TRUSTED).faults
        assert (fault.what, str(path.relative_to(tmp_path)) in fault.message) == ("tile", True)
        path.write_bytes(whole)


def test_tiles_that_others_of_the_folder_fill_are_the_same(log: Path) -> None:
    (tile,) = Edge(0).add([leaf_hash(entry) for entry in sealed(ROWS[:256])])
    assert tile == Tile(0, 0, [leaf_hash(entry) for entry in sealed(ROWS[:256])])
    assert (log / "tile/0/000").read_bytes() == b"".join(tile.hashes)


def test_the_command_says_what_it_found(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["log", str(log), "--key", str(KEY.verifier), "--witness-key", str(WITNESS_KEY.verifier)]
    assert main(asked) == 0
    assert capsys.readouterr().out == "700 mục đã niêm phong; nhân chứng đã thấy 600 mục: nguyên vẹn.\n"
    names = ("entry_no", "seq", "logged_at", "act", "logged_by", "purpose", "row_id", "content")
    ledger = tmp_path / "ledger.json"
    ledger.write_text("\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in ROWS[:699]), encoding="utf-8")
    assert main([*asked, "--ledger", str(ledger)]) == 13
    assert "Mục 700: đã niêm phong, thiếu trong sổ cái." in capsys.readouterr().out
    proof = tmp_path / "proof"
    proof.write_text(proof_of(log, 300), encoding="utf-8")
    assert main(["proof", str(proof), "--key", str(KEY.verifier)]) == 0
    assert "Mục 301 nằm trong nhật ký motma/log, 700 mục đã niêm phong." in capsys.readouterr().out
    assert main(["proof", str(proof), "--key", str(ANOTHER.verifier)]) == 13
    proof.write_text(proof_of(log, 299), encoding="utf-8")
    assert main(["proof", str(proof), "--key", str(KEY.verifier)]) == 13
    assert "mục 300 không phải quyết định" in capsys.readouterr().out
    assert main(["log", str(log), "--key", "none"]) == 2
    assert main([*asked, "--ledger", str(tmp_path / "absent")]) == 2
    for line in ("[]", "null", "{}", '{"entry_no": "1"}', '{"entry_no": null}', "{"):
        ledger.write_text(line, encoding="utf-8")
        capsys.readouterr()
        assert main([*asked, "--ledger", str(ledger)]) == 2
        assert capsys.readouterr().err.startswith("verifier: ")


def test_the_verifier_runs_where_nothing_of_the_program_is(log: Path, tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "verifier"
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "verifier").symlink_to(source)
    run = subprocess.run(
        [sys.executable, "-m", "verifier", "log", log, "--key", str(KEY.verifier)],
        cwd=tmp_path / "alone",
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
