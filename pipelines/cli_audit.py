"""motma check and motma log show."""

from __future__ import annotations

import json

from pipelines.cli_call import Call, Commands, add_command, plain, positive
from pipelines.cli_table import table

LOG_PURPOSE = "log show"
EXIT_INTEGRITY = 13
SHOWN_ROWS = 10
DEFAULT_ENTRIES = 50


def add_check(commands: Commands) -> None:
    """Adds `motma check`."""
    add_command(commands, "check", check, "run every promise as a query; 13 if one is broken", "motma check")


def add_commands(commands: Commands) -> None:
    """Adds `motma log show`."""
    parser = add_command(
        commands, "show", show, "read the log, oldest entry first", "motma log show --after 1200 --limit 20"
    )
    parser.add_argument("--limit", type=positive, default=DEFAULT_ENTRIES, metavar="N", help="how many entries (50)")
    parser.add_argument("--after", type=positive, metavar="ENTRY", help="entries after this number")
    parser.add_argument("--row", type=positive, metavar="ROW", help="entries of one row, by its row id")
    parser.add_argument("--act", metavar="ACT", help="entries of one kind, such as decide or search")


def check(call: Call) -> int:
    """Runs the checks."""
    from casework.check import run_checks
    from casework.home import open_home

    results = run_checks(open_home(call.home))
    broken = [result for result in results if result.rows]

    def text() -> str:
        lines = [
            table(
                ["Cam kết", "Vi phạm", "Nội dung"],
                [(result.name, len(result.rows), result.description) for result in results],
            )
        ]
        for result in broken:
            left = len(result.rows) - SHOWN_ROWS
            more = f"\n… và {left} dòng nữa; xem đủ bằng --json." if left > 0 else ""
            lines.append(f"{result.name}:\n{table(list(result.columns), result.rows[:SHOWN_ROWS])}{more}")
        lines.append("Có cam kết bị vi phạm. Ngừng cấp mã và báo Tổ kiểm soát." if broken else "Mọi cam kết đều giữ.")
        return "\n\n".join(lines)

    call.show(results, text)
    return EXIT_INTEGRITY if broken else 0


def show(call: Call) -> int:
    """Shows entries of the log."""
    from casework.history import show_log
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
        if not entries:
            return "Không có mục nào."
        headings = list(entries[0])
        return table(headings, [[_cell(entry[name]) for name in headings] for entry in entries])

    call.show(entries, text)
    return 0


def _cell(value: object) -> object:
    """What a body holds, on one line."""
    return json.dumps(plain(value), ensure_ascii=False) if isinstance(value, (dict, list)) else value
