"""The waterfall of a candidate's weights."""

from __future__ import annotations

import pytest

from review.waterfall import FIGURES, LABELS, ROW, WIDTH, waterfall


def test_each_bar_begins_where_the_one_before_it_ended() -> None:
    drawn = waterfall({"given": 8.0, "birth": -12.0, "sex": 1.0, "phone": 0.0, "code": 0.01})
    assert [(bar.title, bar.bits) for bar in drawn.bars] == [("ngày sinh", -12.0), ("tên", 8.0), ("giới tính", 1.0)]
    birth, given, sex = drawn.bars
    # from nothing down by twelve, up by eight, up by one
    assert (birth.x, birth.x + birth.width) == (LABELS, drawn.zero)
    assert given.x == birth.x
    assert sex.x == pytest.approx(given.x + given.width, abs=0.2)
    assert drawn.end == pytest.approx(sex.x + sex.width, abs=0.2)
    assert drawn.zero == WIDTH - FIGURES
    assert [bar.y for bar in drawn.bars] == [0, ROW, 2 * ROW]
    assert drawn.height == 3 * ROW
    assert drawn.total == pytest.approx(-2.99)


def test_nothing_told_is_an_empty_drawing() -> None:
    drawn = waterfall({"given": 0.0})
    assert (drawn.bars, drawn.height, drawn.zero) == ((), 0, LABELS)
