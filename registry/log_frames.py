"""Sealed entries as Parquet, one file a stretch, for questions over years."""

from __future__ import annotations

import io

import orjson
import polars as pl

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
_NAMES = ("no", "seq", "at", "act", "by", "purpose", "row")


def complete(log: LogFolder, size: int, stretch: int) -> None:
    """Writes the file of every whole stretch of `stretch` entries that has none yet; the newest entries have none."""
    for number in range(size // stretch):
        name = f"parquet/entries-{number:06d}.parquet"
        if not (log.folder / name).exists():
            bundles = range(number * stretch // WIDTH, (number + 1) * stretch // WIDTH)
            entries = [entry for bundle in bundles for entry in log.entries(bundle, size)]
            log.write([(name, _parquet(entries))])


def _parquet(entries: list[bytes]) -> bytes:
    told = [orjson.loads(entry) for entry in entries]
    columns = [[entry[name] for entry in told] for name in _NAMES]
    content = [orjson.dumps(entry["what"]).decode() for entry in told]
    names = list(LOG_ENTRIES)
    frame = pl.DataFrame(dict(zip(names, [*columns, content], strict=True)), schema=LOG_ENTRIES)
    written = io.BytesIO()
    frame.write_parquet(written)
    return written.getvalue()
