"""The home of one installation: its folders, its keys, its ledger."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from registry.engine import Ledger
from registry.errors import NO_ROOM, BusyError, KeyFileError, UsageError
from registry.sqlite import SqliteStore

#: one key per purpose: query digests in the log, the permutation behind issued numbers, the seal of the log
KEY_PURPOSES = ("log_digest", "code_permutation", "log_signing")
_KEY_BYTES = 32


@dataclass(frozen=True)
class Key:
    """A secret of one purpose; `key_id` names it in rows without telling anything about it."""

    key_id: str
    secret: bytes

    def digest(self, text: str) -> str:
        """The keyed SHA-256 of a text, hexadecimal."""
        return hmac.new(self.secret, text.encode("utf-8"), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Home:
    """The folder that holds everything (`MOTMA_HOME`).

    The ledger is the PostgreSQL database of `ledger_url`, or without one the SQLite file of the folder.
    """

    folder: Path
    ledger_url: str | None = None

    @property
    def register_folder(self) -> Path:
        """Where the register versions lie."""
        return self.folder / "register"

    @property
    def log_folder(self) -> Path:
        """Where the sealed log lies."""
        return self.folder / "log"

    @property
    def ledger_file(self) -> Path:
        """The SQLite file of the ledger."""
        return self.folder / "ledger.sqlite"

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, which `motma init` makes."""
        if not self.ledger_url:
            return Ledger(SqliteStore(self.ledger_file))
        # a home without PostgreSQL need not load its driver
        from registry.postgresql import PostgresqlStore

        return Ledger(PostgresqlStore(self.ledger_url))

    def key(self, purpose: str) -> Key:
        """The key of one purpose, from the environment (`MOTMA_KEY_<PURPOSE>`, hexadecimal) or the home."""
        given = os.environ.get(f"MOTMA_KEY_{purpose.upper()}")
        path = self.folder / "keys" / purpose
        if given is None and not path.exists():
            raise KeyFileError(f"{path}: the key is missing. Restore it from where it is kept; a new one would not do.")
        try:
            secret = bytes.fromhex(given if given is not None else path.read_text(encoding="ascii").strip())
        except ValueError:
            secret = b""
        if len(secret) != _KEY_BYTES:
            raise KeyFileError(f"{path}: not a key of {_KEY_BYTES} bytes. Restore it from where it is kept.")
        return Key(hashlib.sha256(b"key id:" + secret).hexdigest()[:12], secret)

    def make_folders(self) -> None:
        """Creates the folder (0700) and its keys (0600); UsageError where that cannot be, BusyError if full."""
        try:
            for folder in (self.folder, self.folder / "keys", self.register_folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            for purpose in KEY_PURPOSES:
                self._make_key(self.folder / "keys" / purpose)
        except OSError as error:
            kind = BusyError if error.errno in NO_ROOM else UsageError
            raise kind(f"{self.folder}: no home can be made here ({error.strerror})") from error

    def _make_key(self, path: Path) -> None:
        if path.exists():
            return
        # a key takes its name once it is whole, so that a crash leaves no empty one
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
