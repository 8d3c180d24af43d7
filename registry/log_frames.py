"""Sealed entries as Parquet, one file a stretch, for questions over years."""

from __future__ import annotations

import io

import polars as pl

from registry.log import ENTRY_VERSION
from registry.tlog.tiles import LogFolder
from registry.tlog.tree import WIDTH

#: one row per entry; content is JSON, what the entry says beside its columns
LOG_ENTRIES = pl.Schema(
    {
        "entry_no": pl.Int64,
        "seq": pl.Int64,
        "logged_at": pl.String,
        "act": pl.String,
        "logged_by": pl.String,
        "purpose": pl.String,
        "row_id": pl.Int64,
        "content": pl.String,
    }
)
#: columns under the names that entries give them, which stand before the content; no text holds these very marks
_NAMES = {"no": "entry_no", "at": "logged_at", "by": "logged_by", "row": "row_id"}
_BEFORE_CONTENT = f',"v":{ENTRY_VERSION},"what":'


def complete(log: LogFolder, size: int, stretch: int) -> None:
    """Writes the file of every whole stretch of `stretch` entries that has none yet; the newest entries have none."""
    for number in range(size // stretch):
        name = f"parquet/entries-{number:06d}.parquet"
        if not (log.folder / name).exists():
            bundles = range(number * stretch // WIDTH, (number + 1) * stretch // WIDTH)
            entries = [entry for bundle in bundles for entry in log.entries(bundle, size)]
            log.write([(name, _parquet(entries))])


def _parquet(entries: list[bytes]) -> bytes:
    # all of it in Polars, which lets others work meanwhile
    said = pl.DataFrame({"entry": pl.Series(entries, dtype=pl.Binary).cast(pl.String)})
    parts = said.select(pl.col("entry").str.splitn(_BEFORE_CONTENT, 2).struct.rename_fields(["head", "content"]))
    names = {name: sealed for sealed, name in _NAMES.items()}
    columns = pl.Struct({names.get(name, name): kind for name, kind in LOG_ENTRIES.items() if name != "content"})
    written = io.BytesIO()
    (
        parts.unnest("entry")
        .select(
            (pl.col("head") + "}").str.json_decode(columns).alias("columns"), pl.col("content").str.strip_suffix("}")
        )
        .unnest("columns")
        .rename(_NAMES)
        .select(list(LOG_ENTRIES))
        .write_parquet(written)
    )
    return written.getvalue()
