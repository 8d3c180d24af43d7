"""motma model show, train, blocks and thresholds."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from casework.office_words import CLASSES, NEEDED
from pipelines.cli_call import Call, Commands, add_command, day, natural, positive, progress_bars, tell, tell_of_files
from pipelines.cli_table import table

if TYPE_CHECKING:
    from casework.model.models import LevelView, ModelView
    from casework.model.thresholds import Choice

#: How many persons of the register ask, where nobody says: enough to meet every block that is large.
DEFAULT_SAMPLE = 20_000
#: Shares of rows in review for which thresholds are told, where nobody says.
DEFAULT_BUDGETS = (0.02, 0.05, 0.1)


def add_commands(commands: Commands) -> None:
    """Adds `motma model show`, `train`, `blocks` and `thresholds`."""
    parser = add_command(
        commands,
        "show",
        show,
        "what a model compares, and what every level is worth, as a table and a chart",
        "motma model show --chart weights.svg",
    )
    parser.add_argument("--model", metavar="MODEL", help="a version or a file (default: the newest version)")
    parser.add_argument("--chart", type=_chart_file, metavar="FILE", help="draw the weights as .svg or .png")
    parser = add_command(
        commands,
        "train",
        train,
        "learn a model from registers and the change files that came to them, without labels",
        "motma model train extract.parquet --inbox inbox/ --out model.toml --seed 1",
    )
    parser.add_argument("registers", nargs="+", type=Path, metavar="REGISTER", help="an extract: .parquet or .csv")
    parser.add_argument(
        "--inbox",
        action="append",
        type=Path,
        metavar="PATH",
        help="the change files of a register, in the order of the registers (default: the folder inbox beside each)",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the model file to write")
    parser.add_argument("--seed", type=natural, required=True, metavar="N", help="seed of the draws and of EM's starts")
    parser.add_argument("--base", metavar="MODEL", help="the model to lean on (default: the newest version)")
    parser.add_argument("--at", type=day, metavar="DATE", help="the day on which the change files came in (today)")
    parser.add_argument("--version", type=day, metavar="DATE", help="the version, a day (default: today)")
    parser = add_command(
        commands,
        "blocks",
        blocks,
        "how many records each key would bring, and what the cap would cut, before a search is paid",
        "motma model blocks",
    )
    parser.add_argument(
        "--sample",
        type=positive,
        default=DEFAULT_SAMPLE,
        metavar="N",
        help=f"how many persons of the register ask, evenly spread ({DEFAULT_SAMPLE:,})",
    )
    parser = add_command(
        commands,
        "thresholds",
        thresholds,
        "which thresholds a budget of review implies for decided rows, and what harm to expect; changes nothing",
        "motma model thresholds --review 0.05",
    )
    parser.add_argument("--batch", type=positive, metavar="ID", help="the rows of one batch (default: all)")
    parser.add_argument(
        "--review",
        nargs="+",
        type=_share,
        default=DEFAULT_BUDGETS,
        metavar="SHARE",
        help="shares of the rows that may be reviewed, 0 to 1 (0.02 0.05 0.1)",
    )


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share of rows, such as 0.05")
    return share


def _chart_file(text: str) -> Path:
    if not text.lower().endswith((".svg", ".png")):
        raise argparse.ArgumentTypeError(f"{text!r} is neither .svg nor .png")
    return Path(text)


def show(call: Call) -> int:
    """Shows a model."""
    from casework.model.models import view_model

    view = view_model(call.arguments.model)
    if call.arguments.chart:
        from pipelines.model_chart import draw

        draw(view, call.arguments.chart)
    call.show(view, lambda: _model_text(view))
    return 0


def _model_text(view: ModelView) -> str:
    headings = ["So sánh", "Mức", "m", "u", "Trọng số", *(CLASSES[kind] for kind in view.others if kind in CLASSES)]
    rows: list[list[object]] = []
    for comparison in view.comparisons:
        for at, level in enumerate(comparison.levels):
            others = [getattr(level, kind) for kind in view.others if kind in CLASSES]
            chances = [_chance(value) for value in (level.m, level.u)]
            rows.append(
                [
                    comparison.label if at == 0 else "",
                    level.label,
                    *chances,
                    f"{level.weight:+.1f}{_mark(level)}",
                    *map(_chance, others),
                ]
            )
    limits = view.thresholds
    told = [
        f"Mô hình {view.version}, {view.date}. Học từ: {view.trained_on}",
        f"Bước tìm kiếm: {view.search}. Ngưỡng: liên kết từ {limits['upper']}, không phải nếu dưới {limits['lower']}.",
        table(headings, rows),
        "Trọng số = log2(m/u), bit. * u là tỷ lệ của chính giá trị ấy trong sổ, nếu biết. "
        "^ u có mức tối thiểu theo số người của sổ.",
    ]
    return "\n\n".join(told)


def _chance(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") if value >= 1e-4 else f"{value:.1e}"


def _mark(level: LevelView) -> str:
    return ("*" if level.by_value else "") + ("^" if level.by_size else "")


def train(call: Call) -> int:
    """Learns a model."""
    from casework.vietnam_time import today
    from pipelines.jobs import job_train
    from pipelines.unreadable import EXIT_UNREADABLE

    asked = call.arguments
    at, version = (said or today() for said in (asked.at, asked.version))
    with progress_bars() as progress:
        report = job_train(
            list(zip(asked.registers, _inboxes(asked.registers, asked.inbox), strict=True)),
            asked.base,
            asked.out,
            seed=asked.seed,
            at=at,
            version=version,
            progress=progress,
        )
    tell_of_files(report.unreadable, report.noticed)
    learnt = report.learnt
    if learnt is None:
        tell("Không học được gì: có sổ không đọc được.")
        return EXIT_UNREADABLE

    def text() -> str:
        pairs = ", ".join(f"{CLASSES[kind]}: {size:,}" for kind, size in learnt.pairs.items())
        return (
            f"Đã ghi mô hình {learnt.version} vào {learnt.file}. Số cặp đã dùng: {pairs}.\n"
            f"Tiếp theo: motma model show --model {learnt.file}"
        )

    call.show(learnt, text)
    return EXIT_UNREADABLE if report.unreadable else 0


def _inboxes(registers: list[Path], inboxes: list[Path] | None) -> list[Path]:
    """The change files of each register."""
    from casework.errors import UsageError

    if inboxes is None:
        return [register.parent / "inbox" for register in registers]
    if len(inboxes) != len(registers):
        raise UsageError(f"--inbox: {len(registers)} registers need as many inboxes, and there are {len(inboxes)}")
    return inboxes


def blocks(call: Call) -> int:
    """Shows what each key would bring."""
    from casework.home import open_home
    from casework.model.blocks import block_report

    with progress_bars() as progress:
        report = block_report(open_home(call.home), call.arguments.sample, progress)
    headings = [
        "Bước",
        "Khóa",
        "Bắt buộc",
        "Số người hỏi",
        "Ứng viên/người",
        "Nhiều nhất",
        "Vượt trần",
        "Thu hẹp",
        "Bị cắt",
        "Khối lớn nhất",
    ]

    def text() -> str:
        rows = [
            (
                of.step,
                of.key,
                NEEDED[of.needed],
                f"{of.asking:,}",
                f"{of.read / max(of.asking, 1):.1f}",
                f"{of.most:,}",
                f"{of.over:,}",
                f"{of.narrowed:,}",
                f"{of.cut:,}",
                "  ".join(f"{size:,}" for size in of.largest),
            )
            for of in report.keys
        ]
        return (
            f"Sổ phiên bản {report.register_seq}: {report.persons:,} người, {report.asked:,} người hỏi như một dòng. "
            f"Trần một khối: {report.cap:,}.\n\n{table(headings, rows)}\n\n"
            "Ứng viên/người tính sau khi thu hẹp. Người bị cắt ở một bước bắt buộc thì không được cấp mã mới."
        )

    call.show(report, text)
    return 0


def thresholds(call: Call) -> int:
    """Shows what thresholds budgets of review imply."""
    from casework.home import open_home
    from casework.model.thresholds import threshold_report

    report = threshold_report(open_home(call.home), call.arguments.batch, call.arguments.review)
    headings = [
        "Ngân sách xem xét",
        "Liên kết từ",
        "Không phải nếu dưới",
        "Liên kết",
        "Cấp mã",
        "Xem xét",
        "Liên kết sai (dự kiến)",
        "Cấp trùng (dự kiến)",
    ]

    def line(budget: str, choice: Choice) -> list[object]:
        found = choice.best
        if found is None:
            return [budget, "không đủ", *[None] * 6]
        limits = [f"{limit:.6f}" for limit in (found.upper, found.lower)]
        numbers = [f"{number:,}" for number in (found.linked, found.issued, found.review)]
        return [budget, *limits, *numbers, f"{found.false_links:.2f}", f"{found.duplicate_issues:.2f}"]

    def text() -> str:
        rows = [
            line("đang dùng", report.standing),
            *(line(f"{choice.budget:.1%}", choice) for choice in report.choices),
        ]
        return (
            f"Mô hình {report.model}, {report.rows:,} dòng không bị trả lại, theo xác suất khi máy xử lý lần đầu.\n\n"
            f"{table(headings, rows)}\n\n"
            "Số dự kiến đúng khi xác suất đúng; dòng mà quy tắc giữ lại thì ngưỡng nào cũng phải xem xét. "
            "Ngưỡng đang dùng không thay đổi."
        )

    call.show(report, text)
    return 0
