"""motma check and motma log show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipelines.cli_call import Call, Commands, add_command, natural, positive
from pipelines.cli_table import table

LOG_PURPOSE = "log show"
EXIT_INTEGRITY = 13
SHOWN_ROWS = 10
DEFAULT_ENTRIES = 50
#: What every entry of the log has.
_COLUMNS = ("no", "at", "seq", "act", "by", "purpose", "row")


def add_check(commands: Commands) -> None:
    """Adds `motma check`."""
    add_command(commands, "check", check, "run every promise as a query; 13 if one is broken", "motma check")


def add_commands(commands: Commands) -> None:
    """Adds `motma log show`."""
    parser = add_command(
        commands,
        "show",
        show,
        "read the log, oldest entry first; the newest entries, or those --after a number",
        "motma log show --after 1200 --limit 20",
    )
    parser.add_argument("--limit", type=positive, default=DEFAULT_ENTRIES, metavar="N", help="how many entries (50)")
    parser.add_argument("--after", type=natural, metavar="ENTRY", help="entries after this number")
    parser.add_argument("--row", type=positive, metavar="ROW", help="entries of one row, by its row id")
    parser.add_argument("--act", metavar="ACT", help="entries of one kind, such as decision or search_step")


def check(call: Call) -> int:
    """Runs the checks."""
    from casework.audit.check import run_checks
    from casework.home import open_home

    results = run_checks(open_home(call.home))
    broken = [result for result in results if result.rows]

    def text() -> str:
        if not broken:
            return f"{len(results)} cam kết đã kiểm tra, tất cả đều giữ."
        lines = [f"{len(results)} cam kết đã kiểm tra, {len(broken)} bị vi phạm."]
        for result in broken:
            left = len(result.rows) - SHOWN_ROWS
            more = f"\n… và {left} dòng nữa; xem đủ bằng --json." if left > 0 else ""
            rows = table(list(result.columns), result.rows[:SHOWN_ROWS])
            lines.append(f"{result.name}: {len(result.rows):,} dòng\n{result.description}\n{rows}{more}")
        lines.append("Hãy ngừng cấp mã và báo Tổ kiểm soát.")
        return "\n\n".join(lines)

    call.show(results, text)
    return EXIT_INTEGRITY if broken else 0


def show(call: Call) -> int:
    """Shows entries of the log."""
    from casework.audit.history import show_log
    from casework.home import open_home
    from casework.types import Viewer

    given = call.arguments
    entries = show_log(
        open_home(call.home),
        limit=given.limit,
        after=given.after,
        row=given.row,
        act=given.act,
        viewer=Viewer(call.by, LOG_PURPOSE),
    )

    def text() -> str:
        rows = [
            [*(entry.get(name) for name in _COLUMNS), json.dumps(_rest(entry), ensure_ascii=False)] for entry in entries
        ]
        return table([*_COLUMNS, "content"], rows) if rows else "Không có mục nào."

    call.show(entries, text)
    return 0


def _rest(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry holds beside the columns that all have."""
    return {name: value for name, value in entry.items() if name not in _COLUMNS and name != "v"}
