"""The words and cells of an answer, whatever file they stand in."""

from __future__ import annotations

from collections.abc import Iterator

from casework.deliveries.answers import Answer, AnsweredRow
from casework.deliveries.error_sheets import ErrorSheet, RowToMend
from casework.deliveries.layouts import CSV, FAULTS_HEADING
from casework.deliveries.returned import Fault, WhyReturned
from casework.office_words import KINDS, NOTE, OUTCOMES, REASONS, RUN_OUTCOMES, both, title_of, word

#: What to do with an error file, as its last heading says.
HOW_TO_MEND = (
    "Sửa các ô tô vàng theo cột này, lưu tệp rồi gửi lại cho cơ quan BHXH. "
    "Không cần xóa cột nào: hai cột cuối không tính."
)
_UNDECIDED = "chưa quyết định"


def plain(text: str) -> str:
    """The text without characters that are not seen, but for line breaks."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


def _fault_texts(why: WhyReturned) -> list[str]:
    """All that is to be mended in a row: the officer's note, and each fault with its column."""
    note = [f"{NOTE}: {why.note}"] if why.note is not None else []
    faults = [f"{title_of(fault.column, fault.heading)}{lost_value(fault)}: {fault.message}" for fault in why.faults]
    return [plain(text) for text in (*note, *faults)]


def lost_value(fault: Fault) -> str:
    """What stood in a cell that could not be sent back as it was, in parentheses."""
    return f" (đã ghi {fault.value})" if fault.is_lost and fault.value else ""


def to_mend(why: WhyReturned) -> str:
    """What is to be mended in a row, in one cell."""
    texts = _fault_texts(why)
    return texts[0] if len(texts) == 1 else "\n".join(f"{number}. {text}" for number, text in enumerate(texts, start=1))


def cells_of(row: RowToMend) -> list[str]:
    """All cells of a row of an error file."""
    return [*row.cells, str(row.sheet_row), to_mend(row.why), *row.surplus]


def above_of(sheet: ErrorSheet) -> Iterator[tuple[int, int, str]]:
    """Row, place and text of the cells over the table."""
    for cell, value in sheet.above:
        yield cell.sheet_row, cell.at, f"{cell.label}: {value}"


def reason_of(row: AnsweredRow) -> str:
    """Why a row stands as it does, for its sender."""
    if row.why is not None:
        return to_mend(row.why)
    said = [REASONS.get(row.reason, row.reason)] if row.reason is not None else []
    return "; ".join([*said, *(KINDS.get(kind, kind) for kind in row.waiting)])


def what_to_do(answer: Answer, error_file: str) -> list[str]:
    """What the sender does next."""
    told = []
    if answer.error_sheets:
        where = "" if answer.layout.form == CSV else ", tức các ô tô vàng,"
        told.append(
            f"Mở tệp “{error_file}” gửi kèm, sửa theo cột “{FAULTS_HEADING}”{where} rồi gửi lại tệp ấy. "
            "Không gửi lại các dòng khác."
        )
    if answer.outcomes.get("held"):
        told.append("Cơ quan BHXH đang giữ lại cả tệp để kiểm tra và sẽ trả lời sau, chưa phải gửi lại.")
    if answer.outcomes.get("review") or answer.outcomes.get("undecided"):
        told.append("Các dòng chờ xem xét do cơ quan BHXH xử lý, không phải gửi lại.")
    return told or ["Không phải làm gì thêm."]


def outcome_word(name: str | None) -> str:
    """The word of the offices for an outcome."""
    if name == "held":
        return both(RUN_OUTCOMES, name)
    return _UNDECIDED if name in (None, "undecided") else word(OUTCOMES, name) or ""
