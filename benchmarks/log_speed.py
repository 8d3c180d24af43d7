"""How fast a log is sealed and verified, without a ledger: entries as long as those of the log.

    python -m benchmarks.log_speed [--entries 1000000] [--json]

Sealed is to hash, to write tiles and bundles through to the disk, and to sign, 65,536 entries at a time. Verified is by
the stand-alone verifier: every entry hashed, every tile and the root compared.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import duckdb

from registry.log_frames import complete
from registry.tlog.notes import LOG, Checkpoint, Signer
from registry.tlog.tiles import LogFolder
from registry.tlog.tree import Edge
from registry.tlog.writing import add_entries
from verifier.log import entry_bytes, verify
from verifier.notes import trusted_key

_STRETCH = 65_536
#: what an auditor asks of years
_QUESTION = """
select substr(logged_at, 1, 7) as month, logged_by, act, count(*), count(distinct content ->> 'query')
from '{}/*.parquet' group by all
"""
_SIGNER = Signer("motma/speed", LOG, bytes(32))


def made_entries(start: int, end: int) -> list[bytes]:
    """Entries of search steps."""
    found = []
    for number in range(start, end):
        content = (
            f'{{"candidates":"{sha256(b"%d" % number).hexdigest()}","hits":3,"model":"2026-11-23","query":'
            f'"{sha256(b"q%d" % number).hexdigest()}","register_seq":9,"rules":"2025-07-01","status":"complete",'
            f'"step":"name_birth_sex_place","tail_seq":1200}}'
        )
        row = (number + 1, number // 16, "2026-11-22T10:00:00.000000Z", "search_step", "lan", "run", number, content)
        found.append(entry_bytes(row) or b"")
    return found


def measure(entries: int, folder: Path) -> dict[str, float]:
    """Seconds and entries a second of sealing and of verifying."""
    log, edge = LogFolder(folder), Edge()
    sealing = 0.0
    for start in range(0, entries, _STRETCH):
        part = made_entries(start, min(entries, start + _STRETCH))
        began = time.perf_counter()
        edge = add_entries(log, edge, part)
        note = Checkpoint(_SIGNER.name, edge.size, edge.root()).signed(_SIGNER)
        log.write([("checkpoint", note.encode())])
        sealing += time.perf_counter() - began
    began = time.perf_counter()
    report = verify(folder, trusted_key(str(_SIGNER.verifier)))
    verifying = time.perf_counter() - began
    if report.faults or report.size != entries:
        raise RuntimeError(f"the log did not verify: {report}")
    began = time.perf_counter()
    complete(log, report.size, _STRETCH)
    writing = time.perf_counter() - began
    began = time.perf_counter()
    duckdb.execute(_QUESTION.format(folder / "parquet")).fetchall()
    asking = time.perf_counter() - began
    return {
        "entries": entries,
        "parquet_seconds": round(writing, 2),
        "question_seconds": round(asking, 3),
        "seal_seconds": round(sealing, 2),
        "sealed_a_second": round(entries / sealing),
        "verify_seconds": round(verifying, 2),
        "verified_a_second": round(entries / verifying),
    }


def main(args: Sequence[str] | None = None) -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000, help="how many (1,000,000)")
    parser.add_argument("--json", action="store_true", help="as JSON")
    given = parser.parse_args(args)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(given.entries, Path(folder))
    print(json.dumps(found) if given.json else "\n".join(f"{name:18} {value:>12,}" for name, value in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
