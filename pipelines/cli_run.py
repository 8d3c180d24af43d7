"""motma run and motma decisions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casework.office_words import KINDS, NOTE, OUTCOMES, REASONS, RUN_OUTCOMES, both, title_of
from pipelines.cli_call import Call, Commands, add_command, plain, positive, progress_bars, said, tell_of_files
from pipelines.cli_table import table

if TYPE_CHECKING:
    from casework.held import HeldDelivery
    from casework.run import RunResult
    from pipelines.jobs import RunReport

EXPORT_PURPOSE = "decisions"
SHOWN_RETURNED = 20


def add_commands(commands: Commands) -> None:
    """Adds `motma run` and `motma decisions`."""
    parser = add_command(
        commands,
        "run",
        run,
        "the main job: reads change files, decides each row, writes the answers; the same again decides nothing twice",
        "motma run inbox/ --source xa-08995",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of files")
    parser.add_argument("--source", type=said, metavar="UNIT", help="who sent them (default: source.toml, the profile)")
    parser = add_command(
        commands,
        "decisions",
        decisions,
        "write one line a row to a file: outcome, code, weights",
        "motma decisions --out decisions.xlsx",
    )
    parser.add_argument("--batch", type=positive, metavar="ID", help="of one batch only")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help=".csv, .parquet or .xlsx")


def run(call: Call) -> int:
    """Runs change files, as a flow run where a Prefect server is named."""
    from pipelines.jobs import job_run
    from pipelines.unreadable import EXIT_UNREADABLE, told_once

    given = call.arguments
    server = call.environ.get("PREFECT_API_URL")
    with progress_bars() as progress:
        if server:
            from pipelines.flow_run import run_on_server

            report = run_on_server(server, call.home, given.paths, source=given.source, by=call.by, progress=progress)
        else:
            report = job_run(call.home, given.paths, given.source, call.by, progress)
    call.show(flat(report), lambda: summary(report))
    tell_of_files(told_once(report.unreadable), report.noticed)
    return EXIT_UNREADABLE if report.unreadable else 0


def flat(report: RunReport) -> dict[str, Any]:
    """The report as one level of names, for JSON."""
    written = {answer.delivery_id: answer for answer in report.answers}
    files = [{**plain(file), **plain(written[file.delivery_id])} for file in report.result.files]
    return {**plain(report.result), "files": files, "unreadable": report.unreadable, "noticed": report.noticed}


def summary(report: RunReport) -> str:
    """What became of every row, for people."""
    result = report.result
    notes = _notes(report)
    if not result.files:
        return "\n\n".join(["Không có tệp nào để xử lý.", *notes])
    before = sum(result.outcomes.get(name, 0) for name in OUTCOMES) > result.decided
    others = "; các dòng khác đã quyết định từ trước" if before else ""
    parts = [_by_file(result), f"Quyết định lần này: {result.decided:,} dòng{others}."]
    if result.held:
        parts.append(held_text(result.held))
    if result.reasons:
        ordered = sorted(result.reasons.items(), key=lambda item: (-item[1], item[0]))
        parts.append(
            "Chờ xem xét, theo lý do:\n"
            + table(["Số dòng", "Lý do"], [(rows, both(REASONS, reason)) for reason, rows in ordered])
        )
    if result.waiting:
        parts.append(
            "Đã liên kết nhưng biến động còn chờ (toàn bộ hàng đợi):\n"
            + table(["Số mục", "Việc"], [(items, both(KINDS, kind)) for kind, items in sorted(result.waiting.items())])
        )
    if result.returned:
        parts.append(_returned(result))
    parts += [_answers(report), *notes]
    parts.append(_next_commands(result))
    return "\n\n".join(parts)


def held_text(files: Sequence[HeldDelivery]) -> str:
    """The files that the brake holds, what was seen in each, and what to do."""
    parts = []
    for file in files:
        rows = [
            (
                f"{sign['rows']:,}/{sign['of']:,}",
                f"{sign['limit']:.0%}",
                sign["title"],
                ", ".join(f"{sheet}:{row}" if sheet else str(row) for sheet, row in sign["examples"]),
            )
            for sign in file.signs
        ]
        parts.append(
            f"GIỮ LẠI, chưa áp dụng dòng nào: {file.file_name} (số {file.delivery_id}, nguồn {file.source}), "
            f"{file.rows_held:,} dòng chờ:\n{table(['Số dòng', 'Giới hạn', 'Điều bất thường', 'Ví dụ (dòng)'], rows)}\n"
            f'Xem lại tệp, hỏi người gửi, rồi: motma sources release {file.delivery_id} --reason "…" (cho xử lý) '
            f'hoặc motma sources return {file.delivery_id} --note "…" (trả lại cả tệp).'
        )
    return "\n\n".join(parts)


def _by_file(result: RunResult) -> str:
    names = [*OUTCOMES, *sorted(result.outcomes.keys() - OUTCOMES.keys())]
    rows: list[tuple[object, ...]] = [
        (file.file_name, file.source, file.rows, *(file.outcomes.get(name, 0) for name in names))
        for file in result.files
    ]
    rows.append(("Cộng", "", sum(file.rows for file in result.files), *(result.outcomes.get(n, 0) for n in names)))
    return table(["Tệp", "Nguồn", "Số dòng", *(both(RUN_OUTCOMES, name) for name in names)], rows)


def _returned(result: RunResult) -> str:
    headings = ["Tệp", "Dòng", "Cột", "Đã ghi", "Cần sửa"]
    has_sheets = any(row.sheet for row in result.returned)
    rows = [
        (
            f"{row.file} [{row.sheet}]" if has_sheets and row.sheet else row.file,
            row.sheet_row,
            NOTE if row.column is None else title_of(row.column, row.heading),
            row.value,
            row.message,
        )
        for row in result.returned[:SHOWN_RETURNED]
    ]
    left = len(result.returned) - len(rows)
    more = f"\n… và {left:,} lỗi nữa; xem đủ bằng --json." if left > 0 else ""
    return f"Trả lại người gửi (returned), {len(result.returned):,} lỗi:\n{table(headings, rows)}{more}"


def _answers(report: RunReport) -> str:
    """Where the answers to the senders are, which are as many as the files."""
    faulty = sum(answer.error_file is not None for answer in report.answers)
    root = report.answers[0].folder.parent.parent
    return f"Trả lời người gửi: {len(report.answers):,} phiếu nhận, {faulty:,} tệp cần sửa, trong {root}"


def _notes(report: RunReport) -> list[str]:
    """Where it was written down for senders that their files could not be read."""
    notes = [str(one.answer) for one in report.unreadable if one.answer is not None]
    return ["\n  ".join([f"Giấy báo cho người gửi, {len(notes):,} tệp không đọc được:", *notes])] if notes else []


def _next_commands(result: RunResult) -> str:
    lines = ["Tiếp theo:"]
    if result.outcomes.get("review") or result.waiting:
        lines.append("  motma queue list                       các dòng chờ người xem xét")
    lines.append("  motma decisions --out quyet-dinh.xlsx  kết quả từng dòng")
    lines.append("  motma check                            kiểm tra mọi cam kết của sổ")
    return "\n".join(lines)


def decisions(call: Call) -> int:
    """Writes the decisions to a file."""
    from casework.deliveries.export import export_decisions
    from casework.errors import UsageError, writing
    from casework.home import open_home
    from casework.types import Viewer
    from pipelines.decision_files import WRITERS, write_decisions

    out: Path = call.arguments.out
    if out.suffix.lower() not in WRITERS:
        raise UsageError(f"{out}: write to a file that ends in {', '.join(WRITERS)}.")
    if not out.parent.is_dir():
        raise UsageError(f"{out}: there is no folder {out.parent}.")
    rows = export_decisions(open_home(call.home), call.arguments.batch, Viewer(call.by, EXPORT_PURPOSE))
    with writing(out):
        write_decisions(rows, out)
    call.show({"file": out, "rows": len(rows)}, lambda: f"Đã ghi {len(rows):,} dòng vào {out}")
    return 0
