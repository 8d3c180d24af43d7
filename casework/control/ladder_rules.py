"""The ladder's dated policy: terms of its rungs, what a measure may be about, and what opens one by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.policy import PolicyError, head_faults, policy, tables
from casework.types import Home
from registry import control
from registry.measures import RUNGS

_RUNG = {"code": str, "answer_days": int, "next_days": int}
_GROUND = {"code": str, "title": str}
_OPENS = {"figure": str, "ground": str, "rung": str, "cases": int, "days": int}


@dataclass(frozen=True)
class Rung:
    """Days to answer on a rung, and days behind them until the next follows by rule (0: never)."""

    code: str
    answer_days: int
    next_days: int


@dataclass(frozen=True)
class Ground:
    """What a measure may be about: its code, and its title as letters tell it."""

    code: str
    title: str


@dataclass(frozen=True)
class OpeningRule:
    """So many `cases` of a figure within `days` open a measure about a ground at a rung."""

    figure: str
    ground: str
    rung: str
    cases: int
    days: int


@dataclass(frozen=True)
class LadderRules:
    """The whole policy."""

    version: str
    rungs: Mapping[str, Rung]
    grounds: Mapping[str, Ground]
    opening: Sequence[OpeningRule]


def ladder_rules(home: Home) -> LadderRules:
    """The rules of a home; PolicyError names every fault."""
    raw = policy(home, "ladder")
    faults = head_faults(raw, ("version", "rung", "ground", "opens"))
    rungs = [Rung(**told) for told in _read(_RUNG, raw, "rung", faults)]
    grounds = [Ground(**told) for told in _read(_GROUND, raw, "ground", faults)]
    opening = [OpeningRule(**told) for told in _read(_OPENS, raw, "opens", faults)]
    if [rung.code for rung in rungs] != list(RUNGS):
        faults.append(f"the rungs are not {', '.join(RUNGS)}, in this order")
    known = {ground.code for ground in grounds}
    if len(known) != len(grounds):
        faults.append("a ground stands there twice")
    faults += [f"opens: {rule.ground} is no ground" for rule in opening if rule.ground not in known]
    faults += [f"opens: {rule.figure} is no figure" for rule in opening if rule.figure not in control.STATEMENTS]
    faults += [f"opens: {rule.rung} is no rung" for rule in opening if rule.rung not in RUNGS]
    faults += [f"opens: {rule.figure} at a count from 1" for rule in opening if min(rule.cases, rule.days) < 1]
    if faults:
        raise PolicyError(f"rules/ladder.toml: {'; '.join(faults)}")
    return LadderRules(
        raw["version"], {rung.code: rung for rung in rungs}, {ground.code: ground for ground in grounds}, opening
    )


def _read(parts: Mapping[str, type], raw: Mapping[str, Any], table: str, faults: list[str]) -> list[Mapping[str, Any]]:
    """The sound entries of a table; the others are faults."""
    found = []
    for number, entry in enumerate(tables(raw, table, faults), start=1):
        wrong = [name for name in sorted({*parts, *entry}) if not _is_sound(entry.get(name), parts.get(name))]
        if wrong:
            faults.append(f"{table} no. {number}: {', '.join(wrong)}")
        else:
            found.append(entry)
    return found


def _is_sound(value: object, kind: type | None) -> bool:
    return type(value) is kind and (not isinstance(value, int) or value >= 0)
