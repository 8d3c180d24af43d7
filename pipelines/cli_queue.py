"""motma queue list, show, decide and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.office_dates import local_date, local_time
from casework.office_words import EVENTS, FIELDS, KINDS, OUTCOMES, PLACES, REASONS, both, word
from pipelines.cli_call import Call, Commands, add_command, positive, said
from pipelines.cli_table import shown, table

if TYPE_CHECKING:
    from casework.office.queue import DecideResult, QueueLine, QueueListing
    from casework.office.undo import UndoResult

LIST_PURPOSE = "queue list"
DECIDE_PURPOSE = "queue decide"
UNDO_PURPOSE = "queue undo"
DEFAULT_ITEMS = 50
ITEM_HELP = "its number, as `motma queue list` says"


def add_commands(commands: Commands) -> None:
    """Adds `motma queue list`, `show`, `decide` and `undo`."""
    parser = add_command(
        commands, "list", listing, "what waits for a person, oldest first", "motma queue list --reason twin"
    )
    parser.add_argument("--reason", choices=sorted(PLACES), metavar="REASON", help="of one reason, such as weak")
    parser.add_argument("--limit", type=positive, default=DEFAULT_ITEMS, metavar="N", help="how many (50)")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--changes", action="store_true", help="instead: what corrections ask to change")
    instead.add_argument("--disputed", action="store_true", help="instead: codes of several persons, for re-issue")

    parser = add_command(
        commands,
        "show",
        show,
        "one case: the row, its candidates, and what each decision does; logged",
        'motma queue show 17 --purpose "xử lý hàng đợi"',
    )
    parser.add_argument("item", type=positive, metavar="ITEM", help=ITEM_HELP)
    parser.add_argument("--purpose", required=True, type=said, metavar="TEXT", help="what for; goes into the log")

    parser = add_command(
        commands, "decide", decide, "decide one case", 'motma queue decide 17 --link 0110301408 --note "đã xem CCCD"'
    )
    parser.add_argument("item", type=positive, metavar="ITEM", help=ITEM_HELP)
    verdict = parser.add_mutually_exclusive_group(required=True)
    verdict.add_argument("--link", metavar="CODE", help="the row is the person with this code")
    verdict.add_argument("--new", action="store_true", help="nobody in the register is this person: one new code")
    verdict.add_argument("--not-same", metavar="CODE", help="the row is not the person with this code; decide again")
    verdict.add_argument("--alive", metavar="CODE", help="the death recorded of this person is wrong; takes two people")
    verdict.add_argument("--same-row", type=positive, metavar="ROW", help="both rows in review are one person")
    verdict.add_argument("--not-same-row", type=positive, metavar="ROW", help="they are not; both are decided again")
    verdict.add_argument(
        "--return", action="store_true", dest="give_back", help="back to the sender; with --reason, --note"
    )
    verdict.add_argument("--approve", action="store_true", help="agree to what waits: a death, a household change")
    parser.add_argument("--note", type=said, metavar="TEXT", help="why; kept with the decision")
    parser.add_argument(
        "--reason",
        type=said,
        metavar="CODE",
        help="of a return: papers … (returns.toml); of a verdict: papers_seen … (grounds.toml)",
    )

    parser = add_command(
        commands,
        "undo",
        undo,
        "take a decision of one's own back, while nothing was built on it",
        "motma queue undo 17",
    )
    parser.add_argument("item", type=positive, metavar="ITEM", help="the item that was decided")


def listing(call: Call) -> int:
    """Lists what waits, what corrections ask to change, or disputed codes."""
    from casework.home import open_home
    from casework.office import queue
    from casework.register.disputed import disputed_codes
    from casework.types import Viewer

    given, viewer = call.arguments, Viewer(call.by, LIST_PURPOSE)
    if given.changes:
        requests = queue.change_requests(open_home(call.home), given.limit, viewer)
        headings = ["Yêu cầu", "Mã số BHXH", "Trường", "Trong sổ", "Đề nghị", "Lúc"]
        rows = [
            (
                request["request_id"],
                request["bhxh_code"],
                FIELDS.get(request["field"], request["field"]),
                _value(request["field"], request["old_value"]),
                _value(request["field"], request["new_value"]),
                local_time(request["requested_at"]),
            )
            for request in requests
        ]
        call.show({"requests": requests}, lambda: table(headings, rows) if rows else "Không có yêu cầu điều chỉnh nào.")
        return 0
    if given.disputed:
        held = disputed_codes(open_home(call.home), given.limit, viewer)
        headings = ["Mã số BHXH", "Họ và tên", "Ngày sinh", "Mã hộ"]
        holders = [(one.code, one.full_name, local_date(one.birth_date), one.household_code) for one in held]
        nobody = "Không có mã số nào cấp cho nhiều người."
        call.show({"disputed": held}, lambda: table(headings, holders) if holders else nobody)
        return 0
    found = queue.listing(open_home(call.home), given.reason, given.limit, viewer)
    call.show(found, lambda: _listing_text(found, given.reason))
    return 0


def _value(field: str, value: str | None) -> str | None:
    return local_date(value) if field.endswith("_date") else value


def _place(item: QueueLine) -> str:
    """Where an item stands with another province."""
    return f"; {PLACES[item.place]} {item.asked_province or ''}".rstrip() if item.place else ""


def _listing_text(found: QueueListing, reason: str | None) -> str:
    if not found.items:
        return "Không có mục nào chờ xem xét."
    headings = ["Mục", "Họ và tên", "Ngày sinh", "Biến động", "Lý do", "Tệp", "Dòng", "Mã dòng", "Chờ mã dòng"]
    rows = [
        (
            item.item_id,
            item.full_name,
            local_date(item.birth_date),
            word(EVENTS, item.event),
            both(REASONS, item.reason) + _place(item),
            item.file_name,
            item.sheet_row,
            item.row_id,
            item.waits_for_row,
        )
        for item in found.items
    ]
    total = sum(count["items"] for count in found.counts if reason in (None, count["reason"]))
    more = f", {total - len(rows)} mục nữa với --limit {total}" if total > len(rows) else ""
    counts = [(count["items"], word(KINDS, count["kind"]), both(REASONS, count["reason"])) for count in found.counts]
    example = f'motma queue show {found.items[0].item_id} --purpose "xử lý hàng đợi"'
    return "\n\n".join(
        [
            f"{len(rows)} mục, cũ nhất trước{more}:\n{table(headings, rows)}",
            f"Cả hàng đợi:\n{table(['Số mục', 'Việc', 'Lý do'], counts)}",
            f"Tiếp theo: {example}",
        ]
    )


def show(call: Call) -> int:
    """Shows one case."""
    from casework.home import open_home
    from casework.office import queue
    from casework.types import Viewer
    from pipelines.cli_item import item_text

    view = queue.show(open_home(call.home), call.arguments.item, Viewer(call.by, call.arguments.purpose))
    call.show(view, lambda: item_text(view))
    return 0


def decide(call: Call) -> int:
    """Decides one case."""
    from casework.home import open_home
    from casework.office import queue
    from casework.office.verdicts import Verdict
    from casework.types import Viewer

    given = call.arguments
    verdicts = {
        "link": given.link is not None,
        "new": given.new,
        "not_same": given.not_same is not None,
        "alive": given.alive is not None,
        "same_row": given.same_row is not None,
        "not_same_row": given.not_same_row is not None,
        "return": given.give_back,
        "approve": given.approve,
    }
    (verdict,) = (name for name, is_meant in verdicts.items() if is_meant)
    code = given.link or given.not_same or given.alive
    row = given.same_row or given.not_same_row
    given_verdict = Verdict(verdict, code, given.note, given.reason, row=row)
    result = queue.decide(open_home(call.home), given.item, given_verdict, Viewer(call.by, DECIDE_PURPOSE))
    call.show(result, lambda: result_text(verdict, result))
    return 0


def undo(call: Call) -> int:
    """Takes a decision back."""
    from casework.home import open_home
    from casework.office.undo import undo_decision
    from casework.types import Viewer

    result = undo_decision(open_home(call.home), call.arguments.item, Viewer(call.by, UNDO_PURPOSE))
    call.show(result, lambda: undone_text(result))
    return 0


def undone_text(result: UndoResult) -> str:
    """What was taken back, and how the row stands now."""
    reason = f", lý do: {both(REASONS, result.reason)}" if result.reason else ""
    code = f", mã số {result.code}" if result.code else ""
    again = "" if result.item_id == result.was else f" Việc ấy chờ lại ở mục {result.item_id}."
    return (
        f"Mục {result.was}: đã hoàn tác quyết định.{again}\n"
        f"Dòng bây giờ: {both(OUTCOMES, result.outcome)}{code}{reason}.\n"
        f'Xem lại: motma queue show {result.item_id} --purpose "xử lý hàng đợi"'
    )


def result_text(verdict: str, result: DecideResult) -> str:
    """What came of a decision, and what is still to be done."""
    reason = f", lý do: {both(REASONS, result.reason)}" if result.reason else ""
    code = f", mã số {result.code}" if result.code else ""
    agreement = _agreement(verdict, result)
    outcome = agreement or both(OUTCOMES, result.outcome)
    lines = [f"Mục {result.item_id}: {outcome}{code}{reason}."]
    if result.needs_approval:
        agreed = ", ".join(shown(name) for name in result.approved_by)
        lines.append(
            f"Báo chết còn chờ một người khác đồng ý (đã đồng ý: {agreed or 'chưa có ai'}). "
            f"Người ấy chạy: motma queue decide {result.item_id} --approve"
        )
    if result.alive_by:
        said_by = ", ".join(shown(name) for name in result.alive_by)
        lines.append(
            f"Báo chết đã ghi còn đứng tới khi một người duyệt khác cũng nói là sai (đã nói: {said_by}). "
            f"Người ấy chạy: motma queue decide {result.item_id} --alive CODE"
        )
    if result.settled_rows:
        lines.append(f"{result.settled_rows} dòng chờ dòng này đã được quyết định lại.")
    return "\n".join(lines)


def _agreement(verdict: str, result: DecideResult) -> str | None:
    """What was written of a change that waited beside a link; None where the row itself was decided."""
    if verdict == "return":
        return "không đồng ý, biến động không được ghi; dòng vẫn liên kết" if result.outcome == "linked" else None
    if result.needs_approval:
        return "cần thêm một người khác đồng ý" if verdict == "approve" else None
    if not result.approved_by:
        return None
    # a death takes two, a household change one
    return "đã ghi nhận người này đã chết" if len(result.approved_by) > 1 else "đã ghi biến động hộ"
