"""What of the log is sealed, what is not yet, and the bytes of an entry that a seal is over."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from registry.engine import Session, WriteSession
from registry.errors import IntegrityError
from registry.log import ENTRY_VERSION
from registry.viewer import Viewer


class Seal(NamedTuple):
    """The first `size` entries have this root; `key_id` names the key that signs it."""

    size: int
    root: bytes
    key_id: str


def _seal(row: sa.Row[Any] | None) -> Seal | None:
    return None if row is None else Seal(row.size, b64decode(row.root), row.key_id)


def last(session: Session) -> Seal | None:
    """The last seal; None before the first one."""
    return _seal(session.one("last_seal"))


def following(session: Session, size: int) -> Seal | None:
    """The first seal over more than `size` entries; None where there is none."""
    return _seal(session.one("next_seal", size=size))


def listing(session: Session) -> list[Seal]:
    """Every seal, oldest first."""
    return [Seal(row.size, b64decode(row.root), row.key_id) for row in session.rows("seals")]


def add(session: WriteSession, seal: Seal, viewer: Viewer) -> None:
    """Notes a seal."""
    root = b64encode(seal.root).decode()
    session.run("add_seal", size=seal.size, root=root, key_id=seal.key_id, seq=session.seq, at=session.at, by=viewer.by)


def oldest_unsealed(session: Session) -> str | None:
    """When the first entry was written that no seal holds (UTC); None where all are sealed."""
    row = session.one("oldest_unsealed")
    return None if row is None else str(row.logged_at)


def count_entries(session: Session) -> int:
    """How many entries the log has: they are numbered without a gap."""
    return int(session.value("last_entry_no"))


def entries_of_decision(session: Session, row_id: int, decision_no: int | None) -> list[int]:
    """The numbers of the entries of a row's decision, by default its last: the steps of its search, then its own."""
    return [row.entry_no for row in session.rows("entries_of_decision", row_id=row_id, decision_no=decision_no)]


def entries_between(session: Session, after: int, until: int) -> list[bytes]:
    """What is sealed of the entries behind one and up to another; IntegrityError where one of them is missing."""
    rows = session.rows("entries_between", after=after, until=until)
    for number, row in enumerate(rows, start=after + 1):
        if row.entry_no != number:
            raise IntegrityError(f"log: entry {number} is missing. Nothing was sealed; run `motma check`.")
    if len(rows) != until - after:
        raise IntegrityError(f"log: entry {after + len(rows) + 1} is missing. Nothing was sealed; run `motma check`.")
    return [entry_bytes(row) for row in rows]


def entry_bytes(row: Sequence[Any]) -> bytes:
    """The only byte form of an entry: its columns in canonical form, and last, as it stands, its content.

    Nothing that an entry says can be moved from one column to another without another form.
    """
    no, seq, at, act, by, purpose, row_id, content = row
    columns = {"act": act, "at": at, "by": by, "no": no, "purpose": purpose, "row": row_id, "seq": seq}
    return b'%b,"v":%d,"what":%b}' % (orjson.dumps(columns)[:-1], ENTRY_VERSION, content.encode())
