"""motma sources held, motma sources release and motma sources return: files that the brake holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.cli_call import Call, Commands, add_command, positive, progress_bars, said
from pipelines.cli_run import flat, held_text, summary

if TYPE_CHECKING:
    from pipelines.answer_files import AnswerFiles

PURPOSE = "sources held"


def add_commands(commands: Commands) -> None:
    """Adds `motma sources held`, `release` and `return`."""
    add_command(
        commands,
        "held",
        held,
        "files that were stopped as a whole before anything of them was applied, and what was seen in them",
        "motma sources held",
    )
    parser = add_command(
        commands,
        "release",
        release,
        "let a held file go on after all, and decide its rows; the reason is kept and the act logged",
        'motma sources release 12 --reason "đã gọi điện cho xã, danh sách đúng"',
    )
    parser.add_argument("delivery", type=positive, metavar="DELIVERY", help="its number, as `motma sources held` says")
    parser.add_argument("--reason", required=True, type=said, metavar="TEXT", help="why it may be decided")
    parser = add_command(
        commands,
        "return",
        give_back,
        "give a held file back to its sender: every row is returned with the note",
        'motma sources return 12 --note "các cột bị lệch, xin gửi lại"',
    )
    parser.add_argument("delivery", type=positive, metavar="DELIVERY", help="its number, as `motma sources held` says")
    parser.add_argument("--note", required=True, type=said, metavar="TEXT", help="what the sender is told")


def held(call: Call) -> int:
    """Lists what is held."""
    from casework.held import listing
    from casework.home import open_home
    from casework.types import Viewer

    found = listing(open_home(call.home), Viewer(call.by, PURPOSE))
    call.show(found, lambda: held_text(found) if found else "Không có tệp nào đang bị giữ.")
    return 0


def release(call: Call) -> int:
    """Releases a held file and decides its rows."""
    from pipelines.jobs import job_release

    given = call.arguments
    with progress_bars() as progress:
        report = job_release(call.home, given.delivery, given.reason, call.by, progress)
    call.show(flat(report), lambda: summary(report))
    return 0


def give_back(call: Call) -> int:
    """Gives a held file back."""
    from pipelines.jobs import job_give_back

    given = call.arguments
    with progress_bars() as progress:
        rows, answers = job_give_back(call.home, given.delivery, given.note, call.by, progress)
    call.show({"delivery": given.delivery, "rows": rows, "answers": answers}, lambda: _returned_text(rows, answers))
    return 0


def _returned_text(rows: int, answers: Sequence[AnswerFiles]) -> str:
    where = "".join(f"\nTrả lời người gửi: {answer.folder}" for answer in answers)
    return f"Đã trả lại {rows:,} dòng.{where}"
