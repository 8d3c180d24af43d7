"""Delivered files and their rows; each row is kept once, however often it comes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from matching.schemas import UNDERSTOOD
from registry.engine import Session, WriteSession
from registry.viewer import Viewer


@dataclass(frozen=True)
class Delivery:
    """One file as delivered by one source. `layout` is the JSON text of how it was laid out."""

    source: str
    province: str
    file_name: str
    digest: str
    profile: str
    layout: str
    rows: int


#: Grain: one row of the intake, for deciding. `understood` is the JSON of UNDERSTOOD's columns.
INTAKE_ROW = {
    "row_id": pl.Int64,
    "source": pl.String,
    "province": pl.String,
    "cells": pl.String,
    "understood": pl.String,
    "event": pl.String,
    "event_date": pl.String,
    "row": pl.Int64,
    "sheet": pl.String,
    "sheet_row": pl.Int64,
    "received_at": pl.String,
    "file_name": pl.String,
    "layout": pl.String,
    "delivery_id": pl.Int64,
}


def left(session: Session) -> list[int]:
    """Deliveries of the counter, and released ones, with a row that no batch has taken."""
    return [row.delivery_id for row in session.rows("left_deliveries")]


def cells_digest(cells: str) -> str:
    """The digest of a row's received cells, as they are kept."""
    return hashlib.sha256(cells.encode("utf-8")).hexdigest()


def row_identity(source: str, digest: str, occurrence: int) -> str:
    """By what a row is known when it comes again: source, digest of its cells, which of equal rows it is (1, 2 …)."""
    return hashlib.sha256(f"{source}\n{digest}\n{occurrence}".encode()).hexdigest()


def add_delivery(
    session: WriteSession, delivery: Delivery, rows: Sequence[Mapping[str, Any]], viewer: Viewer
) -> tuple[int, int]:
    """(delivery_id, number of rows never seen before).

    `rows` holds row_identity, cells, understood (JSON text), event, event_date, row, sheet, sheet_row. The same file
    of the same source under the same name is the same delivery and adds nothing.
    """
    key = {"source": delivery.source, "file_name": delivery.file_name, "digest": delivery.digest}
    known = session.one("find_delivery", **key)
    if known is not None:
        return known.delivery_id, 0
    (delivery_id,) = session.next_ids("delivery", 1)
    session.run(
        "add_delivery",
        **key,
        delivery_id=delivery_id,
        province=delivery.province,
        profile=delivery.profile,
        layout=delivery.layout,
        rows=delivery.rows,
        at=session.at,
        by=viewer.by,
    )
    identities = [row["row_identity"] for row in rows]
    ids = {row.row_identity: row.row_id for row in session.rows_for("rows_by_identity", "identities", identities)}
    fresh = [row for row in rows if row["row_identity"] not in ids]
    ids.update(zip((row["row_identity"] for row in fresh), session.next_ids("row", len(fresh)), strict=True))
    common = {
        "source": delivery.source,
        "province": delivery.province,
        "delivery_id": delivery_id,
        "seq": session.seq,
        "at": session.at,
    }
    session.run_many("add_intake_row", [{**row, **common, "row_id": ids[row["row_identity"]]} for row in fresh])
    session.run_many(
        "add_delivery_row",
        [
            {
                "delivery_id": delivery_id,
                "row": row["row"],
                "row_id": ids[row["row_identity"]],
                "sheet": row["sheet"],
                "sheet_row": row["sheet_row"],
            }
            for row in rows
        ],
    )
    return delivery_id, len(fresh)


def row_ids(session: Session, delivery_id: int) -> list[int]:
    """The rows of a delivery, in its order."""
    return [row.row_id for row in session.rows("rows_of_delivery", delivery_id=delivery_id)]


def rows(session: Session, row_ids: Iterable[int], viewer: Viewer) -> pl.DataFrame:
    """INTAKE_ROW of some rows. The viewer's act must be logged by the caller."""
    del viewer  # whose act it is; no scope narrows it
    found = session.rows_for("intake_rows", "row_ids", sorted(set(row_ids)))
    return pl.DataFrame([tuple(row) for row in found], schema=INTAKE_ROW, orient="row")


def understood(rows: pl.DataFrame) -> pl.DataFrame:
    """UNDERSTOOD with row_id, out of INTAKE_ROW."""
    kind = pl.Struct({name: kind for name, kind in UNDERSTOOD.items() if name != "row"})
    return rows.select("row_id", "row", pl.col("understood").str.json_decode(kind)).unnest("understood")


def outcomes(session: Session, delivery_ids: Sequence[int]) -> list[dict[str, Any]]:
    """delivery_id, file_name, source, digest, outcome (None while undecided), reason and number of rows."""
    return [dict(row._mapping) for row in session.rows_for("delivery_outcomes", "delivery_ids", list(delivery_ids))]


def of_source(session: Session, source: str) -> list[int]:
    """The ids of all files of a source, oldest first."""
    return [row.delivery_id for row in session.rows("deliveries_of_source", source=source)]


def told(session: Session, delivery_ids: Sequence[int]) -> list[dict[str, Any]]:
    """delivery_id, source, file_name, digest, layout and received_at of those deliveries that there are."""
    return [dict(row._mapping) for row in session.rows_for("deliveries", "delivery_ids", list(delivery_ids))]


def delivered_rows(session: Session, delivery_id: int, viewer: Viewer) -> list[dict[str, Any]]:
    """row, sheet, sheet_row, cells, outcome ("held" too), reason, bhxh_code (linked and issued rows), understood and
    evidence (returned rows), waiting (kinds of open items beside the row) of each row of a file, in its order.

    The viewer's act must be logged by the caller.
    """
    del viewer
    waiting: dict[int, list[str]] = {}
    for item in session.rows("items_beside_rows", delivery_id=delivery_id):
        waiting.setdefault(item.row, []).append(item.kind)
    found = session.rows("delivered_rows", delivery_id=delivery_id)
    return [{**row._mapping, "waiting": waiting.get(row.row, [])} for row in found]


def returned(session: Session, delivery_ids: Sequence[int], viewer: Viewer) -> list[dict[str, Any]]:
    """file_name, sheet, sheet_row, understood, layout and evidence of rows that went back to their sender."""
    del viewer
    return [dict(row._mapping) for row in session.rows_for("returned_rows", "delivery_ids", list(delivery_ids))]
