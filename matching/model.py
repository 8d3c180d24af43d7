"""The dated model: what is compared and how, what every level is worth, who else a candidate may be, and where doubt
begins. matching/model_files.py reads and writes it; docs/matching.md describes a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from matching.levels import KINDS, MISSING

MODELS = Path(__file__).parent / "models"

#: Who a candidate may be. `same` is the row's person; the others are what it is weighed against. Every model knows the
#: first two, and the others where it says how many of them there are.
CLASSES = ("same", "stranger", "twin", "relative")
QUALITIES = ("strong", "fair", "poor")
THRESHOLDS = ("upper", "lower", "missed")


@dataclass(frozen=True, slots=True)
class Level:
    """One comparison level: the probability that a pair of each class shows it.

    `share` names the share of LEVELS that takes the place of `stranger`, times `factor`. `spread` marks a slip: the
    share of the rarer value counts, over the fraction of such slips that would lead to just this value. `strays` is
    how many strangers in the whole register may show the level, however large it is. A `conditional` level holds
    under a condition that is weighed elsewhere or nowhere (the row has no marks, the household is the same), so it
    stands outside the sum of its comparison; training learns it as the level that it `stands_for`, if any. Training
    leaves a `held` level its chance among matches.

    Levels of text say how similar two values are `at_least` (Jaro-Winkler, 0 to 1), those of digits how many
    keystrokes lie between them `at_most`; on a `swapped` level each value is held against the other column.
    """

    name: str
    label: str
    same: float
    stranger: float
    twin: float = 0.0
    relative: float = 0.0
    at_least: float | None = None
    at_most: int | None = None
    swapped: bool = False
    share: str | None = None
    factor: float = 1.0
    spread: float | None = None
    strays: float = 0.0
    conditional: bool = False
    stands_for: str | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """Comparisons that agree as a whole as often as others carry the whole, which is not the product of its parts.

    `name` is that of the share and of the reason that is told, with a label where all is the same and where it is so
    but for the marks that a whole row lacks.
    """

    name: str
    parts: tuple[str, ...]
    same: str
    flat: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of some columns, and its levels in the order of their codes from 1.

    It may stand `within` another, whose agreement implies its own; and carry the `whole` that it is a part of. `chosen`
    tells of a value that a family chooses for its children. `learns` are the classes that training can teach it.
    """

    name: str
    label: str
    kind: str
    columns: tuple[str, ...]
    levels: tuple[Level, ...]
    within: str | None = None
    whole: Whole | None = None
    chosen: bool = False
    learns: tuple[str, ...] = CLASSES

    @property
    def level_names(self) -> tuple[str, ...]:
        """The names of the levels by their codes, missing first."""
        return (MISSING, *(level.name for level in self.levels))

    def level_name(self, code: int) -> str:
        """The name of the level of a code."""
        return self.levels[code - 1].name if code else MISSING

    def code(self, level: str) -> int:
        """The code of a named level."""
        return self.level_names.index(level)

    @property
    def is_weighed_by_value(self) -> bool:
        """Whether some level counts by how common the very value is."""
        return any(level.share is not None for level in self.levels)

    @property
    def shares(self) -> tuple[str, ...]:
        """The shares of LEVELS that it gives."""
        fixed = KINDS[self.kind].shares
        if fixed is not None:
            return fixed
        return (self.name, f"{self.name}_rare") if self.is_weighed_by_value else ()


@dataclass(frozen=True, slots=True)
class Session:
    """One run of EM: over the candidate pairs that agree in something, to learn the comparisons that this says nothing
    of. Over all candidates at once EM may find families instead of persons: members of a household agree in most."""

    agreeing: Mapping[str, tuple[str, ...]]
    learns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A whole model file. `search` names the search steps: a file of matching/rules, or one beside the model.

    `priors` is the probability, by event, that the row's person is in the register. `others` is how many twins and
    relatives a person has there; `likeness` is how many times as often the given names of one family are a slip apart
    as those of strangers.
    """

    version: str
    date: date
    trained_on: str
    search: str
    comparisons: tuple[Comparison, ...]
    sessions: tuple[Session, ...]
    priors: Mapping[str, float]
    others: Mapping[str, float]
    likeness: float
    missed: Mapping[str, float]
    thresholds: Mapping[str, float]
    folder: Path = field(default=MODELS, compare=False)

    def comparison(self, name: str) -> Comparison:
        """The comparison of that name."""
        return next(found for found in self.comparisons if found.name == name)

    def levels_of(self, pair: Mapping[str, Any]) -> dict[str, str]:
        """The name of the level of each comparison of one row of LEVELS or SCORED."""
        return {each.name: each.level_name(int(pair[f"level_{each.name}"])) for each in self.comparisons}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the comparisons."""
        return tuple(comparison.name for comparison in self.comparisons)

    @property
    def classes(self) -> tuple[str, ...]:
        """Who a candidate may be."""
        return ("same", "stranger", *self.others)

    @property
    def shares(self) -> tuple[str, ...]:
        """The shares of LEVELS that the comparisons give."""
        return tuple(share for comparison in self.comparisons for share in comparison.shares)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the comparisons read."""
        return tuple(dict.fromkeys(column for comparison in self.comparisons for column in comparison.columns))
