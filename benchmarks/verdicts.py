"""What became of each row of a made world, held against its truth: the yardstick of quality.py, free of files."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

#: Verdicts that harm: a person under another's code, a second code for who has one, two new codes for one person.
HARMS = ("false_link", "duplicate_issue", "double_issue")
#: Grain of what `judge` gives: one row of the inbox.
VERDICTS: Mapping[str, type[pl.DataType]] = {
    "file": pl.String,
    "row": pl.Int64,
    "kind": pl.String,
    "event": pl.String,
    "tags": pl.String,
    "twin": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
    "verdict": pl.String,
}
_TRUTH = ("file", "row", "kind", "person", "codes", "event", "tags", "twin")
_DECIDED = ("file", "row", "outcome", "reason", "bhxh_code", "decided_at")
_KEY = ["file", "row"]


class YardstickError(ValueError):
    """The tables cannot be compared: a row stands in one of them twice, or a column is missing."""


def judge(truth: pl.DataFrame, decisions: pl.DataFrame, register_codes: Collection[str]) -> pl.DataFrame:
    """VERDICTS, one line a line of the truth, in its order.

    `truth` and `decisions` have the columns of a world's truth.csv and of `motma decisions`; rows meet by file stem
    and row number. `register_codes` are all codes of the extract. Verdicts:

    - `false_link`: an existing person's row linked to a code that is not the person's; a new person's row linked to
      any code but one first issued to that person; a row issued a code that somebody else holds
    - `duplicate_issue`: a code issued for somebody who has one
    - `double_issue`: a further code issued for a new person, once for each code beyond the first
    - `right_link`, `right_issue`, `review`, `valid_returned`, `invalid_returned`
    - `invalid_accepted`: an invalid row linked, issued or sent to review
    - `missing`: no decision; `unknown_outcome`: an outcome that is none of the four
    """
    known = _text(truth, _TRUTH, "truth").with_row_index("line")
    decided = _decided(decisions)
    rows = known.join(decided, on=_KEY, how="left", validate="1:1", maintain_order="left")
    rows = rows.join(_owners(rows), on="bhxh_code", how="left", validate="m:1", maintain_order="left")
    own = ((pl.col("owner_kind") == "new") & (pl.col("owner") == pl.col("person"))).fill_null(False)
    registered = pl.col("bhxh_code").is_in(list(register_codes)).fill_null(False)
    rows = rows.with_columns(
        (own & ~registered).alias("own"),
        pl.col("codes").str.split(";").list.contains(pl.col("bhxh_code")).fill_null(False).alias("right"),
    )
    rows = rows.join(_further(rows), on="line", how="left", validate="1:1", maintain_order="left")
    return rows.with_columns(_verdict()).select(pl.col(name).cast(kind) for name, kind in VERDICTS.items())


def unexpected(truth: pl.DataFrame, decisions: pl.DataFrame) -> int:
    """How many decisions are of rows that the truth does not know."""
    known = _text(truth, _TRUTH, "truth")
    return len(_decided(decisions).join(known, on=_KEY, how="anti"))


def _text(frame: pl.DataFrame, columns: tuple[str, ...], name: str) -> pl.DataFrame:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise YardstickError(f"{name} lacks {', '.join(missing)}; it has {', '.join(frame.columns)}")
    out = frame.select(pl.col(column).cast(pl.String) for column in columns).with_columns(pl.col("row").cast(pl.Int64))
    out = out.with_columns(pl.col("file").str.replace(r"\.[^.]+$", ""))
    twice = out.filter(out.select(_KEY).is_duplicated()).select(_KEY).unique().sort(_KEY)
    if len(twice):
        first = ", ".join(f"{file} {row}" for file, row in twice.head(5).rows())
        raise YardstickError(f"{name} holds {len(twice)} rows more than once, first: {first}; give one line a row")
    return out


def _decided(decisions: pl.DataFrame) -> pl.DataFrame:
    """The decisions in the order in which they were made, blanks as null."""
    out = _text(decisions, _DECIDED, "decisions").with_columns(pl.col(pl.String).replace("", None))
    return out.sort("decided_at", maintain_order=True, nulls_last=True).with_row_index("turn").drop("decided_at")


def _owners(rows: pl.DataFrame) -> pl.DataFrame:
    """The person to whom each issued code was issued first: one line a code."""
    issued = rows.filter((pl.col("outcome") == "issued") & pl.col("bhxh_code").is_not_null()).sort("turn")
    return issued.group_by("bhxh_code", maintain_order=True).agg(
        pl.col("kind").first().alias("owner_kind"), pl.col("person").first().alias("owner")
    )


def _further(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that gave a new person a code beyond the first: one line for each such code, its first row."""
    issued = rows.filter((pl.col("outcome") == "issued") & (pl.col("kind") == "new") & pl.col("own")).sort("turn")
    codes = issued.unique(["person", "bhxh_code"], keep="first", maintain_order=True)
    return codes.filter(~codes["person"].is_first_distinct()).select("line", further=pl.lit(True))


def _verdict() -> pl.Expr:
    outcome, kind = pl.col("outcome"), pl.col("kind")
    accepted = outcome.is_in(["linked", "issued", "review"])
    linked, issued = outcome == "linked", outcome == "issued"
    return (
        pl.when(outcome.is_null())
        .then(pl.lit("missing"))
        .when(~accepted & (outcome != "returned"))
        .then(pl.lit("unknown_outcome"))
        .when(kind == "invalid")
        .then(pl.when(accepted).then(pl.lit("invalid_accepted")).otherwise(pl.lit("invalid_returned")))
        .when(outcome == "review")
        .then(pl.lit("review"))
        .when(outcome == "returned")
        .then(pl.lit("valid_returned"))
        .when((kind == "existing") & issued)
        .then(pl.lit("duplicate_issue"))
        .when(((kind == "existing") & ~pl.col("right")) | ((kind == "new") & ~pl.col("own")))
        .then(pl.lit("false_link"))
        .when(issued & pl.col("further").fill_null(False))
        .then(pl.lit("double_issue"))
        .when(linked)
        .then(pl.lit("right_link"))
        .otherwise(pl.lit("right_issue"))
        .alias("verdict")
    )


def count(judged: pl.DataFrame) -> dict[str, int | float]:
    """Counts of VERDICTS and their shares: harm of all rows, review and returned of valid rows."""
    rows = len(judged)
    valid = len(judged.filter(pl.col("kind") != "invalid"))
    found = dict(judged["verdict"].value_counts().iter_rows())
    out: dict[str, int | float] = {"rows": rows, "valid": valid, "invalid": rows - valid}
    for name in ("linked", "issued", "review", "returned"):
        out[f"outcome_{name}"] = len(judged.filter(pl.col("outcome") == name))
    for name in ("right_link", "right_issue", *HARMS):
        out[name] = found.get(name, 0)
    out["harm"] = sum(found.get(name, 0) for name in HARMS)
    for name in ("review", "valid_returned", "invalid_returned", "invalid_accepted", "missing", "unknown_outcome"):
        out[name] = found.get(name, 0)
    for name in (*HARMS, "harm", "missing"):
        out[f"{name}_share"] = _share(out[name], rows)
    for name in ("review", "valid_returned"):
        out[f"{name}_share"] = _share(out[name], valid)
    out["invalid_accepted_share"] = _share(out["invalid_accepted"], rows - valid)
    return out


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0


def table_by(judged: pl.DataFrame, column: str) -> pl.DataFrame:
    """Rows, harms, review and returned for each value of a column; a row with several tags counts under each."""
    rows = judged
    if column == "tags":
        marks = pl.concat_str("tags", "twin", separator=";", ignore_nulls=True).str.strip_chars(";")
        rows = judged.with_columns(marks.replace("", "(none)").str.split(";")).explode("tags")
    names = (*HARMS, "review", "valid_returned", "invalid_accepted")
    counts = [(pl.col("verdict") == name).sum().alias(name) for name in names]
    return rows.group_by(column).agg(pl.len().alias("rows"), *counts).sort(column)


def reasons(judged: pl.DataFrame) -> pl.DataFrame:
    """How many valid rows went to review for each reason, and how many of them were of existing and of new persons."""
    review = judged.filter(pl.col("verdict") == "review").with_columns(pl.col("reason").fill_null("(none)"))
    kinds = [(pl.col("kind") == kind).sum().alias(kind) for kind in ("existing", "new")]
    return (
        review.group_by("reason").agg(pl.len().alias("rows"), *kinds).sort("rows", "reason", descending=[True, False])
    )


def harmful(judged: pl.DataFrame) -> pl.DataFrame:
    """File, row and harm of every harmful row; no value of anybody."""
    return judged.filter(pl.col("verdict").is_in(HARMS)).select("verdict", "file", "row").sort("verdict", "file", "row")
