"""python -m verifier: verifies a sealed log, or a proof; 0 when all is as sealed, 13 when not, 2 when asked wrongly."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from verifier.log import verify
from verifier.notes import TrustedKey, UnreadableError, trusted_key
from verifier.proof import proved_in_order
from verifier.rows import Row, RowsBetween, RowsInOrder, json_rows, sqlite_rows

BROKEN = 13
_SQLITE = b"SQLite format 3"


def _key(text: str) -> TrustedKey:
    try:
        return trusted_key(text)
    except UnreadableError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m verifier", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    log = commands.add_parser("log", help="a whole log")
    log.add_argument("folder", type=Path, help="the folder of the log")
    log.add_argument("--witnessed", type=Path, metavar="FILE", help="what the witness keeps (default: the log's copy)")
    log.add_argument(
        "--ledger", metavar="FILE", help="the ledger: a SQLite file, or its log as lines of JSON (- for stdin)"
    )
    log.set_defaults(command=_log)
    proof = commands.add_parser("proof", help="that a decision, and before it its search, is in a log")
    proof.add_argument("file", type=Path, help="the proof")
    proof.set_defaults(command=_proof)
    for command in (log, proof):
        command.add_argument("--key", type=_key, required=True, metavar="VKEY", help="the key of the log")
        command.add_argument("--witness-key", type=_key, metavar="VKEY", help="demand the word of this witness")
    return parser


def _rows(ledger: str) -> RowsBetween:
    if ledger == "-":
        return RowsInOrder(json_rows(sys.stdin))
    path = Path(ledger)
    with path.open("rb") as file:
        is_sqlite = file.read(len(_SQLITE)) == _SQLITE
    return partial(sqlite_rows, path) if is_sqlite else RowsInOrder(_lines_of(path))


def _lines_of(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        yield from json_rows(lines)


def _log(given: argparse.Namespace) -> int:
    ledger = None if given.ledger is None else _rows(given.ledger)
    report = verify(given.folder, given.key, witness_key=given.witness_key, witnessed=given.witnessed, ledger=ledger)
    for fault in report.faults:
        print(fault.message)
    seen = "" if report.witnessed is None else f"; nhân chứng đã thấy {report.witnessed} mục"
    print(f"{report.size} mục đã niêm phong{seen}: {'KHÔNG nguyên vẹn' if report.faults else 'nguyên vẹn'}.")
    return BROKEN if report.faults else 0


def _proof(given: argparse.Namespace) -> int:
    keys = [key for key in (given.key, given.witness_key) if key is not None]
    try:
        *steps, found = proved_in_order(given.file.read_text(encoding="utf-8"), *keys)
    except UnreadableError as error:
        print(f"Không chứng minh được: {error}.")
        return BROKEN
    print(json.dumps(found.entry, ensure_ascii=False, indent=2))
    for step in steps:
        said = step.entry["what"]
        print(f"Mục {step.number}: bước tìm {said.get('step')}, {said.get('status')}, gặp {said.get('hits')}.")
    before = f" {len(steps)} bước tìm kiếm của nó được ghi ngay trước." if steps else ""
    print(f"Mục {found.number} nằm trong nhật ký {found.state.origin}, {found.state.size} mục đã niêm phong.{before}")
    return 0


def main(args: Sequence[str] | None = None) -> int:
    """The exit code of one verification."""
    try:
        given = _parser().parse_args(args)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 2
    try:
        return int(given.command(given))
    except (OSError, ValueError, sqlite3.Error) as error:
        print(f"verifier: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
