"""Two rows in review that an officer calls one person, or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from casework.errors import UsageError
from casework.office.choices import choices
from casework.office.queue import DecideResult, decide, show
from casework.office.undo import undo_decision
from casework.office.verdicts import Verdict
from casework.types import Viewer

if TYPE_CHECKING:
    from .conftest import Office, Row

HANH = "0111000002"
#: one person or two: another given name by its marks, another year
FIRST = "Bổ sung,Lương Thị Hanh,02/08/1975,Nữ,,,,,09676,09676,,,06/09/2025"
SECOND = "Bổ sung,Lương Thị Hanh,02/08/1975,Nữ,,,,,09676,09676,Lương Văn Tấn,,07/09/2025"
#: nobody of the register, and whom the machine takes for two
TUONG = "Bổ sung,Nghiêm Xuân Tường,15/04/1951,Nam,001071000111,,,,09676,09676,,,06/09/2025"
KIEU = "Chuyển đi,Kiều Văn Phước,20/07/1966,Nam,,,,,24292,24305,,,07/09/2025"


def said(office: Office, row: Row, word: str, other: Row, by: str = "lan") -> DecideResult:
    """What came of a word on two rows."""
    item = office.item(row)
    show(office.home, item, Viewer(by, "test"))
    return decide(office.home, item, Verdict(word, row=other.row_id), Viewer(by, "test"))


def two(office: Office, first: str = FIRST, second: str = SECOND) -> tuple[Row, Row]:
    """Two rows in review, of two files."""
    (one,) = office.run_lines("a.csv", first)
    (other,) = office.run_lines("b.csv", second, source="xa-02")
    assert one.outcome == other.outcome == "review"
    return one, other


def now(office: Office, *rows: Row) -> list[tuple[str | None, str | None, str | None]]:
    """(outcome, reason, code) of some rows as they stand."""
    found = {row.row_id: (row.outcome, row.reason, row.code) for row in office.rows()}
    return [found[row.row_id] for row in rows]


@pytest.mark.parametrize("told_on", [0, 1])
def test_rows_that_are_one_person_get_one_code(office: Office, told_on: int) -> None:
    rows = two(office, TUONG, KIEU)
    row, other = rows[told_on], rows[1 - told_on]
    result = said(office, row, "same_row", other)
    assert result.outcome == "review"
    # the later one waits for the earlier, whichever it was said on
    assert now(office, rows[1]) == [("review", "waits_for_row", None)]
    assert office.broken() == {}
    assert said(office, row, "same_row", other).outcome == "review"
    assert office.ask("select count(*) from judgement") == [(2,)]
    issued = office.decide(office.item(rows[0]), "new")
    assert now(office, *rows) == [("issued", None, issued.code), ("linked", None, issued.code)]
    assert office.broken() == {}


def test_rows_that_are_one_person_get_one_link(office: Office) -> None:
    first, second = two(office)
    said(office, second, "same_row", first)
    office.decide(office.item(first), "link", HANH)
    assert now(office, first, second) == [("linked", None, HANH), ("linked", None, HANH)]
    assert office.broken() == {}


def test_rows_that_are_two_persons_do_not_wait_for_each_other(office: Office) -> None:
    first, second = two(office)
    assert now(office, second) == [("review", "waits_for_row", None)]
    said(office, second, "not_same_row", first)
    assert now(office, second) != [("review", "waits_for_row", None)]
    assert office.broken() == {}
    # whoever the first becomes, the second is somebody else
    code = office.decide(office.item(first), "link", HANH).code
    assert now(office, second)[0][2] != code
    assert office.broken() == {}


def test_a_word_on_two_rows_is_taken_back(office: Office) -> None:
    first, second = two(office, TUONG, KIEU)
    before = now(office, first, second)
    for row, other in ((first, second), (second, first)):
        said(office, row, "same_row", other)
        assert now(office, first, second) != before
        undo_decision(office.home, office.item(row), Viewer("lan", "test"))
        assert now(office, first, second) == before
        assert office.broken() == {}


def test_only_rows_in_review_are_set_against_each_other(office: Office) -> None:
    first, second = two(office)
    item = office.item(second)
    for word, row in (("same_row", None), ("same_row", second.row_id), ("link", first.row_id), ("not_same_row", 99)):
        with pytest.raises(UsageError):
            decide(office.home, item, Verdict(word, row=row), office.viewer)
    office.decide(office.item(first), "return", note="sai")
    with pytest.raises(UsageError, match="not another row in review"):
        said(office, second, "same_row", first)


def test_what_can_be_said_of_another_row_stands_with_it(office: Office) -> None:
    first, second = two(office)
    told = [choice for choice in choices(show(office.home, office.item(second), office.viewer)) if choice.row]
    assert [(choice.word, choice.row) for choice in told] == [
        ("same_row", first.row_id),
        ("not_same_row", first.row_id),
    ]
    assert office.main("queue", "decide", str(office.item(second)), "--same-row", str(first.row_id)) == 0
    assert now(office, second) == [("review", "waits_for_row", None)]
