"""How well a made world is decided: counts of harm, review and returned rows, with time and memory of each command.

    python -m benchmarks.quality WORLD [--home DIR] [--json] [--detail]

WORLD is a folder of `benchmarks.world`: register.parquet or register.csv, inbox/, truth.csv. The program runs as its
users run it, in a home of its own: init, register load, register publish, run, decisions.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.verdicts import HARMS, YardstickError, count, harmful, judge, reasons, table_by, unexpected

#: 0 is done; 10 says that a file could not be read, after the others were.
GOOD = (0, 10)


class WorldError(Exception):
    """The world or the home cannot be used, or a command failed: the message says which and what to do."""


@dataclass(frozen=True)
class Step:
    """One command: how long it took, the largest memory of a process of it, how it ended."""

    command: str
    seconds: float
    peak_mb: float
    exit_code: int


def run_step(name: str, module: str, arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> Step:
    """The time and peak memory of `python -m module` in a process of its own; its results are let go, its log stays."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=out, env=environ)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Step(name, round(time.perf_counter() - start, 2), round(usage.ru_maxrss / 1024, 1), process.returncode)


def register_of(world: Path) -> Path:
    """The register extract of the world."""
    for name in ("register.parquet", "register.csv"):
        if (world / name).is_file():
            return world / name
    raise WorldError(f"{world} has neither register.parquet nor register.csv: make a world with benchmarks.world")


def register_codes(path: Path) -> list[str]:
    """Every code of the extract."""
    frame = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path, infer_schema=False)
    return frame.select(pl.col("bhxh_code").cast(pl.String)).collect()["bhxh_code"].drop_nulls().to_list()


def decide(world: Path, home: Path, program: Sequence[str] = ("pipelines.cli",)) -> tuple[pl.DataFrame, list[Step]]:
    """The decisions on the whole inbox in a fresh home, and what each command cost.

    `program` is the module that takes the commands, with what stands before each of them.
    """
    module, *first = program
    if home.exists() and any(home.iterdir()):
        raise WorldError(f"{home} is not empty: name a folder that does not exist yet")
    out = home.parent / f"{home.name}-decisions.parquet"
    commands: tuple[tuple[str, list[str]], ...] = (
        ("init", ["init"]),
        ("register load", ["register", "load", str(register_of(world))]),
        ("register publish", ["register", "publish"]),
        ("run", ["run", str(world / "inbox")]),
        ("decisions", ["decisions", "--out", str(out)]),
    )
    environ = {**os.environ, "MOTMA_HOME": str(home)}
    environ.pop("MOTMA_LEDGER_URL", None)
    environ.pop("PREFECT_API_URL", None)
    steps = []
    for name, arguments in commands:
        step = run_step(name, module, [*first, *arguments], environ)
        steps.append(step)
        if step.exit_code not in GOOD:
            raise WorldError(f"motma {name} ended with {step.exit_code}: its message stands above")
    return pl.read_parquet(out), steps


def report(world: Path, decisions: pl.DataFrame, steps: Sequence[Step]) -> dict[str, Any]:
    """All that was measured, ready for JSON."""
    truth = pl.read_csv(world / "truth.csv", infer_schema=False)
    judged = judge(truth, decisions, register_codes(register_of(world)))
    return {
        "counts": {**count(judged), "unexpected": unexpected(truth, decisions)},
        "steps": [asdict(step) for step in steps],
        "review_reasons": reasons(judged).to_dicts(),
        "harmful_rows": harmful(judged).to_dicts(),
        "by_tag": table_by(judged, "tags").to_dicts(),
        "by_event": table_by(judged, "event").to_dicts(),
    }


def _lines(found: dict[str, Any], detail: bool) -> list[str]:
    counts = found["counts"]
    lines = [
        f"rows {counts['rows']}  valid {counts['valid']}  invalid {counts['invalid']}  "
        + "  ".join(f"{name} {counts[f'outcome_{name}']}" for name in ("linked", "issued", "review", "returned")),
        "",
        f"{'of all rows':<28}{'rows':>8}{'share':>11}",
    ]
    for name in (*HARMS, "harm", "missing"):
        lines.append(f"{name:<28}{counts[name]:>8}{counts[f'{name}_share']:>11.4%}")
    lines += ["", "of valid rows"]
    for name in ("review", "valid_returned"):
        lines.append(f"{name:<28}{counts[name]:>8}{counts[f'{name}_share']:>11.4%}")
    lines += ["", "of invalid rows"]
    lines.append(f"{'invalid_accepted':<28}{counts['invalid_accepted']:>8}{counts['invalid_accepted_share']:>11.4%}")
    for name in ("unexpected", "unknown_outcome"):
        if counts[name]:
            lines.append(f"{name:<28}{counts[name]:>8}")
    lines += ["", f"{'command':<28}{'seconds':>8}{'peak MB':>11}{'exit':>6}"]
    for step in found["steps"]:
        lines.append(f"{step['command']:<28}{step['seconds']:>8.1f}{step['peak_mb']:>11.0f}{step['exit_code']:>6}")
    lines += ["", *_table(found["review_reasons"], "review by reason")]
    if detail:
        lines += ["", *_table(found["by_event"], "by event"), "", *_table(found["by_tag"], "by tag")]
    lines += ["", *_table(found["harmful_rows"], "harmful rows")]
    return lines


def _table(rows: Sequence[dict[str, Any]], title: str) -> list[str]:
    """The rows as aligned text under a title."""
    if not rows:
        return [f"{title}: none"]
    names = list(rows[0])
    widths = {name: max(len(name), *(len(str(row[name])) for row in rows)) for name in names}
    body = [[str(row[name]).ljust(widths[name]) for name in names] for row in rows]
    return [title, "  ".join(name.ljust(widths[name]) for name in names), *("  ".join(line) for line in body)]


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after a measurement, 2 when the world or a command was no good."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("world", type=Path, help="folder made by benchmarks.world")
    parser.add_argument("--home", type=Path, help="keep the home in this new folder (default: a temporary one)")
    parser.add_argument("--decisions", type=Path, help="judge these decisions (Parquet) and run nothing")
    parser.add_argument("--detail", action="store_true", help="also by event and by tag")
    parser.add_argument("--json", action="store_true", help="everything as one JSON object")
    given = parser.parse_args(arguments)
    try:
        if given.decisions:
            found = report(given.world, pl.read_parquet(given.decisions), [])
        else:
            with tempfile.TemporaryDirectory(prefix="motma-quality-") as folder:
                home = given.home.absolute() if given.home else Path(folder) / "home"
                decisions, steps = decide(given.world.absolute(), home)
            found = report(given.world, decisions, steps)
    except (WorldError, YardstickError) as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(found, indent=1) if given.json else "\n".join(_lines(found, given.detail)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
