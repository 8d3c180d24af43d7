"""The search steps, read from a dated file: which keys each one searches with and whether it must have run."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from matching.model import Model
from matching.model_files import load_model

NEEDED = ("always", "given", "extra")
#: what a key may be made of, beside a file's own atoms; matching/block.py finds their values
ATOMS = (
    *("code", "personal_id", "old_id"),
    *("name", "sound", "surname", "given", "syllables", "initials", "but_given"),
    *("birth", "full_birth", "birth_month", "birth_day", "day", "birth_year"),
    *("sex", "birth_place", "residence", "place", "province"),
    *("parent", "household", "head", "phone"),
)
RULES = Path(__file__).parent / "rules"
_SETTINGS = ("version", "cap", "must_run", "atom", "step")
_ATOM_PARTS = ("columns", "sorted", "first", "last")
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
class Atom:
    """An atom of a file's own: each value of some columns, or all of a record's in one, sorted, which forgets their
    order; of it the `first` or `last` characters, all where 0."""

    columns: tuple[str, ...]
    sorted: bool = False
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class SearchRules:
    """A dated set of search steps. `cap` is the number of records in one block above which it is narrowed. `atoms` are
    those of its own, beside ATOMS."""

    version: str
    cap: int
    must_run: str
    steps: tuple[Step, ...]
    atoms: Mapping[str, Atom] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """What the keys are made of, in eight letters: two rules of one digest make the same keys."""
        keys = repr([(step.name, step.keys, step.narrow) for step in self.steps])
        keys += repr(sorted(self.atoms.items())) if self.atoms else ""
        return hashlib.sha256(keys.encode("utf-8")).hexdigest()[:8]

    @property
    def names(self) -> list[str]:
        """The names of all steps, in order."""
        return [step.name for step in self.steps]


def parse_rules(text: str, where: str = "search rules") -> SearchRules:
    """Search rules out of the text of a TOML file; RulesError names `where` it is and every fault."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{where}: not a TOML file ({error}); restore it from its version") from error
    faults = _faults(raw)
    if faults:
        raise RulesError(f"{where}: {'; '.join(faults)}")
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
    atoms = {name: Atom(**{**atom, "columns": tuple(atom["columns"])}) for name, atom in raw.get("atom", {}).items()}
    return SearchRules(raw["version"], raw["cap"], raw["must_run"], steps, atoms)


def _faults(raw: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with a rules file."""
    found = [f"{name} is no setting" for name in raw if name not in _SETTINGS]
    if not _is_text(raw.get("version")):
        found.append("version is missing")
    cap = raw.get("cap")
    if not isinstance(cap, int) or isinstance(cap, bool) or cap < 1:
        found.append(f"cap is {cap!r}, not a number of records")
    own = raw.get("atom", {})
    found += [f"atom {name}: {fault}" for name, atom in own.items() for fault in _atom_faults(name, atom)]
    atoms = (*ATOMS, *own)
    entries = raw.get("step")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        return [*found, "there is no [[step]]"]
    for number, entry in enumerate(entries, start=1):
        where = f"step {entry['name']}" if _is_text(entry.get("name")) else f"step no. {number}"
        found += [f"{where}: {fault}" for fault in _step_faults(entry, atoms)]
    names = [entry.get("name") for entry in entries if _is_text(entry.get("name"))]
    found += [f"two steps are named {name}" for name in sorted(set(names)) if names.count(name) > 1]
    must_run = raw.get("must_run")
    if must_run not in [entry.get("name") for entry in entries if entry.get("needed") == "always"]:
        found.append(f"must_run is {must_run!r}, which is no step that is always needed")
    return found


def _atom_faults(name: str, atom: Any) -> list[str]:
    if not isinstance(atom, dict):
        return ["is no table"]
    found = [f"{part} is no part of an atom" for part in atom if part not in _ATOM_PARTS]
    if not _is_key(atom.get("columns")):
        found.append("columns is not a list of columns")
    if not isinstance(atom.get("sorted", False), bool):
        found.append("sorted must be true or false")
    found += [f"{end} is not a number of characters" for end in ("first", "last") if not _is_count(atom.get(end, 0))]
    if name in ATOMS:
        found.append("has the name of another atom")
    return found


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _step_faults(entry: Mapping[str, Any], atoms: Sequence[str]) -> list[str]:
    found = [f"{name} is no part of a step" for name in entry if name not in _PARTS]
    found += [f"{part} is missing" for part in ("name", "title") if not _is_text(entry.get(part))]
    if entry.get("needed") not in NEEDED:
        found.append(f"needed is {entry.get('needed')!r}, not one of {', '.join(NEEDED)}")
    keys = entry.get("keys")
    if not isinstance(keys, list) or not keys or not all(_is_key(key) for key in keys):
        found.append("keys is not a list of lists of atoms")
    else:
        found += [f"{atom!r} is no atom" for key in keys for atom in key if atom not in atoms]
        found += [f"a key has one atom twice: {', '.join(key)}" for key in keys if len(set(key)) < len(key)]
    if "narrow" in entry and entry["narrow"] not in atoms:
        found.append(f"narrow is {entry['narrow']!r}, which is no atom")
    return found


def _is_key(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(atom, str) for atom in value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


@cache
def search_rules() -> SearchRules:
    """The search steps of the register: those that the newest model names."""
    return rules_of(load_model())


def rules_of(model: Model) -> SearchRules:
    """The search steps that a model names: a file of matching/rules, or one that lies beside the model."""
    places = [folder / f"{model.search}.toml" for folder in (RULES, model.folder)]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise RulesError(f"{model.search}: model {model.version} names these search steps; there is no {places[-1]}")
    return parse_rules(path.read_text(encoding="utf-8"), str(path))
