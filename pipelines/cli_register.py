"""motma init, register load, register publish, register codes."""

from __future__ import annotations

from pathlib import Path

from casework.office_dates import local_date
from casework.office_words import SCHEMES, both
from pipelines.cli_call import Call, Commands, add_command, day, progress_bars, tell_of_files
from pipelines.cli_table import table

INIT_PURPOSE = "init"


def add_init(commands: Commands) -> None:
    """Adds `motma init`."""
    parser = add_command(commands, "init", init, "create an empty home", "motma init --province 01")
    parser.add_argument("--province", metavar="NN", help="province of new codes where the sender does not say (01)")


def add_commands(commands: Commands) -> None:
    """Adds `motma register load`, `publish` and `codes`."""
    parser = add_command(
        commands,
        "load",
        load,
        "load extracts of the register, Parquet or CSV; the same file again changes nothing",
        "motma register load extract.parquet",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="an extract: .parquet or .csv")
    parser.add_argument("--as-of", type=day, metavar="DATE", help="the extract's date, yyyy-mm-dd (default: today)")
    add_command(commands, "publish", publish, "write the register version that searches read", "motma register publish")
    add_command(
        commands,
        "codes",
        codes,
        "the numbers of each province: drawn, skipped, left; and which scheme issues from which day",
        "motma register codes",
    )


def init(call: Call) -> int:
    """Creates the home."""
    from casework.home import create_home
    from casework.types import Viewer

    made = create_home(call.home, call.arguments.province, Viewer(call.by, INIT_PURPOSE))
    said = "Đã tạo" if made else "Đã có sẵn, không thay đổi gì"
    call.show(
        {"home": call.home, "created": made},
        lambda: f"{said}: {call.home}\nTiếp theo: motma register load TỆP",
    )
    return 0


def load(call: Call) -> int:
    """Loads extracts."""
    from pipelines.jobs import job_load
    from pipelines.unreadable import EXIT_UNREADABLE

    with progress_bars() as progress:
        report = job_load(call.home, call.arguments.files, call.arguments.as_of, call.by, progress)
    headings = ["Tệp", "Trạng thái", "Số dòng", "Số người", "Từ chối", "Có lỗi, vẫn nạp", "Mã tranh chấp"]

    def text() -> str:
        rows = [
            (
                done.file_name,
                "mới nạp" if done.is_new else "đã nạp từ trước, không đổi",
                done.rows,
                done.persons,
                done.rejected,
                done.flagged,
                done.disputed_codes,
            )
            for done in report.loads
        ]
        return f"{table(headings, rows)}\nTiếp theo: motma register publish" if rows else "Không nạp tệp nào."

    call.show(report, text)
    tell_of_files(report.unreadable, report.noticed)
    return EXIT_UNREADABLE if report.unreadable else 0


def publish(call: Call) -> int:
    """Publishes a register version."""
    from pipelines.jobs import job_publish

    with progress_bars() as progress:
        done = job_publish(call.home, call.by, progress)
    call.show(
        done,
        lambda: (
            f"Đã xuất bản phiên bản {done.seq} của sổ: {done.persons:,} người, {done.keys:,} khóa tìm kiếm, "
            f"{done.seconds:.1f} giây.\nTiếp theo: motma run THƯ-MỤC"
        ),
    )
    return 0


def codes(call: Call) -> int:
    """Shows what is left of the numbers of each province."""
    from casework.deciding.code_scheme import report
    from casework.home import open_home

    found = report(open_home(call.home))
    headings = ["Tỉnh", "Đã rút", "Đã cấp", "Bỏ qua (đã có)", "Có sẵn, chưa gặp", "Còn lại"]
    is_any_low = any(of.is_low for of in found.provinces)

    def text() -> str:
        schemes = [(local_date(first.isoformat()), both(SCHEMES, scheme)) for first, scheme in found.schemes]
        provinces = [
            (
                of.province,
                f"{of.drawn:,}",
                f"{of.issued:,}",
                f"{of.skipped:,}",
                f"{of.known_ahead:,}",
                f"{of.left:,}",
                *(["SẮP HẾT" if of.is_low else None] if is_any_low else []),
            )
            for of in found.provinces
        ]
        parts = [
            f"Cách cấp mã (bản {found.policy_version}):\n" + table(["Từ ngày", "Cách cấp"], schemes),
            table([*headings, *(["Lưu ý"] if is_any_low else [])], provinces) if provinces else "Chưa tỉnh nào cấp mã.",
            f"Số ĐDCN đã cấp làm mã số BHXH: {found.personal_numbers:,}.",
        ]
        return "\n\n".join(parts)

    call.show(found, text)
    return 0
