"""Sixteen processes report the same thousand new people at once: each gets exactly one code, on either engine."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.engines import ENGINES, Model, every_place
from tests.torture.at_once import make_model, play
from tests.torture.conftest import Campaign

#: processes and persons of a round, and the seconds that a campaign must have for such a round; the last is for all
ROUNDS = ((900, 16, 1000), (0, 5, 50))


def test_same_people(campaign: Campaign, tmp_path: Path) -> None:
    processes, persons = next(size for seconds, *size in ROUNDS if campaign.seconds >= seconds)
    with every_place() as places:
        models = {on: Model(tmp_path / on, there.new()) for on, there in places.items()}
        for model in models.values():
            make_model(model)
        for seed in campaign.turns():
            on = ENGINES[seed % len(ENGINES)]
            place = models[on].copied(tmp_path / "home", places[on])
            found = play(place, tmp_path / "inbox", seed, processes=processes, persons=persons)
            campaign.count(processes * persons, **found.counts, **{on: 1})
            if found.faults:
                campaign.fault(seed, "\n".join(found.faults), found.files)
            places[on].drop(place.ledger_url)
            shutil.rmtree(tmp_path / "home")
            shutil.rmtree(tmp_path / "inbox")
