"""The dated model: what every comparison level is worth, who else a candidate may be, and where doubt begins.

A model is a TOML file in matching/models, named by its version.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from matching.levels import LEVELS_OF
from matching.schemas import EVENTS, SHARES

MODELS = Path(__file__).parent / "models"

#: Who a candidate may be. `same` is the row's person; the others are what it is weighed against.
CLASSES = ("same", "stranger", "twin", "relative")
QUALITIES = ("strong", "fair", "poor")
THRESHOLDS = ("upper", "lower", "missed")

_TOLERANCE = 1e-6
_LEVEL_KEYS = {"name", "label", *CLASSES, "share", "factor", "spread", "strays", "conditional"}


class ModelError(ValueError):
    """A model file cannot be used. The message names the file and every fault in it."""


@dataclass(frozen=True, slots=True)
class Level:
    """One comparison level: the probability that a pair of each class shows it.

    `share` names the share of LEVELS that takes the place of `stranger`, times `factor`. `spread` marks a slip: the
    share of the rarer value counts, over the fraction of such slips that would lead to just this value. `strays` is
    how many strangers in the whole register may show the level, however large it is. A `conditional` level holds
    under a condition that is weighed elsewhere or nowhere (the row has no marks, the household is the same), so it
    stands outside the sum of its comparison.
    """

    name: str
    label: str
    same: float
    stranger: float
    twin: float
    relative: float
    share: str | None = None
    factor: float = 1.0
    spread: float | None = None
    strays: float = 0.0
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison and its levels, in the order of their codes from 1."""

    name: str
    label: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A whole model file. `priors` is the probability, by event, that the row's person is in the register.

    `twins` and `relatives` are how many of them a person has there; `likeness` is how many times as often the given
    names of one family are a slip apart as those of strangers.
    """

    version: str
    date: date
    trained_on: str
    comparisons: tuple[Comparison, ...]
    priors: Mapping[str, float]
    twins: float
    relatives: float
    likeness: float
    missed: Mapping[str, float]
    thresholds: Mapping[str, float]

    def comparison(self, name: str) -> Comparison:
        """The comparison of that name."""
        return next(found for found in self.comparisons if found.name == name)


def versions() -> list[str]:
    """The versions at hand, oldest first."""
    return sorted(path.stem for path in MODELS.glob("*.toml"))


def load_model(source: str | Path | None = None) -> Model:
    """The model of that version or file; the newest when nothing is asked for. Raises ModelError with every fault."""
    known = versions()
    wanted = known[-1] if source is None and known else source
    path = MODELS / f"{wanted}.toml" if str(wanted) in known else Path(str(wanted))
    if not path.is_file():
        raise ModelError(
            f"{wanted}: no such model; at hand are {', '.join(known) or 'none'}, or give the path of a file"
        )
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: not a TOML file ({error}); restore it from its version") from error
    return parse_model(text, str(path))


def parse_model(text: Mapping[str, Any], where: str) -> Model:
    """The model that a parsed TOML holds; `where` names it in errors."""
    faults = [*_faults_of_head(text), *_faults_of_comparisons(text.get("comparison", []))]
    if faults:
        raise ModelError(f"{where}: " + "; ".join(faults))
    return Model(
        version=text["version"],
        date=text["date"],
        trained_on=text["trained_on"],
        comparisons=tuple(
            Comparison(each["name"], each["label"], tuple(Level(**level) for level in each["levels"]))
            for each in text["comparison"]
        ),
        priors=dict(text["prior"]),
        twins=float(text["others"]["twins"]),
        relatives=float(text["others"]["relatives"]),
        likeness=float(text["others"]["likeness"]),
        missed=dict(text["missed"]),
        thresholds=dict(text["thresholds"]),
    )


def _faults_of_head(text: Mapping[str, Any]) -> list[str]:
    faults = [
        f"{key} must be {kind.__name__}"
        for key, kind in (("version", str), ("date", date), ("trained_on", str))
        if not isinstance(text.get(key), kind)
    ]
    tables = (
        ("prior", EVENTS),
        ("missed", QUALITIES),
        ("thresholds", THRESHOLDS),
        ("others", ("twins", "relatives", "likeness")),
    )
    for table, keys in tables:
        values = text.get(table, {})
        if set(values) != set(keys):
            faults.append(f"[{table}] must have {', '.join(keys)}; it has {', '.join(values) or 'nothing'}")
        elif any(not isinstance(value, float) or value < 0 for value in values.values()):
            faults.append(f"[{table}] must hold numbers of 0 or more, written with a point")
        elif table in ("prior", "missed") and any(value >= 1 for value in values.values()):
            faults.append(f"[{table}] must hold probabilities below 1")
    limits = text.get("thresholds", {})
    if not faults and not 0 < limits["lower"] < limits["upper"] < 1:
        faults.append("[thresholds] must have 0 < lower < upper < 1")
    return faults


def _faults_of_comparisons(listed: list[Mapping[str, Any]]) -> list[str]:
    names = tuple(each.get("name") for each in listed)
    if names != tuple(LEVELS_OF):
        return [f"comparisons must be {', '.join(LEVELS_OF)} in this order; they are {names}"]
    faults: list[str] = []
    for each in listed:
        name, levels = each["name"], each.get("levels", [])
        wanted = LEVELS_OF[name][1:]
        if not isinstance(each.get("label"), str):
            faults.append(f"{name}: a label is missing")
        if tuple(level.get("name") for level in levels) != wanted:
            faults.append(f"{name}: levels must be {', '.join(wanted)} in this order")
            continue
        faults.extend(fault for level in levels for fault in _faults_of_level(f"{name}.{level['name']}", level))
        if faults:
            continue
        for kind in CLASSES:
            total = sum(level[kind] for level in levels if not level.get("conditional", False))
            if abs(total - 1) > _TOLERANCE:
                faults.append(f"{name}: the probabilities under {kind} sum to {total:.6g}, not 1")
    return faults


def _faults_of_level(where: str, level: Mapping[str, Any]) -> list[str]:
    faults = [f"{where}: unknown key {key}" for key in sorted(set(level) - _LEVEL_KEYS)]
    if not isinstance(level.get("label"), str):
        faults.append(f"{where}: a label is missing")
    for kind in CLASSES:
        value = level.get(kind)
        if not isinstance(value, float) or not 0 < value <= 1:
            faults.append(f"{where}: {kind} must be a probability above 0, written with a point")
    if level.get("share") not in (None, *SHARES):
        faults.append(f"{where}: share must be one of {', '.join(SHARES)}")
    for key in ("factor", "spread"):
        if key in level and not (isinstance(level[key], float) and level[key] > 0):
            faults.append(f"{where}: {key} must be a number above 0, written with a point")
    return faults


_HEAD = """\
# What each comparison level is worth, and who else a candidate may be. docs/glossary.md has the words.
# same, stranger, twin, relative: the probability that a pair of that kind shows the level. A level without a share or
# strays is weighed as it stands; matching/model.py tells share, factor, spread, strays and conditional.
version = "{version}"
date = {date}
trained_on = "{trained_on}"
"""
_TABLES = (
    ("prior", "Assumption: how often the person of a row already is in the register, by event."),
    (
        "others",
        "Assumption: how many twins, and how many members of the same family, a person has in the register;\n"
        "# and how many times as often the given names of one family are a slip apart as those of strangers.",
    ),
    (
        "missed",
        "Assumption: how often the mandatory search steps miss a person who is in the register, by what the row says.\n"
        "# strong: a number, or full name, full date and place; fair: full name and full date, or a date and a place.",
    ),
    (
        "thresholds",
        "Posteriors: link at upper or above; issue where no candidate reaches lower and the search is below missed.",
    ),
)


def write_model(model: Model, path: Path) -> None:
    """Write the model as a file that load_model reads as the same model; the same model gives the same bytes."""
    values: dict[str, Mapping[str, float]] = {
        "prior": model.priors,
        "others": {"twins": model.twins, "relatives": model.relatives, "likeness": model.likeness},
        "missed": model.missed,
        "thresholds": model.thresholds,
    }
    lines = [_HEAD.format(version=model.version, date=model.date.isoformat(), trained_on=model.trained_on)]
    for name, reason in _TABLES:
        lines += [f"# {reason}", f"[{name}]", *(f"{key} = {_number(value)}" for key, value in values[name].items()), ""]
    for comparison in model.comparisons:
        lines += ["[[comparison]]", f'name = "{comparison.name}"', f'label = "{comparison.label}"', "levels = ["]
        lines += [f"    {{ {_level(level)} }}," for level in comparison.levels]
        lines += ["]", ""]
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _level(level: Level) -> str:
    """The level as the inside of an inline table, without what is as usual."""
    told = [f'name = "{level.name}"', f'label = "{level.label}"']
    told += [f"{kind} = {_number(getattr(level, kind))}" for kind in CLASSES]
    told += [f'share = "{level.share}"'] if level.share else []
    told += [f"factor = {_number(level.factor)}"] if level.factor != 1.0 else []
    told += [f"spread = {_number(level.spread)}"] if level.spread is not None else []
    told += [f"strays = {_number(level.strays)}"] if level.strays else []
    told += ["conditional = true"] if level.conditional else []
    return ", ".join(told)


def _number(value: float) -> str:
    """The number with a point and no exponent, to ten digits after the point."""
    whole = f"{value:.10f}".rstrip("0")
    return f"{whole}0" if whole.endswith(".") else whole
