"""How fast a log is sealed and verified, alone or with a ledger beside it: entries as long as those of the log.

    python -m benchmarks.log_speed [--entries 1000000] [--with-ledger] [--json]

With a ledger, on SQLite, the commands `motma log seal` and `motma log verify` are measured whole, from start to end.
Alone, sealed is to hash, to write tiles and bundles through to the disk, and to sign, 65,536 entries at a time.
Verified is by the stand-alone verifier: every entry hashed, every tile and the root compared.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import duckdb

from casework.home import create_home, open_home
from casework.types import Viewer
from registry import seals
from registry.log import Act, append, canonical
from registry.log_frames import complete
from registry.tlog.notes import LOG, Checkpoint, Signer
from registry.tlog.tiles import LogFolder
from registry.tlog.tree import Edge
from registry.tlog.writing import add_entries
from verifier.log import verify
from verifier.notes import trusted_key
from verifier.rows import entry_bytes

_STRETCH = 65_536
_AT_ONCE = 20_000
#: what an auditor asks of years
_QUESTION = """
select substr(logged_at, 1, 7) as month, logged_by, act, count(*), count(distinct content ->> 'query')
from '{}/*.parquet' group by all
"""
_SIGNER = Signer("motma/speed", LOG, bytes(32))


def made_content(number: int) -> dict[str, object]:
    """What the entry of a search step says."""
    digests = {"candidates": sha256(b"%d" % number).hexdigest(), "query": sha256(b"q%d" % number).hexdigest()}
    against = {"model": "2026-11-23", "register_seq": 9, "rules": "2025-07-01", "tail_seq": 1200}
    return {**digests, **against, "hits": 3, "status": "complete", "step": "name_birth_sex_place"}


def made_entries(start: int, end: int) -> list[bytes]:
    """Entries of search steps."""
    found = []
    for number in range(start, end):
        content = canonical(made_content(number)).decode()
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


def measure_with_ledger(entries: int, folder: Path) -> dict[str, float]:
    """Seconds and entries a second of the commands that seal and verify, with the ledger's rows beside the log."""
    viewer = Viewer("lan", "run")
    create_home(folder, None, viewer, "")
    home = open_home(folder, "")
    with home.ledger.reading() as session:
        there = seals.count_entries(session)
    for start in range(there, entries, _AT_ONCE):
        acts = [
            Act("search_step", made_content(number), number) for number in range(start, min(entries, start + _AT_ONCE))
        ]
        with home.ledger.writing() as session:
            append(session, viewer, acts)
    home.ledger.close()
    found: dict[str, float] = {"entries": entries}
    for name in ("seal", "verify"):
        command = [sys.executable, "-m", "pipelines.cli", "log", name, "--json"]
        began = time.perf_counter()
        told = subprocess.run(
            command, env={**os.environ, "MOTMA_HOME": str(folder)}, stdout=subprocess.PIPE, check=True
        )
        seconds = time.perf_counter() - began
        if json.loads(told.stdout)["size"] != entries:
            raise RuntimeError(f"{name}: not all entries")
        found |= {f"{name}_seconds": round(seconds, 2), f"{name}_a_second": round(entries / seconds)}
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {**found, "cpu_seconds": round(spent.ru_utime + spent.ru_stime, 2)}


def main(args: Sequence[str] | None = None) -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000, help="how many (1,000,000)")
    parser.add_argument("--with-ledger", action="store_true", help="the commands, with a ledger on SQLite")
    parser.add_argument("--json", action="store_true", help="as JSON")
    given = parser.parse_args(args)
    with tempfile.TemporaryDirectory() as folder:
        do = measure_with_ledger if given.with_ledger else measure
        found = do(given.entries, Path(folder))
    print(json.dumps(found) if given.json else "\n".join(f"{name:18} {value:>12,}" for name, value in found.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
