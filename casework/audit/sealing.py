"""Sealing the log: what was written since the last seal goes into the tree, and a checkpoint signs its root.

The order makes a crash harmless: tiles first, then the ledger notes size and root, then the checkpoint. What the ledger
has noted is never sealed in another way, so two checkpoints never contradict each other.
"""

from __future__ import annotations

import logging
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from casework.errors import BusyError, IntegrityError, MotmaError
from casework.policy import PolicyError, settings
from casework.types import Home, Viewer
from registry import log_frames, seals
from registry.engine import Session
from registry.seals import Seal
from registry.tlog.notes import LOG, Checkpoint, Note, NoteError, Signer, VerifierKey
from registry.tlog.tiles import CHECKPOINT, LogFolder
from registry.tlog.tree import EMPTY_ROOT, Edge
from registry.tlog.writing import add_entries

KEY_PURPOSE = "log_signing"
#: entries that one seal holds at most; a stretch of so many is one Parquet file
STRETCH = 65_536
_SETTINGS = {"version": str, "seal_every_seconds": int, "stop_after_minutes": int, "witness_key": str}

_told = logging.getLogger(__name__)


@dataclass(frozen=True)
class SealRules:
    """How often a run seals, when issuing stops, and the witness whose word `verify` demands (None: nobody's)."""

    version: str
    seal_every_seconds: int
    stop_after: timedelta
    witness_key: VerifierKey | None


@dataclass(frozen=True)
class SealResult:
    """The log as sealed: its name, how many entries, how many of them by this call, root (base64), key (vkey)."""

    origin: str
    size: int
    added: int
    root: str
    key: str


def seal_rules(home: Home) -> SealRules:
    """The policy of a home; PolicyError names every fault."""
    raw = settings(home, "seal", _SETTINGS)
    try:
        witness = VerifierKey.parse(raw["witness_key"]) if raw["witness_key"] else None
    except NoteError as error:
        raise PolicyError(f"rules/seal.toml: witness_key: {error}") from error
    return SealRules(raw["version"], raw["seal_every_seconds"], timedelta(minutes=raw["stop_after_minutes"]), witness)


@dataclass(frozen=True)
class SealedLog:
    """The log of a home: where it lies, and the key that signs it."""

    home: Home
    folder: LogFolder
    signer: Signer
    key_id: str

    def state(self) -> Checkpoint:
        """What the checkpoint says; IntegrityError where no key of the home signed it."""
        note = self.folder.text(CHECKPOINT)
        if note is None:
            return Checkpoint(self.signer.name, 0, EMPTY_ROOT)
        try:
            read = Note.parse(note)
            is_signed = read.is_signed_by(self.signer.verifier)
            state = Checkpoint.parse(read.text)
        except NoteError as error:
            raise IntegrityError(f"log/checkpoint: {error}. {_ALARM}") from error
        if not is_signed or state.origin != self.signer.name:
            raise IntegrityError(f"log/checkpoint: not signed by the key of this home for its ledger. {_ALARM}")
        return state

    def edge(self, size: int) -> Edge:
        """The right edge of the tree of the first `size` entries."""
        return Edge(size, lambda level, number: self.folder.hashes(level, number, size))


_ALARM = "Nothing was sealed. Tell the control team, and run `motma log verify`."


def sealed_log(home: Home) -> SealedLog:
    """The log of a home; KeyFileError when its key is missing."""
    key = home.key(KEY_PURPOSE)
    with home.ledger.reading() as session:
        ledger_id = session.value_of_state("ledger_id")
    return SealedLog(home, LogFolder(home.log_folder), Signer(f"motma/{ledger_id}", LOG, key.secret), key.key_id)


def seal(home: Home, viewer: Viewer) -> SealResult:
    """Seals every entry that is committed; IntegrityError where the log, its key or its ledger are not as sealed.

    Where many seal at once, whoever comes to it seals for those who wait as well.
    """
    log = sealed_log(home)
    with home.ledger.reading() as session:
        wanted = seals.count_entries(session)
    with log.folder.locked(lambda: log.state().size >= wanted) as is_held:
        before = log.state().size
        if is_held:
            with ThreadPoolExecutor(1) as beside:
                written = [beside.submit(log_frames.complete, log.folder, before, STRETCH)]
                while _seal_stretch(log, viewer):
                    written.append(beside.submit(log_frames.complete, log.folder, log.state().size, STRETCH))
            for frames in written:
                frames.result()
        state = log.state()
    return SealResult(
        state.origin, state.size, state.size - before, b64encode(state.root).decode(), str(log.signer.verifier)
    )


def _seal_stretch(log: SealedLog, viewer: Viewer) -> bool:
    """Whether anything was sealed: up to the next seal that the ledger has noted, or a new one."""
    state = log.state()
    with log.home.ledger.reading() as session:
        last, noted = seals.last(session), seals.following(session, state.size)
        stretch_end = (state.size // STRETCH + 1) * STRETCH
        until = noted.size if noted else min(seals.count_entries(session), stretch_end)
        _refuse_a_fork(log, state, last)
        if until <= state.size:
            return False
        entries = seals.entries_between(session, state.size, until)
    edge = log.edge(state.size)
    if edge.root() != state.root:
        raise IntegrityError(f"log: its tiles do not have the root that its checkpoint signs. {_ALARM}")
    grown = add_entries(log.folder, edge, entries)
    sealed = Seal(until, grown.root(), log.key_id)
    if noted is None:
        with log.home.ledger.writing() as session:
            if seals.last(session) != last:
                # another home of the same ledger was first; what it noted is sealed next, the same
                return True
            seals.add(session, sealed, viewer)
    elif noted != sealed:
        raise IntegrityError(
            f"log: entries {state.size + 1} to {until} are not those that were sealed, or another key sealed them. "
            f"{_ALARM}"
        )
    note = Checkpoint(state.origin, until, sealed.root).signed(log.signer)
    log.folder.write([(CHECKPOINT, note.encode())])
    log.folder.drop_partial(state.size, until)
    return True


def _refuse_a_fork(log: SealedLog, state: Checkpoint, last: Seal | None) -> None:
    """Refuses to go on from a ledger that is behind what was sealed of it, or with another key."""
    noted = 0 if last is None else last.size
    if state.size > noted:
        raise IntegrityError(
            f"log: {state.size} entries are sealed, the ledger knows of {noted}: it is older than its log, "
            f"as a restored backup is. {_ALARM}"
        )
    if last is not None and last.key_id != log.key_id:
        raise IntegrityError(
            f"log: sealed by key {last.key_id}, and this home's {KEY_PURPOSE} is {log.key_id}. "
            "Restore the key from where it is kept."
        )


# while codes are issued ---------------------------------------------------------------------------------------------


def refuse_unsealed(session: Session, rules: SealRules) -> None:
    """Refuses (12) to issue codes on when the oldest entry that is not sealed is too old."""
    oldest = seals.oldest_unsealed(session)
    if oldest is None:
        return
    age = datetime.now(UTC) - datetime.fromisoformat(oldest)
    if age > rules.stop_after:
        minutes = int(age.total_seconds() // 60)
        raise BusyError(
            f"the log has entries of {minutes} minutes ago that are not sealed, and may have none of more than "
            f"{int(rules.stop_after.total_seconds() // 60)}: no codes are issued. What was decided stays. Run "
            "`motma log seal`, mend what it says, and run again."
        )


@contextmanager
def sealed_meanwhile(home: Home, viewer: Viewer) -> Iterator[Callable[[Session], None]]:
    """Seals before some work, again and again while it goes on, and after it; gives what refuses to issue unsealed.

    Where no seal can be made just now (12), the work goes on until the oldest entry is too old. IntegrityError before
    the work when the log is not as it was sealed.
    """
    rules = seal_rules(home)
    _try(home, viewer)
    is_over = threading.Event()

    def keep_sealing() -> None:
        while not is_over.wait(rules.seal_every_seconds):
            _try(home, viewer, MotmaError)

    keeper = threading.Thread(target=keep_sealing, name="sealing", daemon=True)
    keeper.start()
    try:
        yield lambda session: refuse_unsealed(session, rules)
    finally:
        is_over.set()
        keeper.join()
    _try(home, viewer, MotmaError)


def _try(home: Home, viewer: Viewer, passed_over: type[MotmaError] = BusyError) -> None:
    try:
        seal(home, viewer)
    except passed_over as error:
        _told.warning("the log could not be sealed: %s", error)
