"""motma log seal, verify, proof and witness."""

from __future__ import annotations

from pathlib import Path

from pipelines.cli_call import Call, Commands, add_command, positive, said

EXIT_INTEGRITY = 13
PROOF_PURPOSE = "log proof"


def add_commands(commands: Commands) -> None:
    """Adds them."""
    add_command(commands, "seal", seal, "seal what was logged since, and sign the log's state", "motma log seal")
    parser = add_command(
        commands,
        "verify",
        verify,
        "verify that log and ledger are as sealed; 13 names the first entry that is not",
        "motma log verify --witness-key control.example/w1+4d3c…+BF…",
    )
    parser.add_argument("--key", metavar="VKEY", help="the log's key (default: the home's own)")
    parser.add_argument("--witness-key", metavar="VKEY", help="demand this witness's word (default: rules/seal.toml)")
    parser.add_argument(
        "--witnessed", type=Path, metavar="FILE", help="what the witness keeps (default: log/witnessed)"
    )
    parser = add_command(
        commands,
        "proof",
        proof,
        "write the proof that a decision, and before it its search, is in the log; `python -m verifier proof` reads it",
        "motma log proof 1203 --out 1203.tlog-proof",
    )
    parser.add_argument("row", type=positive, metavar="ROW", help="the row's id, as `motma log show` has it")
    parser.add_argument("--no", type=positive, metavar="N", help="which of its decisions, from 1 (default: the last)")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the file to write")
    parser = add_command(
        commands,
        "witness",
        witness,
        "for the control team: sign a log's state if it extends what was seen before",
        "motma log witness var/log --state seen --key witness.key --name control.example/w1 --log-key VKEY",
    )
    parser.add_argument("folder", type=Path, metavar="LOG", help="the folder of the log")
    parser.add_argument("--state", required=True, type=Path, metavar="FILE", help="what the witness has seen")
    parser.add_argument("--key", required=True, type=Path, metavar="FILE", help="its secret; made if there is none")
    parser.add_argument("--name", required=True, type=said, metavar="NAME", help="its name in its signatures")
    parser.add_argument("--log-key", required=True, metavar="VKEY", help="the log's key, as `motma log seal` tells it")


def seal(call: Call) -> int:
    """Seals the log."""
    from pipelines.jobs import job_seal

    found = job_seal(call.home, call.by)

    def text() -> str:
        return (
            f"Nhật ký {found.origin}: {found.size:,} mục đã niêm phong, thêm {found.added:,}.\n"
            f"Gốc cây: {found.root}\nKhóa kiểm: {found.key}"
        )

    call.show(found, text)
    return 0


def verify(call: Call) -> int:
    """Verifies the log."""
    from casework.audit.verify import verify_log
    from casework.home import open_home

    given = call.arguments
    report = verify_log(open_home(call.home), key=given.key, witness_key=given.witness_key, witnessed=given.witnessed)

    def text() -> str:
        seen = "" if report.witnessed is None else f" Nhân chứng đã thấy {report.witnessed:,} mục."
        if not report.faults:
            return f"{report.size:,} mục đã niêm phong, trong kho và trong sổ cái đều nguyên vẹn.{seen}"
        lines = [f"{report.size:,} mục đã niêm phong, KHÔNG nguyên vẹn.{seen}"]
        lines += [fault.message for fault in report.faults]
        return "\n".join([*lines, "Hãy ngừng cấp mã và báo Tổ kiểm soát."])

    call.show(report, text)
    return EXIT_INTEGRITY if report.faults else 0


def proof(call: Call) -> int:
    """Writes a proof."""
    from casework.audit.proofs import prove_decision
    from casework.errors import writing
    from casework.home import open_home
    from casework.types import Viewer

    given = call.arguments
    found = prove_decision(open_home(call.home), given.row, given.no, Viewer(call.by, PROOF_PURPOSE))
    with writing(given.out):
        given.out.write_text(found.text, encoding="utf-8")

    def text() -> str:
        seen = "có nhân chứng" if found.is_witnessed else "chưa có nhân chứng"
        return (
            f"Đã ghi {given.out}: mục {found.entry_no:,} và {found.steps} bước tìm kiếm trước nó, "
            f"trong {found.size:,} mục đã niêm phong, {seen}."
        )

    told = {"file": given.out, "entry": found.entry_no, "steps": found.steps, "size": found.size}
    call.show({**told, "is_witnessed": found.is_witnessed}, text)
    return 0


def witness(call: Call) -> int:
    """Cosigns a log."""
    from casework.audit.witness import witness

    given = call.arguments
    found = witness(given.folder, state=given.state, key=given.key, name=given.name, log_key=given.log_key)

    def text() -> str:
        return (
            f"Nhật ký {found.origin}: đã làm chứng {found.size:,} mục, trước đây {found.seen_before:,}.\n"
            f"Khóa nhân chứng: {found.key}"
        )

    call.show(found, text)
    return 0
