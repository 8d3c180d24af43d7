"""Verifying the sealed log of a home by the stand-alone verifier, with the ledger beside it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from casework.audit.sealing import seal_rules, sealed_log
from casework.errors import UsageError
from casework.types import Home
from registry import seals
from registry.log_rows import rows_of_log
from verifier.log import Fault, Report, verify
from verifier.notes import TrustedKey, UnreadableError, trusted_key

__all__ = ["Fault", "Report", "verify_log"]


def verify_log(
    home: Home, *, key: str | None = None, witness_key: str | None = None, witnessed: Path | None = None
) -> Report:
    """What is not as sealed, in the log and in the ledger.

    `key` and `witness_key` are verifier keys: by default the home's own, and the one that its policy names, if any.
    """
    log = sealed_log(home)
    configured = seal_rules(home).witness_key
    # nobody is sealing while the ledger's seals are read, so that a checkpoint that is on its way is no fault
    with log.folder.locked(), home.ledger.reading() as session:
        noted = seals.listing(session)
    witness = witness_key or (None if configured is None else str(configured))
    if witnessed is not None and witness is None:
        raise UsageError("--witnessed says nothing without a key: say --witness-key, or name it in rules/seal.toml")
    report = verify(
        log.folder.folder,
        _trusted(key or str(log.signer.verifier)),
        witness_key=None if witness is None else _trusted(witness),
        witnessed=witnessed,
        ledger=partial(rows_of_log, home.folder, home.ledger_url),
        seals=[(seal.size, seal.root) for seal in noted],
    )
    if noted and noted[-1].key_id != log.key_id:
        said = f"niêm phong cuối ghi trong sổ cái dùng khóa {noted[-1].key_id}, home này giữ khóa {log.key_id}"
        report.faults.append(Fault("checkpoint", None, f"Điểm niêm phong: {said}."))
    return report


def _trusted(vkey: str) -> TrustedKey:
    try:
        return trusted_key(vkey)
    except UnreadableError as error:
        raise UsageError(str(error)) from error
