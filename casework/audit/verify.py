"""Verifying the sealed log of a home by the stand-alone verifier, with the ledger beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from casework.audit.sealing import seal_rules, sealed_log
from casework.errors import UsageError
from casework.types import Home
from registry import seals
from verifier.log import Fault, Report, Row, verify
from verifier.notes import TrustedKey, UnreadableError, trusted_key

__all__ = ["Fault", "Report", "verify_log"]

_PAGE = 20_000
_BELOW_ALL = -(2**63)


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
        noted = [(seal.size, seal.root) for seal in seals.listing(session)]
    witness = witness_key or (None if configured is None else str(configured))
    return verify(
        log.folder.folder,
        _trusted(key or str(log.signer.verifier)),
        witness_key=None if witness is None else _trusted(witness),
        witnessed=witnessed,
        ledger=_rows(home),
        seals=noted,
    )


def _trusted(vkey: str) -> TrustedKey:
    try:
        return trusted_key(vkey)
    except UnreadableError as error:
        raise UsageError(str(error)) from error


def _rows(home: Home) -> Iterator[Row]:
    """The rows of the ledger's log by number, as they stand once the verifier has read the checkpoint."""
    with home.ledger.reading() as session:
        after = _BELOW_ALL
        # an entry numbered below 1 is one that somebody planted
        while page := seals.rows_behind(session, after, _PAGE):
            yield from page
            after = page[-1].entry_no
