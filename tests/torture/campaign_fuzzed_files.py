"""Whatever comes in a file, its reading ends in rows that all get an answer, or in a refusal by its name."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.torture.conftest import Campaign
from tests.torture.fuzzed import fuzz, make_home

BATCHES = 2
FILES = 100


def test_fuzzed_files(campaign: Campaign, tmp_path: Path) -> None:
    template = make_home(tmp_path / "template")
    for seed in campaign.turns():
        folder = tmp_path / "turn"
        folder.mkdir()
        turn = fuzz(template, folder, seed, batches=BATCHES, size=FILES)
        campaign.count(turn.counts.pop("inputs"), **turn.counts)
        for fault in turn.faults:
            campaign.fault(seed, fault.message, fault.inputs)
        shutil.rmtree(folder)
