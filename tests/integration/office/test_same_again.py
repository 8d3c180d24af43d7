"""A file that comes again decides nothing twice, under whatever name and in whatever order."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from casework.deliveries.intake import take_in
from tests.papers import EVERY_OUTCOME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from casework.deliveries.intake import ReceivedFile
    from casework.run import RunResult

    from .conftest import Office, Row

ALL_OUTCOMES = {"linked", "issued", "review", "returned"}


def receipts(result: RunResult) -> tuple[object, ...]:
    """What a sender and an operator are told."""
    told = [(file.rows, file.outcomes) for file in result.files]
    returned = [(row.column, row.value, row.message) for row in result.returned]
    return told, result.outcomes, result.reasons, returned, result.waiting


def by_cells(office: Office) -> dict[str, tuple[Row, ...]]:
    """The rows of the intake by what was received."""
    cells = dict(office.ask("select row_id, cells from intake_row"))
    found: dict[str, tuple[Row, ...]] = {}
    for row in office.rows():
        found[cells[row.row_id]] = (*found.get(cells[row.row_id], ()), row)
    return found


def test_the_same_folder_again_adds_entries_of_the_log_and_nothing_else(office: Office) -> None:
    files = [office.file("a.csv", *EVERY_OUTCOME[:5]), office.file("b.csv", *EVERY_OUTCOME[5:])]
    first = office.run(*files)
    counts, story, rows = office.counts(), office.story(), office.rows()
    ((entries,),) = office.ask("select count(*) from log_entry")
    assert set(first.outcomes) == ALL_OUTCOMES
    assert counts["change_request"] == 1

    again = office.run(*files)
    assert again.decided == 0
    assert again.batches == []
    assert receipts(again) == receipts(first)
    assert (office.counts(), office.story(), office.rows()) == (counts, story, rows)
    new = office.ask("select act from log_entry where entry_no > ?", entries)
    assert {act for (act,) in new} == {"intake"}


def test_rows_in_are_rows_out(office: Office) -> None:
    result = office.run(office.file("a.csv", *EVERY_OUTCOME[:5]), office.file("b.csv", *EVERY_OUTCOME[5:]))
    assert set(result.outcomes) == ALL_OUTCOMES
    assert sum(result.outcomes.values()) == result.decided == len(EVERY_OUTCOME)
    assert sum(result.reasons.values()) == result.outcomes["review"]
    assert [(file.rows, sum(file.outcomes.values())) for file in result.files] == [(5, 5), (3, 3)]
    assert office.broken() == {}


def test_equal_rows_of_one_file_are_each_counted(office: Office) -> None:
    added, born, faulty = (EVERY_OUTCOME[at] for at in (0, 1, 5))
    result = office.run(office.file("a.csv", added, born, added, faulty, faulty))
    assert sum(result.outcomes.values()) == 5
    assert result.outcomes["returned"] == 2
    first, _, third, *_ = office.rows()
    assert (first.outcome, third.outcome) == ("issued", "linked")
    assert first.code == third.code


def test_a_renamed_reordered_or_cut_file_is_the_same_rows(office: Office) -> None:
    office.run(office.file("a.csv", *EVERY_OUTCOME))
    before = by_cells(office)
    counts = office.counts()
    for again in (
        office.file("renamed.csv", *EVERY_OUTCOME),
        office.file("reordered.csv", *reversed(EVERY_OUTCOME)),
        office.file("cut.csv", *EVERY_OUTCOME[3:6]),
    ):
        result = office.run(again)
        assert result.decided == 0
        assert sum(result.outcomes.values()) == sum(len(sheet.rows) for sheet in again.sheets)
        assert by_cells(office) == before
        assert office.counts() == counts


def test_half_of_a_file_and_then_the_whole_one(office: Office, new_office: Callable[[], Office]) -> None:
    office.run(office.file("half.csv", *EVERY_OUTCOME[:4]))
    half = by_cells(office)
    result = office.run(office.file("whole.csv", *EVERY_OUTCOME))
    assert result.decided == len(EVERY_OUTCOME) - 4
    assert sum(result.outcomes.values()) == len(EVERY_OUTCOME)
    whole = by_cells(office)
    assert {cells: whole[cells] for cells in half} == half

    at_once = new_office()
    at_once.run(at_once.file("whole.csv", *EVERY_OUTCOME))
    expected = {cells: [row.outcome for row in rows] for cells, rows in by_cells(at_once).items()}
    assert {cells: [row.outcome for row in rows] for cells, rows in whole.items()} == expected


def test_in_a_corrected_file_only_the_changed_rows_are_new(office: Office) -> None:
    office.run(office.file("a.csv", *EVERY_OUTCOME))
    before = by_cells(office)
    corrected = list(EVERY_OUTCOME)
    corrected[4] = corrected[4].replace("Chuyển đi", "Bổ sung")
    corrected[5] = corrected[5].replace("Bổ sung,,", "Bổ sung,Đỗ Minh Châu,")
    corrected[7] = corrected[7].replace("Diêm", "Diễm")
    result = office.run(office.file("a.csv", *corrected))
    assert result.decided == 3
    assert sum(result.outcomes.values()) == len(EVERY_OUTCOME)
    after = by_cells(office)
    assert {cells: after[cells] for cells in before} == before
    assert len(office.rows()) == len(EVERY_OUTCOME) + 3
    assert office.broken() == {}


def test_two_senders_with_one_file_have_rows_of_their_own_and_no_second_code(office: Office) -> None:
    office.run(office.file("a.csv", *EVERY_OUTCOME, source="xa-01"))
    counts = office.counts()
    codes = {row.code for row in office.rows() if row.outcome == "issued"}
    assert len(codes) >= 2
    result = office.run(office.file("a.csv", *EVERY_OUTCOME, source="buu-dien-01"))
    assert result.decided == len(EVERY_OUTCOME)
    assert "issued" not in result.outcomes
    assert sum(result.outcomes.values()) == len(EVERY_OUTCOME)
    after = office.counts()
    assert (after["code"], after["person"]) == (counts["code"], counts["person"])
    assert {row.code for row in office.rows() if row.source == "buu-dien-01" and row.code in codes} == codes


def test_a_file_is_taken_in_and_let_go_before_the_next_is_asked_for(new_office: Callable[..., Office]) -> None:
    office = new_office()

    def files() -> Iterator[ReceivedFile]:
        for number, line in enumerate(EVERY_OUTCOME[:3]):
            assert office.ask("select count(*) from intake_row") == [(number,)]
            file = office.file(f"{number}.csv", line)
            before = weakref.ref(file)
            yield file
            del file
            assert before() is None

    assert len(take_in(office.home, files(), office.viewer)) == 3
