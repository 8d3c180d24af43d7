"""motma log replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from casework.errors import BusyError
from pipelines.cli_call import Call, Commands, add_command, natural, positive, progress_bars
from pipelines.cli_table import table

if TYPE_CHECKING:
    from casework.audit.replay import Replayed

PURPOSE = "log replay"
EXIT_DIFFERENT = 13
SHOWN = 20
_WORDS = {"same": "giống", "different": "KHÁC", "impossible": "không lặp lại được"}


def add_commands(commands: Commands) -> None:
    """Adds `motma log replay`."""
    parser = add_command(
        commands,
        "replay",
        replay,
        "make a row's decision again as of its day; 13 if it comes out otherwise, 12 if it cannot be made again",
        "motma log replay 1203 --full",
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("row", type=positive, nargs="?", metavar="ROW", help="the row's id, as `motma log show` has it")
    which.add_argument("--sample", type=positive, metavar="N", help="the decisions of N rows at random instead")
    parser.add_argument("--no", type=positive, metavar="N", help="which of its decisions, from 1 (default: the last)")
    parser.add_argument("--seed", type=natural, default=0, metavar="S", help="which rows a sample takes (0)")
    parser.add_argument(
        "--full", action="store_true", help="make the register version anew as well, and repeat the search"
    )


def replay(call: Call) -> int:
    """Replays decisions."""
    from casework.audit import replay as use_case
    from casework.errors import UsageError
    from casework.home import open_home
    from casework.types import Viewer

    given, home = call.arguments, open_home(call.home)
    if given.sample is not None and given.no is not None:
        raise UsageError("--no names a decision of one row, and --sample takes the last of each")
    wanted = [(given.row, given.no)] if given.sample is None else use_case.sample(home, given.sample, given.seed)
    with progress_bars() as progress:
        found = use_case.replay(home, wanted, Viewer(call.by, PURPOSE), full=given.full, progress=progress)
    call.show(found[0] if given.sample is None else found, lambda: _one(found[0]) if given.row else _many(found))
    results = {each.result for each in found}
    if "different" in results:
        return EXIT_DIFFERENT
    if given.sample is not None:
        return 0 if "same" in results else BusyError.exit_code
    is_whole = results <= {"same"} and not any(each.by_hand for each in found)
    return 0 if is_whole else BusyError.exit_code


def _one(found: Replayed) -> str:
    """What came of one decision, and where it differs, the weightiest first."""
    lines = []
    if found.by_hand is not None:
        lines.append(f"Quyết định cuối do {found.by_hand} tự đưa ra, không qua tìm kiếm; lặp lại quyết định trước đó.")
    lines.append(
        f"Dòng {found.row_id}, quyết định {found.decision_no}: {found.outcome}"
        f"{'' if found.reason is None else f' ({found.reason})'}, {found.decided_at}, {found.decided_by}\n"
        f"Sổ {found.register_seq}, đuôi {found.tail_seq}, mô hình {found.model}, quy tắc tìm {found.rules}"
    )
    lines += [f"Theo ý kiến của {by}: {verdict}" for by, verdict in found.words]
    lines.append(f"Lặp lại: {_WORDS[found.result]}." if found.why is None else f"Không lặp lại được: {found.why}")
    if found.differences:
        rows = [(each.field, each.decided, each.replayed) for each in found.differences[:SHOWN]]
        lines.append(table(["field", "decided", "replayed"], rows))
    if len(found.differences) > SHOWN:
        lines.append(f"… và {len(found.differences) - SHOWN} chỗ nữa; xem đủ bằng --json.")
    return "\n".join(lines)


def _many(found: Sequence[Replayed]) -> str:
    """A line for each decision, and how many came out how."""
    rows = [
        (each.row_id, each.decision_no, each.outcome, each.reason, _WORDS[each.result], _first(each)) for each in found
    ]
    counts = Counter(each.result for each in found)
    told = ", ".join(f"{counts[result]} {word}" for result, word in _WORDS.items())
    return f"{table(['row', 'no', 'outcome', 'reason', 'result', 'why'], rows)}\n{len(found)} quyết định: {told}."


def _first(found: Replayed) -> str | None:
    """Why a decision cannot be made again, or the first field that differs."""
    if found.differences:
        first = found.differences[0]
        return f"{first.field}: {first.decided} → {first.replayed}"
    return found.why
