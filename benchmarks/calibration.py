"""Whether the posteriors are honest: of the rows whose best candidate has some posterior, how many are that person.

    python -m benchmarks.calibration WORLD --home HOME [--chart FILE.svg]

HOME is one in which `benchmarks.quality WORLD --home HOME` decided the world. Every row of a person that met
somebody counts once, with the posterior that the program first gave its best candidate.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from casework.home import open_home
from registry.posteriors import first_posteriors

#: Width of a bin, and where the outermost begin, in bits of log-odds: at 16 bits one in 65,537 is expected to be wrong.
_WIDTH, _FARTHEST = 2, 16
#: Of the interval that covers the true share 95 times of 100 (Wilson 1927).
_Z = 1.96
_KEY = ("file", "row")


def judged(found: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """posterior and is_true, one line a row that met somebody; `found` is POSTERIORS, `truth` a world's truth.csv.

    The candidate is right if its code is one of the row's person, or was first issued to him, or if it is another row
    of his.
    """
    stem = pl.col("file", "other_file").str.replace(r"\.[^.]+$", "")
    known = truth.select(
        pl.col("file").str.replace(r"\.[^.]+$", ""),
        pl.col("row").cast(pl.Int64),
        "kind",
        "codes",
        who=pl.format("{} {}", "kind", pl.col("person").fill_null("")),
    ).filter(pl.col("kind") != "invalid")
    rows = found.with_columns(stem).join(known, on=_KEY, how="inner", validate="1:1")
    other = known.select(other_file="file", other_row="row", other="who")
    rows = rows.join(other, on=("other_file", "other_row"), how="left", validate="m:1")
    holders = (
        rows.filter((pl.col("outcome") == "issued") & (pl.col("kind") == "new"))
        .select(code="issued_code", holder="who")
        .unique("code")
    )
    rows = rows.join(holders, on="code", how="left", validate="m:1")
    right = [
        pl.col("codes").str.split(";").list.contains(pl.col("code")),
        pl.col("other") == pl.col("who"),
        pl.col("holder") == pl.col("who"),
    ]
    met = pl.col("posterior").is_not_null() & (pl.col("code").is_not_null() | pl.col("other").is_not_null())
    return rows.filter(met).select("posterior", is_true=pl.any_horizontal(each.fill_null(False) for each in right))


def bins(rows: pl.DataFrame) -> pl.DataFrame:
    """One line a bin of log-odds that holds rows: `bits` (its middle), rows, true, claimed, share, low and high.

    `claimed` is the mean posterior, `share` the share that is true, between `low` and `high` 95 times of 100.
    """
    p = rows["posterior"].to_numpy().clip(1e-300, 1 - 1e-16)
    place = np.floor(np.clip(np.log2(p) - np.log2(1 - p), -_FARTHEST, _FARTHEST - 1e-9) / _WIDTH)
    counted = (
        rows.with_columns(bits=pl.Series(place * _WIDTH + _WIDTH / 2))
        .group_by("bits")
        .agg(rows=pl.len(), true=pl.col("is_true").sum(), claimed=pl.col("posterior").mean())
        .sort("bits")
    )
    n, share = pl.col("rows"), pl.col("true") / pl.col("rows")
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * (share * (1 - share) / n + _Z**2 / (4 * n**2)).sqrt()
    return counted.with_columns(share=share, low=(middle - half).clip(0, 1), high=(middle + half).clip(0, 1))


def draw(counted: pl.DataFrame, title: str, file: Path) -> None:
    """Writes the chart: the share that is true by the log-odds claimed, and the curve on which honest shares lie."""
    import altair as alt

    curve = [{"bits": at / 4, "share": 1 / (1 + 2 ** (-at / 4))} for at in range(-4 * _FARTHEST, 4 * _FARTHEST + 1)]
    x = alt.X("bits:Q", title="log-odds of the posterior, bits", scale=alt.Scale(domain=[-_FARTHEST, _FARTHEST]))
    share = alt.Y("share:Q", title="share that is the person", scale=alt.Scale(domain=[0, 1]))
    honest = alt.Chart(alt.InlineData(values=curve)).mark_line(color="#999999").encode(x=x, y=share)
    points = alt.Chart(alt.InlineData(values=counted.to_dicts()))
    chart: Any = alt.layer(
        honest,
        points.mark_rule(color="#2f6f4f").encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        points.mark_point(color="#2f6f4f", filled=True, size=60, opacity=1).encode(x=x, y=share),
        *(
            points.transform_filter(f"datum.bits {side} 0")
            .mark_text(align="left", dx=5, dy=dy, fontSize=9)
            .encode(x=x, y=share, text=alt.Text("rows:Q", format=","))
            for side, dy in (("<", -8), (">", 10))
        ),
        title=title,
    ).properties(width=640, height=320)
    chart.save(str(file), format=file.suffix.removeprefix("."))


def main(arguments: Sequence[str] | None = None) -> int:
    """0 once the bins are printed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.calibration", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("world", type=Path, help="folder made by benchmarks.world")
    parser.add_argument("--home", type=Path, required=True, help="the home in which the world was decided")
    parser.add_argument("--chart", type=Path, help="draw it as .svg or .png")
    parser.add_argument("--json", action="store_true", help="the bins as JSON")
    given = parser.parse_args(arguments)
    with open_home(given.home.absolute()).ledger.reading() as session:
        found = first_posteriors(session, None)
    rows = judged(found, pl.read_csv(given.world / "truth.csv", infer_schema=False))
    counted = bins(rows)
    if given.chart:
        draw(counted, f"{rows.height:,} rows of {given.world.name}", given.chart)
    if given.json:
        print(json.dumps(counted.to_dicts(), indent=1))
        return 0
    print(f"{'log-odds, bits':>16}{'rows':>8}{'true':>8}{'claimed':>10}{'share':>10}{'95 % of it':>20}")
    for one in counted.iter_rows(named=True):
        bits = f"{one['bits'] - _WIDTH / 2:+.0f} to {one['bits'] + _WIDTH / 2:+.0f}"
        interval = f"{one['low']:.5f} to {one['high']:.5f}"
        numbers = f"{one['rows']:>8,}{one['true']:>8,}{one['claimed']:>10.5f}{one['share']:>10.5f}"
        print(f"{bits:>16}{numbers}{interval:>20}")
    wrong = abs(float(rows["posterior"].sum()) - float(rows["is_true"].sum()))
    print(
        f"claimed {rows['posterior'].sum():.1f} of {rows.height:,}, true {rows['is_true'].sum():,}: {wrong:.1f} apart"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
