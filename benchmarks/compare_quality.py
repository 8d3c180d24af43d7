"""Our program and its peers on the same rows: wrong decisions, review, time and memory, side by side in one run.

    python -m benchmarks.compare_quality --worlds FOLDER [WORLD…]

FOLDER holds the generated worlds; those that are not there yet are made. Further worlds may be named. Every decider
reads the register and the inbox, and its decisions are held against the truth by benchmarks.verdicts. Our program runs
as its users run it. A peer scores pairs (benchmarks.peers); what it decides follows from two thresholds that are chosen
with the truth in hand, for each world anew, so that a tenth of the valid rows goes to review with the fewest wrong
decisions.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.peers import decide as peer_decisions
from benchmarks.peers.people import REGISTER, TOLD
from benchmarks.quality import Step, WorldError, decide, register_codes, register_of, run_step
from benchmarks.verdicts import HARMS, count, judge
from benchmarks.world import Recipe, make_world

PEERS = ("splink", "recordlinkage")
#: What the thresholds of a peer may do: issue whoever is below them, or only where the event lets a code be issued.
RULES = {"by score": True, "by score and event": False}
WORLDS = {
    "200k-rate2": Recipe(200_000, seed=671, rate=2.0, files=40, rows=20_000),
    "500k-rate1": Recipe(500_000, seed=672, rate=1.0, files=60, rows=30_000),
    "1000k-rate2": Recipe(1_000_000, seed=673, rate=2.0, files=80, rows=50_000),
}
PARTS = ("motma", "splink", "recordlinkage", "polars", "duckdb", "pandas", "numpy")
#: Counts that are added over the worlds.
SUMS = ("rows", "valid", "review", *HARMS, "harm", "twins", "valid_returned")


def made_worlds(folder: Path) -> list[Path]:
    """The generated worlds in that folder, made where they are absent."""
    for name, recipe in WORLDS.items():
        if not (folder / name / "meta.json").is_file():
            print(f"making {name}", file=sys.stderr)
            make_world(folder / name, recipe)
    return [folder / name for name in WORLDS]


def line(world: str, decider: str, rule: str, judged: pl.DataFrame, steps: Sequence[Step]) -> dict[str, Any]:
    """What one decider did in one world: counts of VERDICTS, seconds in all, the largest memory of a process."""
    counts = count(judged)
    twins = (pl.col("verdict") == "false_link") & (pl.col("twin").fill_null("") != "")
    counts["twins"] = len(judged.filter(twins))
    return {
        "world": world,
        "decider": decider,
        "rule": rule,
        **{name: counts[name] for name in SUMS},
        "seconds": round(sum(step.seconds for step in steps), 1),
        "peak_mb": round(max(step.peak_mb for step in steps)),
    }


def pooled(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One line for each decider and rule: the sums over the worlds, the seconds of all and the largest memory."""
    if not lines:
        return []
    frame = pl.DataFrame(list(lines)).group_by("decider", "rule", maintain_order=True)
    return frame.agg(
        pl.lit("all").alias("world"), pl.col(*SUMS).sum(), pl.col("seconds").sum().round(1), pl.col("peak_mb").max()
    ).to_dicts()


def ours(world: Path, work: Path) -> Iterator[dict[str, Any]]:
    """The line of our program."""
    decisions, steps = decide(world, work / "home")
    truth = pl.read_csv(world / "truth.csv", infer_schema=False)
    judged = judge(truth, decisions, register_codes(register_of(world)))
    yield line(world.name, "motma", "as it is", judged, steps)


def of_peer(peer: str, world: Path, work: Path, at: str, share: float) -> Iterator[dict[str, Any]]:
    """The lines of a peer, one for each of RULES."""
    people, scores = work / "people", work / f"{peer}.parquet"
    steps = [run_step("people", "benchmarks.peers.people", [str(world), str(people), "--at", at])]
    steps.append(run_step(peer, f"benchmarks.peers.{peer}", [str(people), str(scores)]))
    for step in steps:
        if step.exit_code:
            raise WorldError(f"{step.command} ended with {step.exit_code} on {world}: its message stands above")
    told, truth = pl.read_parquet(people / TOLD), pl.read_csv(world / "truth.csv", infer_schema=False)
    codes = pl.read_parquet(people / REGISTER, columns=["record_id", "code"]).rename({"code": "bhxh_code"})
    found = pl.read_parquet(scores)
    for rule, issue_all in RULES.items():
        best = peer_decisions.best_of(found, told, issue_all=issue_all)
        thresholds, judged = peer_decisions.choose(best, told, codes, truth, share)
        yield {
            **line(world.name, peer, rule, judged, steps),
            "upper": round(thresholds.upper, 2),
            "lower": round(thresholds.lower, 2),
        }


def table(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """The lines as a table of Markdown."""
    heads = ("world", "decided by", "rows", "review", "false links", "of them twins", "duplicate issues",
             "double issues", "wrong", "false links %", "valid returned", "s", "MB")  # fmt: skip
    rows = [
        (
            one["world"],
            f"{one['decider']}, {one['rule']}",
            one["rows"],
            f"{one['review'] / one['valid']:.2%}",
            *(one[name] for name in ("false_link", "twins", "duplicate_issue", "double_issue", "harm")),
            f"{one['false_link'] / one['rows']:.3%}",
            *(one[name] for name in ("valid_returned", "seconds", "peak_mb")),
        )
        for one in lines
    ]
    body = [heads, tuple("---" for _ in heads), *rows]
    return ["| " + " | ".join(str(cell) for cell in cells) + " |" for cells in body]


def versions() -> str:
    """What ran on what."""
    parts = ", ".join(f"{part} {version(part)}" for part in PARTS)
    return f"Python {platform.python_version()}, {os.cpu_count()} cores; {parts}"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after a comparison, 2 when a world or a command was no good."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare_quality", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("world", nargs="*", type=Path, help="further worlds, such as benchmarks.world makes")
    parser.add_argument("--worlds", type=Path, help="folder of the generated worlds, made where absent")
    parser.add_argument("--at", default="2026-11-01", help="the day on which the files came in (default: 2026-11-01)")
    parser.add_argument("--review", type=float, default=0.1, help="share of valid rows a peer may send to review")
    parser.add_argument("--by", nargs="+", choices=("motma", *PEERS), default=("motma", *PEERS), help="who decides")
    parser.add_argument("--json", action="store_true", help="the lines as JSON")
    given = parser.parse_args(arguments)
    lines: list[dict[str, Any]] = []
    try:
        worlds = [*given.world, *(made_worlds(given.worlds) if given.worlds else [])]
        for world in worlds:
            for decider in given.by:
                print(f"{world.name}: {decider}", file=sys.stderr)
                with tempfile.TemporaryDirectory(prefix="motma-compare-") as folder:
                    work = Path(folder)
                    lines += (
                        ours(world.absolute(), work)
                        if decider == "motma"
                        else of_peer(decider, world.absolute(), work, given.at, given.review)
                    )
                print("\n".join(table(lines[-1:])), file=sys.stderr)
    except (WorldError, peer_decisions.ThresholdError) as error:
        print(error, file=sys.stderr)
        return 2
    both = [*pooled(lines), *lines]
    told = {"versions": versions(), "lines": both}
    print(json.dumps(told, indent=1) if given.json else "\n".join([versions(), "", *table(both)]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
