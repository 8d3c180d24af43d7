"""Cells of CSV that could be formulas: written so that none is, and read as what was written."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from pipelines.csv_text import guarded, records, unguarded

CELLS = st.text(st.sampled_from("'=+-@\t\r\n＝＋－＠aé;\" "), max_size=6)


@given(CELLS)
def test_a_guarded_cell_is_no_formula_and_is_read_as_what_it_was(cell: str) -> None:
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert unguarded(guarded(cell)) == cell


@given(CELLS)
def test_an_apostrophe_that_guards_nothing_stays(cell: str) -> None:
    if not cell.lstrip("'").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")):
        assert guarded(cell) == unguarded(cell) == cell


@given(st.lists(CELLS, min_size=1, max_size=4).filter(lambda cells: any(map(str.strip, cells))))
def test_a_record_is_read_as_what_was_guarded(cells: list[str]) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL).writerow(map(guarded, cells))
    assert [row.cells for row in records(text.getvalue(), ";")] == [cells]
