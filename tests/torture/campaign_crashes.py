"""Whatever a command is struck by, the same command again ends as if nothing had been."""

from __future__ import annotations

import random
from pathlib import Path

from tests.engines import ENGINES, every_place
from tests.torture.conftest import Campaign
from tests.torture.crashing import Undisturbed, cleared, drawn, new_office, under_fire, undisturbed
from tests.torture.launcher import Launcher

#: faults in one command of a turn, at most
MOST_FAULTS = 2


def test_crashes(campaign: Campaign, tmp_path: Path) -> None:
    expected: dict[str, Undisturbed] = {}
    with every_place() as places, Launcher() as launcher:
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
