"""The proof in a file that a decision is in the sealed log, and that its search stands there before it.

The file holds one proof of c2sp.org/tlog-proof behind the other. Reading them needs nothing of ours.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from casework.audit.sealing import sealed_log
from casework.audit.witness import WITNESSED
from casework.errors import BusyError, IntegrityError, UsageError
from casework.types import Home, Viewer
from registry import log as registry_log
from registry import seals
from registry.tlog.notes import Checkpoint, Note, NoteError
from registry.tlog.tiles import CHECKPOINT, LogFolder
from registry.tlog.tree import WIDTH, inclusion_proof
from verifier.notes import UnreadableError, trusted_key
from verifier.proof import proved_in_order

_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class DecisionProof:
    """The text of a proof: of which entry, after how many steps of its search, in a log of how many entries.

    `is_witnessed` tells whether a witness has seen that log.
    """

    entry_no: int
    steps: int
    size: int
    is_witnessed: bool
    text: str


def prove_decision(home: Home, row_id: int, decision_no: int | None, viewer: Viewer) -> DecisionProof:
    """The proof of the log's entries of a row's decision, by default its last one, and of its search; giving it is
    logged.

    UsageError where there is no such decision, BusyError (12) where its entry is not sealed yet, IntegrityError where
    what the log holds proves nothing.
    """
    with home.ledger.reading() as session:
        numbers = seals.entries_of_decision(session, row_id, decision_no)
    if not numbers:
        raise UsageError(f"row {row_id}: no such decision. `motma log show --act decision` names the rows.")
    entry_no = numbers[-1]
    log = sealed_log(home)
    state = log.state()
    if entry_no > state.size:
        raise BusyError(f"entry {entry_no} is not sealed yet. Run `motma log seal`, then try again.")
    note = log.folder.text(CHECKPOINT) or ""
    witnessed = log.folder.text(WITNESSED) or ""
    seen = _state_of(witnessed)
    is_witnessed = seen is not None and entry_no <= seen.size <= state.size
    if seen is not None and is_witnessed:
        state, note = seen, witnessed
    text = "".join(_proof(log.folder, number - 1, state.size) + note for number in numbers)
    try:
        proved_in_order(text, trusted_key(str(log.signer.verifier)))
    except UnreadableError as error:
        raise IntegrityError(f"row {row_id}: its log proves nothing: {error}. Run `motma log verify`.") from error
    with home.ledger.writing() as session:
        told = {"entry": entry_no, "steps": len(numbers) - 1, "size": state.size}
        registry_log.append(session, viewer, [registry_log.Act("proof", told, row_id)])
    return DecisionProof(entry_no, len(numbers) - 1, state.size, is_witnessed, text)


def _proof(folder: LogFolder, index: int, size: int) -> str:
    """The proof of one entry, up to its checkpoint."""
    entry = folder.entries(index // WIDTH, size)[index % WIDTH]
    path = inclusion_proof(lambda level, number: folder.hashes(level, number, size), index, size)
    lines = [_HEADER, f"extra {b64encode(entry).decode()}", f"index {index}", *(b64encode(h).decode() for h in path)]
    return "\n".join([*lines, "", ""])


def _state_of(note: str) -> Checkpoint | None:
    try:
        return Checkpoint.parse(Note.parse(note).text)
    except NoteError:
        return None
