"""What each part of the model earns: the program with one part of it off at a time, on the same worlds.

    python -m benchmarks.ablation WORLD… [--only VARIANT…]

Each variant is a model file derived from the standing one, under which the program runs as it always does: the search
steps, the thresholds and the office's rules stay, only what the parts weigh is taken away. Decisions are held against
the truth by benchmarks.verdicts.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.quality import WorldError, decide, register_codes, register_of
from benchmarks.verdicts import HARMS, count, judge
from matching.model import Comparison, Level, Model, Session
from matching.model_files import load_model, write_model

#: Counts that are told, and added over the worlds.
SUMS = ("rows", "valid", "review", *HARMS, "harm")
_NAMES = ("given", "middle", "surname")
#: Whole names by Jaro-Winkler. Chances are what `motma model train` learns from a made world of 30,000 persons
#: (seed 901, 22 files, 6,000 rows; --seed 1). Two of one household, day and name are one person and left out of twins.
_SIMILAR = (
    Level("same", "trùng họ tên", 0.73527, 0.00008, 0.0005, 0.00412, at_least=1.0, share="given"),
    Level("flat", "trùng họ tên không dấu", 0.02484, 0.000005, 0.0005, 0.000026, at_least=1.0, swapped=True),
    Level("close", "họ tên gần trùng", 0.07592, 0.00036, 0.1632, 0.0035, at_least=0.95),
    Level("near", "họ tên gần giống", 0.09488, 0.01165, 0.3696, 0.05058, at_least=0.88),
    Level("alike", "họ tên hơi giống", 0.06184, 0.05875, 0.2646, 0.2857, at_least=0.75),
    Level("different", "khác họ tên", 0.00725, 0.929155, 0.2016, 0.656074),
)


def without_class(model: Model, *kinds: str) -> Model:
    """The model in which nobody has a candidate of those classes beside him."""
    return replace(model, others={kind: 0.0 if kind in kinds else count for kind, count in model.others.items()})


def without_comparison(model: Model, name: str) -> Model:
    """The model to which that comparison says nothing: every level is as likely under each class."""
    return replace(
        model,
        comparisons=tuple(_worthless(each) if each.name == name else each for each in model.comparisons),
        sessions=(),
    )


def _worthless(comparison: Comparison) -> Comparison:
    even = 1 / sum(not level.conditional for level in comparison.levels)
    return replace(
        comparison,
        levels=tuple(
            Level(level.name, level.label, chance, chance, chance, chance, conditional=level.conditional)
            for level in comparison.levels
            for chance in [1.0 if level.conditional else even]
        ),
        chosen=False,
    )


def without_syllables(model: Model) -> Model:
    """The model that compares whole names by Jaro-Winkler, with how common they are, and not by their syllables.

    Its comparison bears the name `given`, by which the office's rules ask whether two persons have one name.
    """
    norm, fold, *_ = model.comparison("given").columns
    names = Comparison("given", "họ tên", "text", (norm, fold), _SIMILAR, learns=("same", "stranger", "relative"))
    kept = tuple(each for each in model.comparisons if each.kind not in _NAMES)
    sessions = (
        Session({"birth": ("full",), "household": ("missing", "slip", "different", "moved")}, ("given", "sex")),
        Session(
            {"given": ("same",)}, tuple(each.name for each in kept if each.name not in ("sex", "relation", "head"))
        ),
    )
    return replace(model, comparisons=(names, *kept), sessions=sessions)


VARIANTS: Mapping[str, Callable[[Model], Model]] = {
    "as it stands": lambda model: model,
    "no class of twins": lambda model: without_class(model, "twin"),
    "no class of relatives": lambda model: without_class(model, "relative"),
    "strangers alone": lambda model: without_class(model, "twin", "relative"),
    "names by Jaro-Winkler": without_syllables,
    "no parents": lambda model: without_comparison(model, "parents"),
    "no places": lambda model: without_comparison(model, "place"),
}


def measure(world: Path, variant: str, work: Path) -> dict[str, Any]:
    """One line: counts of VERDICTS of the program under a variant in a world. `work` is an empty folder."""
    model = VARIANTS[variant](load_model())
    folder = work / "models"
    folder.mkdir()
    write_model(model, folder / f"{model.version}.toml")
    decisions, steps = decide(world, work / "home", ("benchmarks.under_model", str(folder)))
    truth = pl.read_csv(world / "truth.csv", infer_schema=False)
    counts = count(judge(truth, decisions, register_codes(register_of(world))))
    seconds = round(sum(step.seconds for step in steps), 1)
    return {"world": world.name, "variant": variant, **{name: counts[name] for name in SUMS}, "seconds": seconds}


def pooled(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One line for each variant: the sums over the worlds."""
    frame = pl.DataFrame(list(lines)).group_by("variant", maintain_order=True)
    return frame.agg(pl.lit("all").alias("world"), pl.col(*SUMS, "seconds").sum()).to_dicts()


def table(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """The lines as a table of Markdown."""
    heads = ("world", "variant", "rows", "review", "false links", "duplicate issues", "double issues", "wrong")
    rows = [
        (
            one["world"],
            one["variant"],
            f"{one['rows']:,}",
            f"{one['review'] / one['valid']:.2%}",
            *(one[name] for name in (*HARMS, "harm")),
        )
        for one in lines
    ]
    body = [heads, tuple("---" for _ in heads), *rows]
    return ["| " + " | ".join(str(cell) for cell in cells) + " |" for cells in body]


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after a measurement, 2 when a world or a command was no good."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("world", nargs="+", type=Path, help="folder made by benchmarks.world")
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=tuple(VARIANTS), help="these variants")
    parser.add_argument("--json", action="store_true", help="the lines as JSON")
    given = parser.parse_args(arguments)
    lines = []
    try:
        for world in given.world:
            for variant in given.only:
                with tempfile.TemporaryDirectory(prefix="motma-ablation-") as folder:
                    lines.append(measure(world.absolute(), variant, Path(folder)))
                print("\n".join(table(lines[-1:])[2:]), file=sys.stderr)
    except WorldError as error:
        print(error, file=sys.stderr)
        return 2
    both = [*(pooled(lines) if len(given.world) > 1 else []), *lines]
    print(json.dumps(both, indent=1) if given.json else "\n".join(table(both)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
