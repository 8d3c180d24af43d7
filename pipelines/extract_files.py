"""Register extracts as another system gave them: Parquet or CSV, every value as text."""

from __future__ import annotations

import hashlib
import io
from itertools import islice
from pathlib import Path

import polars as pl

from casework.register.load import EXTRACT_COLUMNS, Extract
from pipelines.csv_text import records, sniff_delimiter
from pipelines.text_encoding import read_text
from pipelines.unreadable import UnreadableError, not_opened

#: Without these nobody can be recognised; the others may be missing from an extract.
REQUIRED = ("bhxh_code", "full_name", "birth_date", "sex")

_SLICE = 50_000


def read_extract(path: Path) -> tuple[Extract, list[str]]:
    """The extract of one file, all columns as text, and the columns that an extract does not have."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise not_opened(error) from error
    suffix = path.suffix.lower()
    if suffix == ".csv":
        rows = _csv(content)
    elif suffix == ".parquet":
        rows = _parquet(content)
    else:
        raise UnreadableError("chỉ đọc được tệp .parquet và .csv.")
    missing = [name for name in REQUIRED if name not in rows.columns]
    if missing:
        raise UnreadableError(f"thiếu cột {', '.join(missing)}; tệp có {', '.join(rows.columns)}.")
    unknown = [name for name in rows.columns if name not in EXTRACT_COLUMNS]
    return Extract(path.name, hashlib.sha256(content).hexdigest(), rows.drop(unknown)), unknown


def _parquet(content: bytes) -> pl.DataFrame:
    try:
        return pl.read_parquet(io.BytesIO(content)).cast(pl.String)
    except pl.exceptions.PolarsError as error:
        raise UnreadableError(f"không phải tệp Parquet đọc được: {error}.") from error


def _csv(content: bytes) -> pl.DataFrame:
    text = read_text(content).text
    found = records(text, sniff_delimiter(text))
    header = next(found, None)
    if header is None:
        raise UnreadableError("tệp trống, không có dòng tiêu đề.")
    names = [name.strip() for name in header.cells]
    if len(set(names)) < len(names):
        raise UnreadableError("dòng tiêu đề có hai cột cùng tên.")
    frames = [pl.DataFrame(schema=dict.fromkeys(names, pl.String))]
    while part := list(islice(found, _SLICE)):
        for sheet_row, cells, _ in part:
            if len(cells) != len(names):
                raise UnreadableError(f"dòng {sheet_row} có {len(cells)} ô, dòng tiêu đề có {len(names)}.")
        columns = zip(*(row.cells for row in part), strict=True)
        frames.append(pl.DataFrame(dict(zip(names, columns, strict=True)), schema=dict.fromkeys(names, pl.String)))
    return pl.concat(frames)
