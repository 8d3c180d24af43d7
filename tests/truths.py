"""The truth of made-up rows, as a made world tells it."""

from __future__ import annotations

import polars as pl


def truth(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """Lines of truth from (kind, person, codes): rows 1, 2, … of one file."""
    return pl.DataFrame(
        [
            {"file": "commune_01", "row": str(number), "kind": kind, "person": person, "codes": codes, "event": "add",
             "tags": "", "twin": ""}
            for number, (kind, person, codes) in enumerate(rows, start=1)
        ]
    )  # fmt: skip
