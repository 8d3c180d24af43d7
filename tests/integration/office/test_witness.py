"""The witness, which signs only what extends what it saw, and the proof of a decision in a file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from casework.audit import sealing
from casework.audit.proofs import prove_decision
from casework.audit.sealing import seal
from casework.audit.verify import verify_log
from casework.audit.witness import witness
from casework.errors import BusyError, IntegrityError, UsageError
from tests.planting import unguarded
from tests.sealed import LINE, faults, look
from verifier.__main__ import main as verifier_main
from verifier.notes import trusted_key

if TYPE_CHECKING:
    from .conftest import Office


# the witness ------------------------------------------------------------------------------------------------------


@pytest.fixture
def cosign(sealed: Office) -> Callable[[], str]:
    """Lets the control team's witness look at the log; gives its key."""
    team = sealed.inbox / "team"
    team.mkdir()
    key = seal(sealed.home, sealed.viewer).key
    look_at = partial(witness, state=team / "seen", key=team / "key", name="control.example/w1", log_key=key)
    return lambda: look_at(sealed.home.log_folder).key


def test_the_witness_signs_what_extends_what_it_saw(sealed: Office, cosign: Callable[[], str]) -> None:
    key = cosign()
    assert (sealed.inbox / "team" / "key").stat().st_mode & 0o777 == 0o600
    assert faults(sealed.home, witness_key=key) == []
    look(sealed.home, 700)
    seal(sealed.home, sealed.viewer)
    # what it has not seen yet is no fault: the next look will tell
    report = verify_log(sealed.home, witness_key=key)
    assert (report.faults, report.witnessed, report.size) == ([], 625, 1325)
    assert cosign() == key
    assert verify_log(sealed.home, witness_key=key).witnessed == 1325


def test_a_signature_that_anybody_wrote_below_a_checkpoint_is_not_remembered(
    sealed: Office, cosign: Callable[[], str]
) -> None:
    key = cosign()
    name, key_id, _ = key.split("+", 2)
    checkpoint = sealed.home.log_folder / "checkpoint"
    forged = b64encode(bytes.fromhex(key_id) + bytes(72)).decode()
    whole = checkpoint.read_text(encoding="utf-8")
    checkpoint.write_text(f"{whole}\N{EM DASH} {name} {forged}\n", encoding="utf-8")
    cosign()
    checkpoint.write_text(whole, encoding="utf-8")
    assert cosign() == key
    assert faults(sealed.home, witness_key=key) == []


def test_what_a_witness_keeps_is_nothing_without_its_key(sealed: Office, cosign: Callable[[], str]) -> None:
    cosign()
    seen = sealed.inbox / "team" / "seen"
    with pytest.raises(UsageError, match="--witness-key"):
        verify_log(sealed.home, witnessed=seen)
    vkey = seal(sealed.home, sealed.viewer).key
    assert verifier_main(["log", str(sealed.home.log_folder), "--key", vkey, "--witnessed", str(seen)]) == 2


def test_a_configured_witness_is_demanded(sealed: Office, cosign: Callable[[], str]) -> None:
    key = cosign()
    text = (Path(sealing.__file__).parents[1] / "rules" / "seal.toml").read_text(encoding="utf-8")
    (sealed.home.folder / "rules").mkdir()
    own = sealed.home.folder / "rules" / "seal.toml"
    own.write_text(text.replace('witness_key = ""', f'witness_key = "{key}"'), encoding="utf-8")
    assert faults(sealed.home) == []
    (sealed.home.log_folder / "witnessed").unlink()
    assert faults(sealed.home) == [("witness", None)]


REWRITTEN = "update log_entry set purpose = 'khác' where entry_no = {}"


def forge(office: Office, entry: int) -> None:
    """What somebody does who holds ledger, files and key: another history, whole and signed."""
    shutil.rmtree(office.home.log_folder)
    with unguarded(office.home) as ledger:
        ledger.run("delete from log_seal")
        ledger.run(REWRITTEN.format(entry))
    seal(office.home, office.viewer)


@pytest.mark.parametrize("entry", [1, 333, 625])
def test_a_history_written_anew_contradicts_the_witness(sealed: Office, cosign: Callable[[], str], entry: int) -> None:
    key = cosign()
    seen = sealed.inbox / "team" / "seen"
    before = seen.read_bytes()
    forge(sealed, entry)
    assert faults(sealed.home) == []
    assert faults(sealed.home, witness_key=key, witnessed=seen) == [("witness", 1)]
    with pytest.raises(IntegrityError, match="contradicts the 625 entries that the witness has seen"):
        cosign()
    look(sealed.home, 100)
    seal(sealed.home, sealed.viewer)
    with pytest.raises(IntegrityError, match="contradicts the 625 entries"):
        cosign()
    assert seen.read_bytes() == before
    assert not (sealed.home.log_folder / "witnessed").exists()


def test_a_log_put_back_contradicts_the_witness(sealed: Office, cosign: Callable[[], str]) -> None:
    key = cosign()
    shutil.rmtree(sealed.home.log_folder)
    with unguarded(sealed.home) as ledger:
        ledger.run("delete from log_seal; delete from log_entry where entry_no > 600")
    seal(sealed.home, sealed.viewer)
    assert faults(sealed.home, witness_key=key, witnessed=sealed.inbox / "team" / "seen") == [("witness", 601)]
    with pytest.raises(IntegrityError, match="contradicts the 625 entries"):
        cosign()


def test_the_witness_signs_nothing_of_another_key_or_log(sealed: Office, cosign: Callable[[], str]) -> None:
    cosign()
    team, folder = sealed.inbox / "team", sealed.home.log_folder
    given: dict[str, Any] = {"state": team / "seen", "key": team / "key", "name": "control.example/w1"}
    another = str(trusted_key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").name)
    vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    with pytest.raises(IntegrityError, match=f"not signed by {another}"):
        witness(folder, log_key=vkey, **given)
    with pytest.raises(UsageError, match="no verifier key"):
        witness(folder, log_key="none", **given)
    key = seal(sealed.home, sealed.viewer).key
    with pytest.raises(UsageError, match="no checkpoint here"):
        witness(team, log_key=key, **given)
    with pytest.raises(UsageError, match="no key name"):
        witness(folder, log_key=key, **{**given, "name": "a b"})
    # its memory was exchanged for one that it never signed
    (team / "seen").write_bytes((folder / "checkpoint").read_bytes())
    with pytest.raises(IntegrityError, match=r"not signed by control\.example/w1"):
        witness(folder, log_key=key, **given)


# proofs -----------------------------------------------------------------------------------------------------------


def test_a_decision_is_proved_in_a_file(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = office.run_lines("a.csv", LINE)
    out = tmp_path / "proof"
    assert office.main("log", "proof", str(row.row_id), "--out", str(out)) == 0
    key = seal(office.home, office.viewer).key
    capsys.readouterr()
    # read where nothing of the program is
    alone = tmp_path / "alone"
    shutil.copytree(Path(sealing.__file__).parents[2] / "verifier", alone / "verifier")
    run = subprocess.run(
        [sys.executable, "-m", "verifier", "proof", str(out), "--key", key],
        cwd=alone,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
    )
    said = run.stdout.decode()
    assert run.returncode == 0, said
    assert '"outcome": "issued"' in said
    assert f'"row": {row.row_id}' in said
    assert f'"person": {row.person_id}' in said
    ((steps, last),) = office.ask(
        "select count(*), max(entry_no) from log_entry where row_id = ? and act = 'search_step'", row.row_id
    )
    told = [int(line.split()[1].rstrip(":")) for line in said.splitlines() if ": bước tìm" in line]
    assert told == list(range(last - steps + 1, last + 1))
    assert f"Mục {last + 1} nằm trong nhật ký" in said
    assert f" {steps} bước tìm kiếm của nó được ghi ngay trước." in said
    changed = out.read_text(encoding="utf-8").replace("index ", "index 1", 1)
    out.write_text(changed, encoding="utf-8")
    assert verifier_main(["proof", str(out), "--key", key]) == 13


def test_a_search_that_is_not_right_before_its_decision_proves_nothing(office: Office, tmp_path: Path) -> None:
    first, second = office.run_lines("a.csv", LINE, LINE.replace("001188000777", "001188000778"))
    key = seal(office.home, office.viewer).key
    one, other = (_parts(prove_decision(office.home, row.row_id, None, office.viewer).text) for row in (first, second))
    assert verified("".join(one), key, tmp_path) == 0
    *steps, decision = one
    assert len(steps) == len(other) - 1 > 1
    for mixed in (
        [*steps[:-1], decision],
        [*steps[:2], *steps[3:], decision],
        [steps[1], steps[0], *steps[2:], decision],
        [*steps[1:], decision],
        [decision],
        [steps[0]],
        [decision, *steps],
        [*other[:-1], decision],
        [*steps, other[-1]],
    ):
        assert verified("".join(mixed), key, tmp_path) == 13


def _parts(text: str) -> list[str]:
    """The proofs of a file, one by one."""
    header = "c2sp.org/tlog-proof@v1\n"
    return [header + part for part in text.split(header)[1:]]


def verified(text: str, key: str, folder: Path) -> int:
    """The verifier's exit code for a file of proofs."""
    file = folder / "mixed"
    file.write_text(text, encoding="utf-8")
    return verifier_main(["proof", str(file), "--key", key])


def test_a_proof_carries_the_witness_where_it_has_seen_the_entry(
    sealed: Office, cosign: Callable[[], str], tmp_path: Path
) -> None:
    (row,) = sealed.run_lines("a.csv", LINE)
    assert not prove_decision(sealed.home, row.row_id, None, sealed.viewer).is_witnessed
    witness_key = cosign()
    look(sealed.home, 1000)
    key = seal(sealed.home, sealed.viewer).key
    proof = prove_decision(sealed.home, row.row_id, 1, sealed.viewer)
    assert proof.is_witnessed
    (tmp_path / "proof").write_text(proof.text, encoding="utf-8")
    assert verifier_main(["proof", str(tmp_path / "proof"), "--key", key, "--witness-key", witness_key]) == 0


def test_a_proof_is_logged_and_one_that_proves_nothing_is_not_given(sealed: Office) -> None:
    (row,) = sealed.run_lines("a.csv", LINE)
    proof = prove_decision(sealed.home, row.row_id, None, sealed.viewer)
    entry = sealed.ask("select act, row_id, logged_by, content from log_entry order by entry_no desc limit 1")[0]
    told = {"entry": proof.entry_no, "steps": proof.steps, "size": proof.size}
    assert (*entry[:3], json.loads(entry[3])) == ("proof", row.row_id, sealed.viewer.by, told)
    # a hash on every way to the root is another one
    for tile in (sealed.home.log_folder / "tile" / "0").rglob("*"):
        if tile.is_file():
            tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    with pytest.raises(IntegrityError, match="proves nothing"):
        prove_decision(sealed.home, row.row_id, None, sealed.viewer)


def test_what_cannot_be_proved_is_told(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert office.main("log", "proof", "12345", "--out", "proof") == UsageError.exit_code
    assert "no such decision" in capsys.readouterr().err
    (row,) = office.run_lines("a.csv", "Chuyển đi,Nghiêm Xuân Tường,14/03/1951,Nam,,,,,09676,09676,,,06/09/2025")
    office.decide(office.item(row), "return", note="hỏi lại")
    with pytest.raises(BusyError, match="not sealed yet"):
        prove_decision(office.home, row.row_id, None, office.viewer)
    assert prove_decision(office.home, row.row_id, 1, office.viewer).entry_no > 0
