"""Torture: campaigns that go on for as long as they are given, and keep what they broke something with.

A campaign is a test in a `campaign_*.py` of this folder, which pytest collects only where it is named (`make torture`).
It asks for `campaign` and works through `campaign.turns()`; each turn is made of its seed alone.
MOTMA_TORTURE_SECONDS is the time of all campaigns together, MOTMA_TORTURE_SEED the seed of each one's first turn.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SECONDS = float(os.environ.get("MOTMA_TORTURE_SECONDS") or 7200)
SEED = int(os.environ.get("MOTMA_TORTURE_SEED") or random.SystemRandom().randrange(10**9))
#: Inputs that broke something; `make clean` removes the folder.
KEPT = Path("var-torture")
#: Beyond so many faults a campaign ends: they are one fault, or the machine is.
MOST_FAULTS = 20

_SAYS_EVERY_SECONDS = 60.0

_COLUMNS = "{:<24}{:>12}{:>10}{:>12}{:>8}  {}"


@dataclass
class Campaign:
    """One campaign's time, and what it did in it."""

    name: str
    seconds: float
    seed: int
    say: Callable[[str], None]
    inputs: int = 0
    took: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def turns(self) -> Iterator[int]:
        """The seed of each turn until the time is over, of one at least; then fails where there were faults."""
        started = said = time.monotonic()
        turn = 0
        while turn == 0 or (self.took < self.seconds and len(self.faults) < MOST_FAULTS):
            yield self.seed + turn
            turn += 1
            self.took = time.monotonic() - started
            if time.monotonic() - said > _SAYS_EVERY_SECONDS:
                said = time.monotonic()
                self.say(f"{self.name}: {self.took:,.0f} seconds, {self.inputs:,} inputs, {len(self.faults)} faults")
        if self.faults:
            pytest.fail("\n\n".join(self.faults), pytrace=False)

    def count(self, inputs: int, **counts: int) -> None:
        """Adds to the inputs, and to other figures by their names."""
        self.inputs += inputs
        for name, number in counts.items():
            self.counts[name] = self.counts.get(name, 0) + number

    def tell(self, of: str, number: int) -> None:
        """Adds to a figure that stands in a table of the campaign's own."""
        self.told[of] = self.told.get(of, 0) + number

    def fault(self, seed: int, message: str, kept: Mapping[str, bytes]) -> None:
        """Notes what broke in a turn, and keeps the inputs that it broke with, by their names."""
        folder = KEPT / self.name.replace(" ", "-") / f"{seed}-{len(self.faults) + 1}"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in kept.items():
            (folder / name).write_bytes(content)
        (folder / "fault.txt").write_text(message + "\n", encoding="utf-8")
        self.faults.append(f"{message}\nkept in {folder}; the turn again: MOTMA_TORTURE_SEED={seed}")


@pytest.fixture
def campaign(request: pytest.FixtureRequest) -> Campaign:
    """The campaign of a test; the time is shared out equally."""
    name = request.node.name.removeprefix("test_").replace("_", " ")
    terminal: Any = request.config.pluginmanager.get_plugin("terminalreporter")

    def say(line: str) -> None:
        terminal.ensure_newline()
        terminal.write_line(line)
        terminal.flush()

    found = Campaign(name, SECONDS / len(request.session.items), SEED, say)
    request.config.stash.setdefault(_CAMPAIGNS, []).append(found)
    return found


_CAMPAIGNS = pytest.StashKey[list[Campaign]]()


def pytest_report_header() -> str:
    """The seed, before anything can go wrong."""
    return f"torture: {SECONDS:,.0f} seconds, MOTMA_TORTURE_SEED={SEED}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table of the campaigns."""
    terminalreporter.section("torture")
    terminalreporter.write_line(_COLUMNS.format("campaign", "inputs", "seconds", "seed", "faults", "of these"))
    for found in config.stash.get(_CAMPAIGNS, []):
        said = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in found.counts.items())
        figures = (f"{found.inputs:,}", f"{found.took:,.0f}", found.seed, len(found.faults))
        terminalreporter.write_line(_COLUMNS.format(found.name, *figures, said))
    for found in config.stash.get(_CAMPAIGNS, []):
        if found.told:
            said = ", ".join(f"{of} {number:,}" for of, number in sorted(found.told.items()))
            terminalreporter.write_line(f"{found.name}, {len(found.told)} in all: {said}")
