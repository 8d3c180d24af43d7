"""The search steps, read from a dated file: which keys each one searches with and whether it must have run."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

CURRENT_RULES = "search_2026-01-01"
NEEDED = ("always", "given", "extra")
#: what a key may be made of; matching/block.py finds their values
ATOMS = (
    *("code", "personal_id", "old_id"),
    *("name", "sound", "surname", "given", "syllables"),
    *("birth", "full_birth", "birth_month", "birth_day", "birth_year"),
    *("sex", "birth_place", "residence", "place", "province"),
    *("parent", "household", "head"),
)
_SETTINGS = ("version", "cap", "must_run", "step")
_PARTS = ("name", "title", "needed", "keys", "narrow")


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
    def digest(self) -> str:
        """What the keys are made of, in eight letters: two rules of one digest make the same keys."""
        keys = repr([(step.name, step.keys, step.narrow) for step in self.steps])
        return hashlib.sha256(keys.encode("utf-8")).hexdigest()[:8]

    @property
    def names(self) -> list[str]:
        """The names of all steps, in order."""
        return [step.name for step in self.steps]


def parse_rules(text: str) -> SearchRules:
    """Search rules out of the text of a TOML file; RulesError names every fault."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"search rules: not a TOML file ({error}); restore it from its version") from error
    faults = _faults(raw)
    if faults:
        raise RulesError(f"search rules: {'; '.join(faults)}")
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
    return SearchRules(raw["version"], raw["cap"], raw["must_run"], steps)


def _faults(raw: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with a rules file."""
    found = [f"{name} is no setting" for name in raw if name not in _SETTINGS]
    if not _is_text(raw.get("version")):
        found.append("version is missing")
    cap = raw.get("cap")
    if not isinstance(cap, int) or isinstance(cap, bool) or cap < 1:
        found.append(f"cap is {cap!r}, not a number of records")
    entries = raw.get("step")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        return [*found, "there is no [[step]]"]
    for number, entry in enumerate(entries, start=1):
        where = f"step {entry['name']}" if _is_text(entry.get("name")) else f"step no. {number}"
        found += [f"{where}: {fault}" for fault in _step_faults(entry)]
    names = [entry.get("name") for entry in entries if _is_text(entry.get("name"))]
    found += [f"two steps are named {name}" for name in sorted(set(names)) if names.count(name) > 1]
    must_run = raw.get("must_run")
    if must_run not in [entry.get("name") for entry in entries if entry.get("needed") == "always"]:
        found.append(f"must_run is {must_run!r}, which is no step that is always needed")
    return found


def _step_faults(entry: Mapping[str, Any]) -> list[str]:
    found = [f"{name} is no part of a step" for name in entry if name not in _PARTS]
    found += [f"{part} is missing" for part in ("name", "title") if not _is_text(entry.get(part))]
    if entry.get("needed") not in NEEDED:
        found.append(f"needed is {entry.get('needed')!r}, not one of {', '.join(NEEDED)}")
    keys = entry.get("keys")
    if not isinstance(keys, list) or not keys or not all(_is_key(key) for key in keys):
        found.append("keys is not a list of lists of atoms")
    else:
        found += [f"{atom!r} is no atom" for key in keys for atom in key if atom not in ATOMS]
        found += [f"a key has one atom twice: {', '.join(key)}" for key in keys if len(set(key)) < len(key)]
    if "narrow" in entry and entry["narrow"] not in ATOMS:
        found.append(f"narrow is {entry['narrow']!r}, which is no atom")
    return found


def _is_key(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(atom, str) for atom in value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


@cache
def search_rules(name: str = CURRENT_RULES) -> SearchRules:
    """The rules of one dated file in matching/rules."""
    return parse_rules(files("matching").joinpath("rules", f"{name}.toml").read_text(encoding="utf-8"))
