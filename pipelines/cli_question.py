"""motma queue ask, questions and answer: what one province asks another about an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.office_dates import local_date, local_time
from casework.office_words import ANSWERS, EVENTS, word
from pipelines.cli_call import Call, Commands, add_command, positive, said
from pipelines.cli_case import LEGEND, side_by_side
from pipelines.cli_table import shown, table

if TYPE_CHECKING:
    from casework.office.questions import Question, QuestionLine, QuestionView

ASK_PURPOSE = "queue ask"
ANSWER_PURPOSE = "queue answer"


def add_commands(commands: Commands) -> None:
    """Adds `motma queue ask`, `questions` and `answer`."""
    parser = add_command(
        commands,
        "ask",
        asking,
        "ask the province where a candidate lives; the item waits for its answer, or is decided all the same",
        "motma queue ask 17 --code 6678534793 --reason same_person",
    )
    parser.add_argument("item", type=positive, metavar="ITEM", help="its number, as `motma queue list` says")
    parser.add_argument("--code", required=True, type=said, metavar="CODE", help="the candidate's BHXH code")
    parser.add_argument("--reason", required=True, type=said, metavar="CODE", help="what is asked (questions.toml)")
    parser.add_argument("--text", type=said, metavar="TEXT", help="more words; the province asked reads them")

    parser = add_command(
        commands, "questions", listing, "questions that wait for an answer, oldest first", "motma queue questions"
    )
    parser.add_argument("--show", type=positive, metavar="QUESTION", help="one of them, whole; logged")

    parser = add_command(
        commands, "answer", answering, "answer a question; whoever asked decides", "motma queue answer 3 --same"
    )
    parser.add_argument(
        "question", type=positive, metavar="QUESTION", help="its number, as `motma queue questions` says"
    )
    words = parser.add_mutually_exclusive_group(required=True)
    words.add_argument("--same", action="store_const", dest="word", const="same", help="the row is this person")
    words.add_argument("--not-same", action="store_const", dest="word", const="not_same", help="it is somebody else")
    words.add_argument("--unsure", action="store_const", dest="word", const="unsure", help="the province cannot say")
    parser.add_argument("--text", type=said, metavar="TEXT", help="more words; whoever asked reads them")


def asking(call: Call) -> int:
    """Asks another province."""
    from casework.home import open_home
    from casework.office.questions import Asking, ask, candidate_of_code
    from casework.types import Viewer

    given, home, viewer = call.arguments, open_home(call.home), Viewer(call.by, ASK_PURPOSE)
    person_id = candidate_of_code(home, given.item, given.code, viewer)
    found = ask(home, given.item, Asking(person_id, given.reason, given.text), viewer)
    call.show(
        found,
        lambda: (
            f"Câu hỏi {found.question_id}: đang hỏi tỉnh {found.province} về mục {found.item_id}.\n"
            f"Người của tỉnh ấy chạy: motma queue answer {found.question_id} --same (--not-same, --unsure)"
        ),
    )
    return 0


def listing(call: Call) -> int:
    """Lists the questions that wait, or shows one."""
    from casework.home import open_home
    from casework.office.questions import show, waiting
    from casework.types import Viewer

    home, viewer = open_home(call.home), Viewer(call.by, ANSWER_PURPOSE)
    if call.arguments.show is not None:
        view = show(home, call.arguments.show, viewer)
        call.show(view, lambda: _view_text(view))
        return 0
    found = waiting(home, viewer)
    call.show({"questions": found}, lambda: _listing_text(found))
    return 0


def answering(call: Call) -> int:
    """Answers a question."""
    from casework.home import open_home
    from casework.office.questions import answer
    from casework.types import Viewer

    given = call.arguments
    found = answer(open_home(call.home), given.question, given.word, given.text, Viewer(call.by, ANSWER_PURPOSE))
    call.show(found, lambda: f"Câu hỏi {found.question_id}: đã trả lời: {word(ANSWERS, found.word)}.")
    return 0


def question_line(question: Question) -> str:
    """A question about an item and how it stands, on a line for whoever asked."""
    asked = f"{local_time(question.asked_at)} {shown(question.asked_by)} hỏi tỉnh {question.province}: {question.about}"
    told = f", {shown(question.note)}" if question.note else ""
    if question.word is None:
        return f"{asked}{told}; {'chưa có trả lời' if question.state == 'asking' else 'không còn chờ trả lời'}"
    more = f", {shown(question.answer_note)}" if question.answer_note else ""
    return f"{asked}{told}; trả lời: {word(ANSWERS, question.word)}{more} ({shown(question.answered_by)})"


def _listing_text(found: list[QuestionLine]) -> str:
    if not found:
        return "Không có câu hỏi nào chờ trả lời."
    headings = ["Câu hỏi", "Họ và tên", "Ngày sinh", "Tỉnh hỏi", "Hỏi tỉnh", "Lúc", "Điều hỏi"]
    rows = [
        (
            line.question.question_id,
            line.full_name,
            local_date(line.birth_date),
            line.question.from_province,
            line.question.province,
            local_time(line.question.asked_at),
            line.question.about,
        )
        for line in found
    ]
    return f"{table(headings, rows)}\n\nTiếp theo: motma queue questions --show {found[0].question.question_id}"


def _view_text(view: QuestionView) -> str:
    beside = side_by_side("Dòng, như máy hiểu", view.understood, [("Người được hỏi", view.record)])
    received = [(heading, text) for heading, text in view.received if text.strip()]
    return "\n\n".join(
        [
            f"Câu hỏi {view.question.question_id}, {word(EVENTS, view.event)}:\n{question_line(view.question)}",
            f"Người gửi đã ghi:\n{table(['Cột', 'Nội dung'], received)}",
            f"So sánh:\n{beside}\n{LEGEND}",
        ]
    )
