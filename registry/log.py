"""The log: one entry per act, numbered without a gap, in one canonical byte form.

An entry is written in the transaction of its act, or before a manual search shows its result. It holds ids, keyed
digests and weights, and no name or number in clear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from registry.engine import Session, WriteSession
from registry.viewer import Viewer

ENTRY_VERSION = 1


@dataclass(frozen=True)
class Act:
    """One thing that was done. `content` holds plain JSON values."""

    name: str
    content: Mapping[str, Any] = field(default_factory=dict)
    row_id: int | None = None


def canonical(entry: Mapping[str, Any]) -> bytes:
    """The entry's only byte form: JSON with sorted names and no spaces, UTF-8; numbers as their shortest decimals."""
    return orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)


def append(session: WriteSession, viewer: Viewer, acts: Sequence[Act]) -> None:
    """Adds one entry per act, in order."""
    if not acts:
        return
    last = session.value("raise_log_no", count=len(acts))
    first = last - len(acts) + 1
    session.run_many(
        "add_log_entry",
        [
            {
                "entry_no": first + offset,
                "logged_at": session.at,
                "act": act.name,
                "logged_by": viewer.by,
                "row_id": act.row_id,
                "body": canonical(
                    {
                        "v": ENTRY_VERSION,
                        "no": first + offset,
                        "at": session.at,
                        "seq": session.seq,
                        "act": act.name,
                        "by": viewer.by,
                        "purpose": viewer.purpose,
                        "row": act.row_id,
                        **act.content,
                    }
                ),
            }
            for offset, act in enumerate(acts)
        ],
    )


def entries(
    session: Session, *, limit: int, after: int | None = None, row_id: int | None = None, act: str | None = None
) -> list[dict[str, Any]]:
    """Entries as they were written, oldest first: the newest `limit`, or the first `limit` behind an entry."""
    if after is None:
        found = session.rows("last_log_entries", row_id=row_id, act=act, limit=limit)[::-1]
    else:
        found = session.rows("log_entries", after=after, row_id=row_id, act=act, limit=limit)
    return [orjson.loads(entry.body) for entry in found]
