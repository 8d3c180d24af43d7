"""The search steps, read from a dated file: which keys each one searches with and whether it must have run."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CURRENT_RULES = "search_2026-01-01"
NEEDED = ("always", "given", "extra")


class RulesError(ValueError):
    """A rules file says something that the program does not understand."""


@dataclass(frozen=True)
class Step:
    """One search step. `keys` are lists of atoms; `narrow` is the atom that narrows a block above the cap."""

    name: str
    title: str
    needed: str
    keys: tuple[tuple[str, ...], ...]
    narrow: str | None


@dataclass(frozen=True)
class SearchRules:
    """A dated set of search steps. `cap` is the number of records in one block above which it is narrowed."""

    version: str
    cap: int
    must_run: str
    steps: tuple[Step, ...]

    @property
    def names(self) -> list[str]:
        """The names of all steps, in order."""
        return [step.name for step in self.steps]


def parse_rules(text: str) -> SearchRules:
    """Search rules out of the text of a TOML file; RulesError says what is wrong."""
    raw = tomllib.loads(text)
    steps = tuple(
        Step(
            name=entry["name"],
            title=entry["title"],
            needed=entry["needed"],
            keys=tuple(tuple(key) for key in entry["keys"]),
            narrow=entry.get("narrow"),
        )
        for entry in raw["step"]
    )
    names = [step.name for step in steps]
    if len(set(names)) != len(names):
        raise RulesError("two search steps have one name")
    for step in steps:
        if step.needed not in NEEDED:
            raise RulesError(f"step {step.name}: needed is {step.needed!r}, not one of {', '.join(NEEDED)}")
    if raw["must_run"] not in names:
        raise RulesError(f"must_run names {raw['must_run']!r}, which is no step")
    return SearchRules(raw["version"], raw["cap"], raw["must_run"], steps)


@cache
def search_rules(name: str = CURRENT_RULES) -> SearchRules:
    """The rules of one dated file in matching/rules."""
    return parse_rules(files("matching").joinpath("rules", f"{name}.toml").read_text(encoding="utf-8"))
