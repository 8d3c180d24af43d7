"""The witness: whoever it belongs to, it signs only what extends what it saw before (c2sp.org/tlog-witness).

It has a key and a memory of its own, and needs nothing of a home but the folder of the log.
"""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from casework.errors import IntegrityError, UsageError
from registry.tlog.notes import WITNESS, Checkpoint, Note, NoteError, Signer, VerifierKey
from registry.tlog.tiles import CHECKPOINT, LogFolder
from registry.tlog.tree import consistency_proof, is_consistent

#: the file of a log's folder that says how far a witness has seen it
WITNESSED = "witnessed"
_KEY_BYTES = 32


@dataclass(frozen=True)
class WitnessResult:
    """What a witness has signed: whose log, how many entries, how many it had seen before, and its own key (vkey)."""

    origin: str
    size: int
    seen_before: int
    key: str


def witness(folder: Path, *, state: Path, key: Path, name: str, log_key: str) -> WitnessResult:
    """Cosigns the checkpoint of a log where its tree begins with the tree that the witness saw last.

    `state` is the file of its memory, `key` that of its secret, made where there is none; `name` stands in its
    signatures; `log_key` is the verifier key of the log. IntegrityError (13) where the log contradicts what was seen:
    then nothing is signed, and what was seen is kept.
    """
    signer = _signer(key, name)
    try:
        trusted = VerifierKey.parse(log_key)
    except NoteError as error:
        raise UsageError(str(error)) from error
    memory, log = LogFolder(state.parent), LogFolder(folder)
    # one at a time: two that remember the same might sign two trees that part behind it
    with memory.locked():
        seen = _seen(memory, state, signer)
        text = log.text(CHECKPOINT)
        if text is None:
            raise UsageError(f"{folder}: no checkpoint here. Name the folder of a sealed log.")
        now = _signed(text, trusted, f"{folder / CHECKPOINT}")
        _refuse_contradiction(log, seen, now)
        # nothing else of the file: what anybody wrote below a checkpoint must not come into the memory
        note = Note.parse(text).signed_alone(trusted) + signer.line(now.text, int(time.time()))
        memory.write([(state.name, note.encode())])
    log.write([(WITNESSED, note.encode())])
    return WitnessResult(now.origin, now.size, 0 if seen is None else seen.size, str(signer.verifier))


def _signer(file: Path, name: str) -> Signer:
    """The signer of a key file; it is made, for its owner alone, where there is none."""
    with suppress(FileExistsError):
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as made:
            made.write(secrets.token_hex(_KEY_BYTES))
            made.flush()
            os.fsync(made.fileno())
    try:
        seed = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except ValueError:
        seed = b""
    if len(seed) != _KEY_BYTES:
        raise UsageError(f"{file}: not a key of {_KEY_BYTES} bytes. Restore it, or name a file that is not there yet.")
    try:
        return Signer(name, WITNESS, seed)
    except NoteError as error:
        raise UsageError(str(error)) from error


def _signed(note: str, key: VerifierKey, where: str) -> Checkpoint:
    """The checkpoint of a note that a key has signed."""
    try:
        read = Note.parse(note)
        if not read.is_signed_by(key):
            raise NoteError(f"not signed by {key.name}")
        return Checkpoint.parse(read.text)
    except NoteError as error:
        raise IntegrityError(f"{where}: {error}. Nothing was signed; tell the control team.") from error


def _seen(memory: LogFolder, state: Path, signer: Signer) -> Checkpoint | None:
    """What the witness saw last; None at its first look."""
    note = memory.text(state.name)
    return None if note is None else _signed(note, signer.verifier, str(state))


def _refuse_contradiction(log: LogFolder, seen: Checkpoint | None, now: Checkpoint) -> None:
    if seen is None:
        return
    if seen.origin != now.origin:
        raise UsageError(f"the witness has seen {seen.origin}, and this is {now.origin}. Use another --state for it.")
    if now.size >= seen.size:
        proof = (
            consistency_proof(lambda level, number: log.hashes(level, number, now.size), seen.size, now.size)
            if seen.size
            else []
        )
        if is_consistent(seen.size, now.size, seen.root, now.root, proof):
            return
    raise IntegrityError(
        f"the log's checkpoint of {now.size} entries contradicts the {seen.size} entries that the witness has seen. "
        "Nothing was signed; what was seen is kept. Tell the control team."
    )
