"""A made world: a register extract, an inbox of change files, and the truth about every row. No real person is in it.

    python -m benchmarks.world OUT --persons 60000 --seed 1 --rate 1.0 --files 22

writes OUT/register.parquet (or .csv), OUT/inbox/*/*.csv, OUT/truth.csv, OUT/register_duplicates.csv (persons with two
codes), OUT/register_faults.csv (what is wrong with the register itself) and OUT/meta.json.
The same arguments give the same files to the byte.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.world_people import make_people
from benchmarks.world_places import Ground, draw_areas, draw_provinces, read_places
from benchmarks.world_plan import NEWBORN_SHARE, choose_unregistered, make_plan, split_rows
from benchmarks.world_register import Register
from benchmarks.world_rows import Writer, write_inbox

#: Share of the corrections that have something to correct in the register.
MISREAD = 0.5


@dataclass(frozen=True)
class Recipe:
    """What a world is made from."""

    persons: int
    seed: int
    rate: float = 1.0
    files: int = 22
    rows: int = 0
    provinces: tuple[str, ...] = ()
    form: str = "parquet"
    wild: float = 0.0


def make_world(out: Path, recipe: Recipe) -> dict[str, object]:
    """The counts of the world written to that folder (meta.json)."""
    rng = np.random.default_rng(recipe.seed)
    counts = split_rows(recipe.rows or max(60, recipe.persons // 10))
    places = read_places()
    provinces = recipe.provinces or tuple(draw_provinces(rng, places, max(1, recipe.files // 2)))
    areas = draw_areas(rng, places, provinces, recipe.persons)
    people = make_people(rng, places, areas, recipe.persons, round(counts.new * NEWBORN_SHARE))
    new, spare = choose_unregistered(rng, people, counts)
    known = np.ones(len(people), dtype=bool)
    known[new] = known[spare] = False
    register = Register(rng, places, people, known, recipe.rate)
    ground = Ground(places, areas, people)
    plan = make_plan(rng, ground, new, spare, counts)
    corrected = plan.filter((pl.col("event") == "correct") & (pl.col("kind") == "existing"))["person"].unique().sort()
    corrected = corrected.filter(pl.Series(rng.random(len(corrected)) < MISREAD * min(recipe.rate, 1.0)))
    wrong = register.codes.gather(corrected).str.split(";").list.first()
    out.mkdir(parents=True, exist_ok=True)
    faults = register.write(out / f"register.{recipe.form}", wrong, plan["person"].unique())
    truth = write_inbox(Writer(rng, ground, register.codes, recipe.rate, recipe.wild), plan, areas, out / "inbox")
    truth.with_columns(pl.col(pl.String).replace("", None)).write_csv(out / "truth.csv")
    register.duplicates.write_csv(out / "register_duplicates.csv")
    faults.sort("fault", "bhxh_code").write_csv(out / "register_faults.csv")
    meta: dict[str, object] = {
        **asdict(recipe),
        "provinces": list(provinces),
        "rows": len(truth),
        "register": len(register),
        "new": len(new),
        "files": len(list((out / "inbox").rglob("*.csv"))),
    }
    (out / "meta.json").write_text(json.dumps(meta) + "\n", encoding="utf-8")
    return meta


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after a world was written."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.world", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path, help="folder to write, made if absent; its inbox must be empty")
    parser.add_argument("--persons", type=int, default=60_000, help="people of the world, with and without a code")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1.0, help="1 is the usual share of errors, 0 none")
    parser.add_argument("--files", type=int, default=22, help="change files: two for each province")
    parser.add_argument("--rows", type=int, default=0, help="rows of the inbox (default: a tenth of the persons)")
    parser.add_argument("--provinces", default="", help="codes of the old list, comma between (default: drawn)")
    parser.add_argument("--form", choices=("parquet", "csv"), default="parquet", help="format of the register extract")
    parser.add_argument("--wild", type=float, default=0.0, help="share of typists with a way of their own (default 0)")
    given = parser.parse_args(arguments)
    if any((given.out / "inbox").glob("*")):
        parser.error(f"{given.out / 'inbox'} holds files already: name another folder or empty it")
    provinces = tuple(code for code in given.provinces.split(",") if code)
    recipe = Recipe(given.persons, given.seed, given.rate, given.files, given.rows, provinces, given.form, given.wild)
    print(json.dumps(make_world(given.out, recipe)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
