"""Model files: TOML, read with every fault named, and written so that the same model gives the same bytes.

Those in matching/models are for the register, named by their version; any other file serves as well.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from matching.model import CLASSES, MODELS, Comparison, Level, Model, Session, Whole
from matching.model_faults import faults_of


class ModelError(ValueError):
    """A model file cannot be used. The message names the file and every fault in it."""


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
    return _loaded(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _loaded(path: Path, _changed: int) -> Model:
    """The model of a file as it is since it was changed last: a process that decides row after row reads it once."""
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: not a TOML file ({error}); restore it from its version") from error
    return parse_model(text, path)


def parse_model(text: Mapping[str, Any], path: Path) -> Model:
    """The model that the parsed TOML of a file holds. Raises ModelError with every fault."""
    faults = faults_of(text, is_standing=path.parent == MODELS)
    if faults:
        raise ModelError(f"{path}: " + "; ".join(faults))
    others = text.get("others", {})
    return Model(
        version=text["version"],
        date=text["date"],
        trained_on=text["trained_on"],
        search=text["search"],
        comparisons=tuple(_comparison(each) for each in text["comparison"]),
        sessions=tuple(
            Session({name: tuple(levels) for name, levels in each["agreeing"].items()}, tuple(each["learns"]))
            for each in text.get("session", [])
        ),
        priors=dict(text["prior"]),
        others={kind: float(others[kind]) for kind in CLASSES[2:] if kind in others},
        likeness=float(others.get("likeness", 1.0)),
        missed=dict(text.get("missed", {})),
        thresholds=dict(text["thresholds"]),
        folder=path.parent,
    )


def _comparison(text: Mapping[str, Any]) -> Comparison:
    whole = text.get("whole")
    return Comparison(
        name=text["name"],
        label=text["label"],
        kind=text["kind"],
        columns=tuple(text["columns"]),
        levels=tuple(Level(**level) for level in text["levels"]),
        within=text.get("within"),
        whole=Whole(**{**whole, "parts": tuple(whole["parts"])}) if whole else None,
        chosen=text.get("chosen", False),
        learns=tuple(text.get("learns", CLASSES)),
    )


_HEAD = """\
# What is compared, what each level is worth, and who else a candidate may be. docs/matching.md has the words.
# same, stranger, twin, relative: the probability that a pair of that kind shows the level. A level without a share or
# strays is weighed as it stands.
version = "{version}"
date = {date}
trained_on = "{trained_on}"
search = "{search}"
"""
_SESSIONS = (
    "# Training: a session runs EM over the candidates that agree in something, and learns what that leaves open."
)
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
        "# strong: a number, or full name, full date, place; fair: that name, full date or date and birth place.",
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
        "others": {**model.others, "likeness": model.likeness} if model.others else {},
        "missed": model.missed,
        "thresholds": model.thresholds,
    }
    told = {"date": model.date.isoformat(), "trained_on": model.trained_on, "search": model.search}
    lines = [_HEAD.format(version=model.version, **told)]
    for name, reason in _TABLES:
        if values[name]:
            numbers = (f"{key} = {_number(value)}" for key, value in values[name].items())
            lines += [f"# {reason}", f"[{name}]", *numbers, ""]
    if model.sessions:
        lines.append(_SESSIONS)
    for session in model.sessions:
        agreeing = ", ".join(f"{name} = {_texts(levels)}" for name, levels in session.agreeing.items())
        lines += ["[[session]]", f"agreeing = {{ {agreeing} }}" if agreeing else "agreeing = {}"]
        lines += [f"learns = {_texts(session.learns)}", ""]
    for comparison in model.comparisons:
        lines += ["[[comparison]]", *_declared(comparison), "levels = ["]
        lines += [f"    {{ {_level(level, model.classes)} }}," for level in comparison.levels]
        lines += ["]", ""]
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _declared(comparison: Comparison) -> list[str]:
    """What a comparison says beside its levels, without what is as usual."""
    told = [f'name = "{comparison.name}"', f'label = "{comparison.label}"', f'kind = "{comparison.kind}"']
    told.append(f"columns = {_texts(comparison.columns)}")
    told += [f'within = "{comparison.within}"'] if comparison.within else []
    if whole := comparison.whole:
        labels = f'same = "{whole.same}", flat = "{whole.flat}"'
        told.append(f'whole = {{ name = "{whole.name}", parts = {_texts(whole.parts)}, {labels} }}')
    told += ["chosen = true"] if comparison.chosen else []
    told += [f"learns = {_texts(comparison.learns)}"] if comparison.learns != CLASSES else []
    return told


def _texts(values: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"


def _level(level: Level, classes: Iterable[str]) -> str:
    """The level as the inside of an inline table, without what is as usual."""
    told = [f'name = "{level.name}"', f'label = "{level.label}"']
    told += [f"at_least = {_number(level.at_least)}"] if level.at_least is not None else []
    told += [f"at_most = {level.at_most}"] if level.at_most is not None else []
    told += ["swapped = true"] if level.swapped else []
    told += [f"{kind} = {_number(getattr(level, kind))}" for kind in classes]
    told += [f'share = "{level.share}"'] if level.share else []
    told += [f"factor = {_number(level.factor)}"] if level.factor != 1.0 else []
    told += [f"spread = {_number(level.spread)}"] if level.spread is not None else []
    told += [f"strays = {_number(level.strays)}"] if level.strays else []
    told += ["conditional = true"] if level.conditional else []
    told += [f'stands_for = "{level.stands_for}"'] if level.stands_for else []
    told += ["held = true"] if level.held else []
    return ", ".join(told)


def _number(value: float) -> str:
    """The number with a point and no exponent, to ten digits after the point."""
    whole = f"{value:.10f}".rstrip("0")
    return f"{whole}0" if whole.endswith(".") else whole
