"""Whatever a command is struck by, the same command again ends as if nothing had been."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import ENGINES, Folders, Places, postgresql_server
from tests.torture.conftest import Campaign
from tests.torture.crashing import Undisturbed, cleared, drawn, new_office, under_fire, undisturbed
from tests.torture.launcher import Launcher

#: faults in one command of a turn, at most
MOST_FAULTS = 2


@pytest.fixture
def places() -> Iterator[dict[str, Places]]:
    """Where ledgers are made, by engine."""
    with postgresql_server() as server:
        yield dict(zip(ENGINES, (Folders(), server), strict=True))


def test_crashes(campaign: Campaign, places: dict[str, Places], tmp_path: Path) -> None:
    expected: dict[str, Undisturbed] = {}
    with Launcher() as launcher:
        for on, there in places.items():
            office = new_office(tmp_path / f"undisturbed_{on}", there)
            expected[on] = undisturbed(office, launcher)
        for seed in campaign.turns():
            on = ENGINES[seed % len(ENGINES)]
            office = new_office(tmp_path / str(seed), places[on])
            turn = under_fire(
                office, launcher, expected[on], drawn(office, expected[on], random.Random(seed), MOST_FAULTS)
            )
            for (point, act), number in turn.strikes.items():
                campaign.count(number, **{act: number, on: number})
                campaign.tell(point, number)
            for fault in turn.faults:
                campaign.fault(seed, fault, {})
            if not turn.faults:
                cleared(office, places[on])
