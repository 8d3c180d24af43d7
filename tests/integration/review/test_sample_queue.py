"""The queue that a new user finds in the demo."""

from __future__ import annotations

from casework.office.desk import desk
from casework.office_words import REASONS
from casework.types import Home
from tests.integration.review.conftest import CHIEF

#: what no small sample shows: a block of more than 2,000 records that nothing narrows; others at work just then
NOT_SHOWN = {"search_incomplete", "stale"}


def test_the_sample_queue_holds_cases_of_every_reason(home: Home) -> None:
    piles = {pile.name: pile.items for pile in desk(home, None, None, CHIEF).reasons}
    assert piles.keys() == REASONS.keys() - NOT_SHOWN
    assert sum(piles.values()) <= 30
