"""One queue item, whole, with what each decision does and the command for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from casework.office_dates import local_date, local_time
from casework.office_words import (
    EVENTS,
    FLAGS,
    KINDS,
    NEEDS,
    OUTCOMES,
    REASONS,
    ROW_STANDINGS,
    STEP_STATUSES,
    both,
    word,
)
from pipelines.cli_case import LEGEND, candidate_lines, households_text, side_by_side
from pipelines.cli_question import question_line
from pipelines.cli_table import shown, table

if TYPE_CHECKING:
    from casework.office.view import CandidateView, ItemView

#: the arguments of `motma queue decide` for a verdict
_ARGUMENTS = {
    "link": "--link {code}",
    "not_same": "--not-same {code}",
    "alive": "--alive {code}",
    "same_row": "--same-row {row}",
    "not_same_row": "--not-same-row {row}",
    "new": "--new",
    "approve": "--approve",
    "return": '--return --note "…"',
}


def item_text(view: ItemView) -> str:
    """The case for the terminal."""
    return "\n\n".join(part for part in _parts(view) if part)


def _parts(view: ItemView) -> Iterator[str]:
    yield _head(view)
    received = [(heading, text) for heading, text in view.received if text.strip()]
    yield f"Người gửi đã ghi:\n{table(['Cột', 'Nội dung'], received)}"
    titles = [_title(view, number) for number in range(len(view.candidates))]
    records = [candidate.record for candidate in view.candidates]
    beside = side_by_side("Dòng, như máy hiểu", view.understood, list(zip(titles, records, strict=True)))
    yield f"So sánh:\n{beside}\n{LEGEND}"
    if not view.candidates:
        yield "Không tìm thấy ai giống người này."
    for title, candidate in zip(titles, view.candidates, strict=True):
        yield "\n".join(candidate_lines(title, candidate, candidate.posterior, _standing(candidate)))
    yield households_text(
        {view.understood["household_code"]: view.members}
        | {candidate.record["household_code"]: candidate.members for candidate in view.candidates}
    )
    if view.steps:
        from casework.step_titles import step_titles

        names = step_titles()
        steps = [(word(names, step), hits, word(STEP_STATUSES, status)) for step, status, hits in view.steps]
        yield f"Đã tìm theo quy định:\n{table(['Bước', 'Thấy', 'Kết quả'], steps)}"
    if view.history:
        decided = [
            (
                local_time(entry["decided_at"]),
                both(OUTCOMES, entry["outcome"]),
                both(REASONS, entry["reason"]) if entry["reason"] else None,
                entry["bhxh_code"],
                entry["decided_by"],
            )
            for entry in view.history
        ]
        yield f"Đã quyết định:\n{table(['Lúc', 'Kết quả', 'Lý do', 'Mã số', 'Ai'], decided)}"
    yield _choices(view)


def _head(view: ItemView) -> str:
    meaning = view.understood
    lines = [
        f"Mục {view.item_id}: {word(KINDS, view.kind)}. Lý do: {both(REASONS, view.reason)}",
        f"{shown(view.file_name)}, dòng {view.sheet_row}, nguồn {shown(view.source)} "
        f"(mã dòng {view.row_id}); mở lúc {local_time(view.opened_at)}",
        f"Biến động: {both(EVENTS, view.event)}, ngày {shown(local_date(meaning['event_date']))}",
    ]
    if meaning["flags"]:
        lines.append(f"Máy lưu ý: {'; '.join(FLAGS.get(flag, flag) for flag in meaning['flags'])}")
    if view.lacks:
        lines.append(f"Còn thiếu: {', '.join(NEEDS.get(need, need) for need in view.lacks)}")
    if view.linked_code:
        lines.append(f"Dòng đã liên kết với mã số {view.linked_code}.")
    if view.waits_for_row is not None:
        lines.append(f"Chờ dòng có mã {view.waits_for_row}: quyết định dòng ấy trước, dòng này sẽ được xét lại.")
    if view.waiting_rows:
        lines.append(f"Các mục chờ dòng này: {', '.join(map(str, view.waiting_rows))}; sẽ được xét lại ngay sau đó.")
    lines += [question_line(question) for question in view.questions]
    if view.approved_by:
        lines.append(f"Đã đồng ý: {', '.join(map(shown, view.approved_by))}")
    return "\n".join(lines)


def _title(view: ItemView, number: int) -> str:
    candidate = view.candidates[number]
    if candidate.person_id is None:
        return f"Ứng viên {number + 1} (mã dòng {candidate.other_row_id})"
    return f"Ứng viên {number + 1}"


def _standing(candidate: CandidateView) -> str | None:
    """How a candidate that is another row was decided."""
    if candidate.person_id is not None:
        return None
    return ROW_STANDINGS.get(candidate.row_outcome or "", "dòng chưa được quyết định").format(code=candidate.code)


def _choices(view: ItemView) -> str:
    """What can be decided, what it does, and the command."""
    from casework.office.choices import choices

    if view.state != "open":
        return "Mục này đã được quyết định."
    lines = []
    for choice in choices(view):
        command = _ARGUMENTS[choice.word].format(code=choice.code, row=choice.row)
        lines += [f"  {choice.told}", f"    motma queue decide {view.item_id} {command}"]
    return "Có thể quyết định:\n" + "\n".join(lines)
