"""The log: one entry per act, numbered without a gap; what it says beside its columns is in canonical form.

An entry is written in the transaction of its act, or before a manual search shows its result. It holds ids, keyed
digests and weights, and no name or number in clear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa

from registry.engine import Session, WriteSession
from registry.errors import UsageError
from registry.tlog.tiles import LONGEST_ENTRY
from registry.viewer import Viewer

ENTRY_VERSION = 1
#: a seal takes so much of an entry; its numbers, moment and act take less than the rest
_LONGEST = LONGEST_ENTRY - 500


@dataclass(frozen=True)
class Act:
    """One thing that was done. `content` holds plain JSON values; `by` is who did it, where that is not the viewer."""

    name: str
    content: Mapping[str, Any] = field(default_factory=dict)
    row_id: int | None = None
    by: str | None = None


def canonical(content: Mapping[str, Any]) -> bytes:
    """The only byte form of an entry or its content: JSON with sorted names and no spaces, UTF-8."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def append(session: WriteSession, viewer: Viewer, acts: Sequence[Act]) -> None:
    """Adds one entry per act, in order; UsageError where one would be longer than can be sealed."""
    if not acts:
        return
    said = [canonical(act.content) for act in acts]
    longest_name = max((act.by or viewer.by for act in acts), key=len)
    longest = max(map(len, said)) + len(canonical({"by": longest_name, "purpose": viewer.purpose}))
    if longest > _LONGEST:
        raise UsageError(f"the log takes {_LONGEST:,} bytes an entry. State the purpose in fewer words.")
    first = session.value("raise_log_no", count=len(acts)) - len(acts) + 1
    common = {"seq": session.seq, "logged_at": session.at, "purpose": viewer.purpose}
    session.run_many(
        "add_log_entry",
        [
            {
                **common,
                "entry_no": number,
                "act": act.name,
                "logged_by": act.by or viewer.by,
                "row_id": act.row_id,
                "content": content.decode(),
            }
            for number, (act, content) in enumerate(zip(acts, said, strict=True), start=first)
        ],
    )


def _said(entry: sa.Row[Any]) -> dict[str, Any]:
    return {
        "v": ENTRY_VERSION,
        "no": entry.entry_no,
        "at": entry.logged_at,
        "seq": entry.seq,
        "act": entry.act,
        "by": entry.logged_by,
        "purpose": entry.purpose,
        "row": entry.row_id,
        **orjson.loads(entry.content),
    }


def last_look(session: Session, row_id: int, viewer: Viewer) -> int | None:
    """The seq at which a viewer last looked at a row's case; None if never."""
    seq: int | None = session.value("last_look", row_id=row_id, by=viewer.by)
    return seq


def entries(
    session: Session, *, limit: int, after: int | None = None, row_id: int | None = None, act: str | None = None
) -> list[dict[str, Any]]:
    """Whole entries, oldest first: the newest `limit`, or the first `limit` behind an entry."""
    if after is None:
        found = session.rows("last_log_entries", row_id=row_id, act=act, limit=limit)[::-1]
    else:
        found = session.rows("log_entries", after=after, row_id=row_id, act=act, limit=limit)
    return [_said(entry) for entry in found]
