"""An office's days in any order, held against what is true of its people, on either engine."""

from __future__ import annotations

import shutil
import traceback
from pathlib import Path

from tests.engines import ENGINES, Model, every_place
from tests.torture.conftest import Campaign
from tests.torture.desk import make_model
from tests.torture.office_machine import play

ROUNDS, STEPS = 3, 15


def test_office_days(campaign: Campaign, tmp_path: Path) -> None:
    with every_place() as places:
        models = {on: Model(tmp_path / on / "home", there.new()) for on, there in places.items()}
        for model in models.values():
            model.folder.parent.mkdir()
            make_model(model)
        for seed in campaign.turns():
            on = ENGINES[seed % len(ENGINES)]
            folder = tmp_path / "turn"
            folder.mkdir()
            try:
                counts = play(models[on], places[on], folder, seed, rounds=ROUNDS, steps=STEPS, shrinks=True)
                campaign.count(counts.pop("steps"), **counts, **{on: 1})
            except Exception as fault:
                # the notes hold the days that broke the promise, cut as short as could be
                said = f"{on}: {type(fault).__name__}: {fault}"
                campaign.fault(seed, said, {"days.txt": "".join(traceback.format_exception(fault)).encode()})
            shutil.rmtree(folder)
