"""A log to be sealed: entries to add, and what the verifier says of it."""

from __future__ import annotations

from typing import Any

from casework.audit.verify import verify_log
from casework.types import Home, Viewer
from registry.log import Act, append

LINE = "Bổ sung,Vũ Ngọc Diễm,09/04/1988,Nữ,001188000777,,0190000077,Chủ hộ,09676,09676,,,01/10/2025"
#: texts that JSON writes in more than one way, and others that are hard to carry
HARD = 'nói "thẳng" \\ / \u007f é e\u0301 \U0001f468 </script> \u2028'
#: the rows of the ledger's log up to an entry, as the verifier takes them
LOG_ROWS = (
    "select entry_no, seq, logged_at, act, logged_by, purpose, row_id, content from log_entry "
    "where entry_no <= ? order by entry_no"
)


def look(home: Home, times: int, purpose: str = "xem") -> None:
    """Adds entries to the log."""
    with home.ledger.writing() as session:
        append(session, Viewer("lan", purpose), [Act("view", {"item": number}) for number in range(times)])


def faults(home: Home, **given: Any) -> list[tuple[str, int | None]]:
    """(what, entry) of what is not as sealed."""
    return [(fault.what, fault.entry) for fault in verify_log(home, **given).faults]
