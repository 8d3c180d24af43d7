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
_BEFORE_CONTENT = f',"v":{ENTRY_VERSION},"what":'.encode()


def complete(log: LogFolder, size: int, stretch: int) -> None:
    """Writes the file of every whole stretch of `stretch` entries that has none yet; the newest entries have none."""
    for number in range(size // stretch):
        name = f"parquet/entries-{number:06d}.parquet"
        if not (log.folder / name).exists():
            bundles = range(number * stretch // WIDTH, (number + 1) * stretch // WIDTH)
            entries = [entry for bundle in bundles for entry in log.entries(bundle, size)]
            log.write([(name, _parquet(entries))])


def _parquet(entries: list[bytes]) -> bytes:
    parts = [entry.partition(_BEFORE_CONTENT) for entry in entries]
    names = {name: sealed for sealed, name in _NAMES.items()}
    schema = {names.get(name, name): kind for name, kind in LOG_ENTRIES.items() if name != "content"}
    columns = pl.read_ndjson(b"}\n".join([head for head, _, _ in parts]) + b"}", schema=schema)
    content = pl.Series("content", [what[:-1].decode() for _, _, what in parts])
    written = io.BytesIO()
    columns.rename(_NAMES).with_columns(content).select(list(LOG_ENTRIES)).write_parquet(written)
    return written.getvalue()
