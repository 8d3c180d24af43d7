"""motma control open, answer, escalate, close, list, show, letter and ladder: measures against officers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from casework.office_dates import local_date, local_time
from casework.office_words import MEASURE_ACTS, MEASURE_ENDS, MEASURE_STEPS, RUNGS
from pipelines.cli_call import Call, Commands, add_command, positive, said
from pipelines.cli_table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from casework.control.ladder import Measure, MeasureView

PURPOSE = "control"
_NUMBER = "its number, as `motma control list` says"
_TEAM = "for accounts of the control team"


def add_commands(commands: Commands) -> None:
    """Adds what the control team, and an officer concerned, do about measures."""
    parser = add_command(
        commands,
        "open",
        open_measure,
        f"hold something against an officer, who is to answer; {_TEAM}",
        'motma control open lan --by kiem --ground late --text "Bốn hồ sơ quá hạn." --row 1204',
    )
    parser.add_argument("officer", type=said, metavar="OFFICER", help="the officer's login")
    parser.add_argument("--step", choices=[*RUNGS], default="reminder", help="no rung without the one below (reminder)")
    parser.add_argument(
        "--ground", required=True, type=said, metavar="CODE", help="what it is about (rules/ladder.toml)"
    )
    _add_text(parser)
    _add_rows(parser)

    add_command(
        commands,
        "ladder",
        by_rule,
        "open and raise what the rules demand of the figures of compliance; again, and nothing changes",
        "motma control ladder",
    )

    parser = add_command(
        commands, "answer", answer, "answer a measure against oneself", 'motma control answer 7 --by lan --text "…"'
    )
    parser.add_argument("measure", type=positive, metavar="MEASURE", help=_NUMBER)
    _add_text(parser)

    parser = add_command(
        commands, "escalate", escalate, f"one rung higher; {_TEAM}", 'motma control escalate 7 --by kiem --text "…"'
    )
    parser.add_argument("measure", type=positive, metavar="MEASURE", help=_NUMBER)
    _add_text(parser)
    _add_rows(parser)

    parser = add_command(
        commands, "close", close, f"end a measure; {_TEAM}", 'motma control close 7 --by kiem --as mended --text "…"'
    )
    parser.add_argument("measure", type=positive, metavar="MEASURE", help=_NUMBER)
    parser.add_argument("--as", dest="outcome", required=True, choices=[*MEASURE_ENDS], help="how it ends")
    _add_text(parser)

    parser = add_command(
        commands,
        "list",
        listing,
        "the measures of one's area, or against oneself; logged",
        "motma control list --by kiem",
    )
    parser.add_argument("--officer", type=said, metavar="LOGIN", help=f"those against one officer; {_TEAM}")
    parser.add_argument("--own", action="store_true", help="those against oneself")

    parser = add_command(commands, "show", show, "one measure with its steps and cases; logged", "motma control show 7")
    parser.add_argument("measure", type=positive, metavar="MEASURE", help=_NUMBER)

    parser = add_command(
        commands, "letter", letter, "the letter of a measure as a file; logged", "motma control letter 7 --out 7.docx"
    )
    parser.add_argument("measure", type=positive, metavar="MEASURE", help=_NUMBER)
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="a .docx or a .pdf")


def open_measure(call: Call) -> int:
    """Opens a measure."""
    from casework.control import ladder
    from casework.home import open_home
    from casework.types import Viewer

    given = call.arguments
    opened = ladder.open_measure(
        open_home(call.home),
        given.officer,
        given.ground,
        given.step,
        Viewer(call.by, PURPOSE),
        said=given.text,
        row_ids=given.row,
    )
    call.show(opened, lambda: _measures_text([opened]))
    return 0


def by_rule(call: Call) -> int:
    """Follows the rules of the ladder."""
    from pipelines.jobs import job_ladder

    result = job_ladder(call.home, call.by)

    def text() -> str:
        lines = [f"Mở mới: {len(result.opened)}. Nâng bước: {len(result.escalated)}."]
        lines += [
            f"{officer}: {cases} trường hợp; không có tài khoản, hoặc tài khoản đã hết hạn"
            for officer, cases in result.cannot_answer
        ]
        return "\n".join(lines)

    call.show(result, text)
    return 0


def answer(call: Call) -> int:
    """Answers a measure."""
    from casework.control import ladder
    from casework.home import open_home
    from casework.types import Viewer

    given = call.arguments
    found = ladder.answer(open_home(call.home), given.measure, given.text, Viewer(call.by, PURPOSE))
    call.show(found, lambda: _measures_text([found]))
    return 0


def escalate(call: Call) -> int:
    """Raises a measure by a rung."""
    from casework.control import ladder
    from casework.home import open_home
    from casework.types import Viewer

    given = call.arguments
    found = ladder.escalate(open_home(call.home), given.measure, given.text, given.row, Viewer(call.by, PURPOSE))
    call.show(found, lambda: _measures_text([found]))
    return 0


def close(call: Call) -> int:
    """Closes a measure."""
    from casework.control import ladder
    from casework.home import open_home
    from casework.types import Viewer

    given = call.arguments
    found = ladder.close(open_home(call.home), given.measure, given.outcome, given.text, Viewer(call.by, PURPOSE))
    call.show(found, lambda: _measures_text([found]))
    return 0


def listing(call: Call) -> int:
    """Lists measures."""
    from casework.control import ladder
    from casework.home import open_home
    from casework.types import Viewer

    given, home, viewer = call.arguments, open_home(call.home), Viewer(call.by, PURPOSE)
    found = ladder.against(home, viewer) if given.own else ladder.of_the_area(home, given.officer, viewer)
    call.show({"measures": found}, lambda: _measures_text(found) if found else "Không có việc nào.")
    return 0


def show(call: Call) -> int:
    """Shows one measure."""
    from casework.control import ladder
    from casework.home import open_home
    from casework.types import Viewer

    view = ladder.show(open_home(call.home), call.arguments.measure, Viewer(call.by, PURPOSE))
    call.show(view, lambda: _view_text(view))
    return 0


def letter(call: Call) -> int:
    """Writes the letter of a measure."""
    from casework.control.letters import letter_file
    from casework.errors import writing
    from casework.home import open_home
    from casework.types import Viewer

    out: Path = call.arguments.out
    form = out.suffix.lower().removeprefix(".")
    written = letter_file(open_home(call.home), call.arguments.measure, form, Viewer(call.by, PURPOSE))
    with writing(out):
        out.write_bytes(written)
    call.show({"measure": call.arguments.measure, "file": str(out)}, lambda: f"Đã ghi {out}.")
    return 0


def _add_text(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--text", required=True, type=said, metavar="TEXT", help="what is said; it is kept for ever")


def _add_rows(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--row",
        action="append",
        default=[],
        type=positive,
        metavar="ROW",
        help="a row it rests on, by its row id; again",
    )


def _measures_text(found: Sequence[Measure]) -> str:
    headings = ["Số", "Cán bộ", "Họ và tên", "Về việc", "Bước", "Tình trạng", "Trường hợp", "Giải trình đến hết ngày"]
    rows = [
        (
            one.measure_id,
            one.officer,
            one.full_name,
            one.matter,
            RUNGS[one.rung],
            MEASURE_ENDS[one.outcome] if one.outcome else MEASURE_ACTS[one.act],
            one.cases,
            local_date(one.answer_until) if one.is_waiting else None,
        )
        for one in found
    ]
    return table(headings, rows)


def _view_text(view: MeasureView) -> str:
    steps = [
        (
            step.step_no,
            MEASURE_STEPS[step.act],
            RUNGS[step.rung],
            local_time(step.said_at),
            step.said_by,
            step.said or f"theo quy tắc {step.rule}",
        )
        for step in view.steps
    ]
    cases = [(case.figure, case.case_id, case.source, case.sheet, case.sheet_row) for case in view.cases]
    parts = [
        f"{view.measure.full_name} ({view.measure.officer}): {view.title}",
        _measures_text([view.measure]),
        table(["Lần", "Việc", "Bước", "Lúc", "Người ghi", "Nội dung"], steps),
    ]
    if cases:
        parts.append(table(["Chỉ số", "Mã hồ sơ", "Đơn vị gửi", "Trang", "Dòng"], cases))
    return "\n\n".join(parts)
