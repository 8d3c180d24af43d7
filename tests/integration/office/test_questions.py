"""What one province asks another about an item, and what its answer does: it is advice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from casework.errors import AnsweredError, ClaimedError, UsageError
from casework.office.claims import show_claimed
from casework.office.desk import desk, ended, next_item
from casework.office.questions import Asking, answer, ask, askable, candidate_of_code, show, waiting
from casework.office.queue import show as show_item
from casework.types import Scope, Viewer
from tests.integration.office.test_undo import ADDITION, HANH

if TYPE_CHECKING:
    from .conftest import Office, Row

ASKER = Viewer("binh", "review", Scope("66"))
THERE = Viewer("lan", "hỏi đáp giữa tỉnh", Scope("01"))
ELSEWHERE = Viewer("tam", "review", Scope("79"))
CLERK = Viewer("minh", "review", Scope("01", "xa-01"))


def doubted(office: Office, line: str = ADDITION, name: str = "a.csv") -> tuple[Row, int]:
    """A row of province 66 that may be Lương Thị Hạnh of province 01, and its item."""
    office.run(replace(office.file(name, line, source="xa-66"), province="66"))
    (row,) = (row for row in office.rows() if row.file == name)
    return row, office.item(row)


def test_a_question_is_asked_answered_and_stays_advice(office: Office) -> None:
    _row, item = doubted(office)
    other, _ = doubted(office, ADDITION.replace("Hanh", "Hánh").replace("1975", "1977"), "b.csv")
    hanh = candidate_of_code(office.home, item, HANH, ASKER)
    assert askable(office.home, item, ASKER)[hanh] == "01"
    show_claimed(office.home, item, ASKER)
    question = ask(office.home, item, Asking(hanh, "papers", "xem lại ngày sinh"), ASKER)
    counts = office.counts()
    assert ask(office.home, item, Asking(hanh, "papers", None), ASKER) == question
    assert office.counts() == counts
    # it is put aside: with a place of its own, last, and it does not open by itself
    found = desk(office.home, None, None, ASKER)
    assert (found.asking, {pile.name: pile.items for pile in found.reasons}["asking"]) == (1, 1)
    last = found.lines[-1].item
    assert (last.item_id, last.asked_province, last.asked_at) == (item, "01", question.asked_at)
    assert next_item(office.home, None, None, None, ASKER) == office.item(other)
    assert next_item(office.home, office.item(other), None, None, ASKER) is None
    assert ended(office.home, item, ASKER).asked == "01"

    # those asked see the one row and the one person, and nothing else of that queue
    assert [line.question for line in waiting(office.home, THERE)] == [question]
    view = show(office.home, question.question_id, THERE)
    assert (view.understood["full_name"], view.record["bhxh_code"]) == ("Lương Thị Hanh", HANH)
    logged = office.ask("select logged_by, purpose from log_entry where act = 'question_show'")
    assert logged == [("lan", "hỏi đáp giữa tỉnh")]
    for stranger in (ELSEWHERE, CLERK, ASKER):
        assert waiting(office.home, stranger) == []
        with pytest.raises(UsageError, match="not put to your province"):
            show(office.home, question.question_id, stranger)
        with pytest.raises(UsageError, match="not put to your province"):
            answer(office.home, question.question_id, "same", None, stranger)
    with pytest.raises(UsageError, match="not in the queue"):
        show_claimed(office.home, item, THERE)

    told = answer(office.home, question.question_id, "not_same", "đã gặp gia đình", THERE)
    assert answer(office.home, question.question_id, "not_same", "đã gặp gia đình", THERE) == told
    with pytest.raises(AnsweredError):
        answer(office.home, question.question_id, "same", None, replace(THERE, by="minh"))
    assert waiting(office.home, THERE) == []
    # it comes back first, and is decided against the advice
    assert [one.answer_note for one in show_item(office.home, item, ASKER).questions] == ["đã gặp gia đình"]
    assert desk(office.home, "answered", None, ASKER).lines[0].item.item_id == item
    assert next_item(office.home, None, None, None, ASKER) == item
    assert office.broken() == {}
    assert office.decide(item, "link", HANH, by="binh").code == HANH
    assert office.broken() == {}


def test_deciding_closes_the_question(office: Office) -> None:
    _row, item = doubted(office)
    hanh = candidate_of_code(office.home, item, HANH, ASKER)
    question = ask(office.home, item, Asking(hanh, "papers", None), ASKER)
    office.decide(item, "not_same", HANH, by="binh")
    assert [one.state for one in show_item(office.home, item, ASKER).questions] == ["closed"]
    assert desk(office.home, None, None, ASKER).asking == 0
    with pytest.raises(AnsweredError):
        answer(office.home, question.question_id, "same", None, THERE)
    # the word on it tells whoever still has the page open why
    assert not show(office.home, question.question_id, THERE).may_answer
    assert office.broken() == {}


def test_who_cannot_be_asked_or_answer(office: Office) -> None:
    _row, item = doubted(office)
    hanh = candidate_of_code(office.home, item, HANH, ASKER)
    with pytest.raises(UsageError, match="no candidate of another province"):
        ask(office.home, item, Asking(900_009, "papers", None), ASKER)
    with pytest.raises(UsageError, match="not one of"):
        ask(office.home, item, Asking(hanh, "weather", None), ASKER)
    show_claimed(office.home, item, replace(ASKER, by="tam"))
    with pytest.raises(ClaimedError):
        ask(office.home, item, Asking(hanh, "papers", None), ASKER)
    country = Viewer("tam", "review")
    question = ask(office.home, item, Asking(hanh, "papers", None), country)
    # a country-wide account may answer, but not itself, however its name is typed
    assert waiting(office.home, country) == []
    with pytest.raises(UsageError, match="nobody answers his own question"):
        answer(office.home, question.question_id, "same", None, Viewer("Tam ", "review"))
    with office.home.ledger.writing() as session, pytest.raises(Exception, match="nobody answers his own question"):
        session.run("add_answer", **_answer(question.question_id, answerer="tam"))
    with office.home.ledger.writing() as session, pytest.raises(Exception, match="sees the province"):
        session.run("add_answer", **_answer(question.question_id, answerer="lan", area="66"))
    assert answer(office.home, question.question_id, "unsure", None, Viewer("lan", "review")).state == "answered"
    home_row = office.run_lines("own.csv", ADDITION.replace("06/09", "08/09"))[0]
    assert hanh not in askable(office.home, office.item(home_row), Viewer("lan", "review"))
    assert office.broken() == {}


def _answer(question_id: int, *, answerer: str, area: str | None = None) -> dict[str, object]:
    told = {"word": "same", "note": None, "seq": 1, "at": "", "by": answerer}
    return {"question_id": question_id, **told, "answerer": answerer, "area": area}


def test_in_a_terminal(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    _row, item = doubted(office)
    words = ("--reason", "papers", "--text", "xem giấy khai sinh", "--by", "binh")
    assert office.main("queue", "ask", str(item), "--code", HANH, *words) == 0
    assert "đang hỏi tỉnh 01" in capsys.readouterr().out
    assert office.main("queue", "answer", "1", "--same", "--by", "binh") == 2
    assert office.main("queue", "questions", "--by", "lan") == 0
    assert "Lương Thị Hạnh" in capsys.readouterr().out
    assert office.main("queue", "questions", "--show", "1", "--by", "lan") == 0
    assert "xem giấy khai sinh" in capsys.readouterr().out
    assert office.main("queue", "answer", "1", "--not-same", "--text", "đã hỏi gia đình", "--by", "lan") == 0
    assert office.main("queue", "list") == 0
    assert "tỉnh khác đã trả lời" in capsys.readouterr().out
    assert office.main("queue", "show", str(item), "--purpose", "xem") == 0
    assert "trả lời: không phải người này, đã hỏi gia đình (lan)" in capsys.readouterr().out
    assert office.main("queue", "ask", str(item), "--code", "0111000009", "--reason", "papers") == 2
