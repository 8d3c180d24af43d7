"""The review queue, approvals, and people's verdicts on pairs."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.engine import Session, WriteSession, now
from registry.errors import UsageError
from registry.viewer import Viewer

#: more items than a queue holds
_ALL = 10_000_000


@dataclass(frozen=True)
class Item:
    """One open or closed item of the queue. `kind` is row, death or household."""

    item_id: int
    row_id: int
    kind: str
    reason: str
    waits_for_row_id: int | None
    state: str
    opened_at: str
    closed_at: str | None
    closed_by: str | None


def add_items(session: WriteSession, items: Sequence[Mapping[str, Any]]) -> None:
    """Opens items: row_id, kind, reason, waits_for_row_id."""
    if items:
        ids = session.next_ids("queue_item", len(items))
        session.run_many(
            "add_queue_item",
            [
                {**item, "item_id": number, "seq": session.seq, "at": session.at}
                for number, item in zip(ids, items, strict=True)
            ],
        )


def reopen(session: WriteSession, before: Item, reason: str, waits_for_row_id: int | None) -> int:
    """A new open item in the place of one that is closed; what is due goes on from when that was opened."""
    (number,) = session.next_ids("queue_item", 1)
    session.run(
        "add_queue_item",
        item_id=number,
        row_id=before.row_id,
        kind=before.kind,
        reason=reason,
        waits_for_row_id=waits_for_row_id,
        seq=session.seq,
        at=before.opened_at,
    )
    return number


def revise(session: WriteSession, items: Sequence[Mapping[str, Any]]) -> None:
    """Gives open items another reason, after their rows were decided again: item_id, reason, waits_for_row_id."""
    session.run_many("revise_queue_item", items)


def item(session: Session, item_id: int, viewer: Viewer) -> Item:
    """One item; UsageError when there is none, or none of the viewer's area."""
    row = session.one("queue_item", item_id=item_id, **viewer.scope.limits)
    if row is None:
        raise UsageError(f"item {item_id}: not in the queue. `motma queue list` shows the open items.")
    return Item(**row._mapping)


def is_in_area(session: Session, item_id: int, viewer: Viewer) -> bool:
    """Whether an item is of the viewer's area."""
    return session.one("queue_item", item_id=item_id, **viewer.scope.limits) is not None


def close(session: WriteSession, closed_by: Mapping[int, str]) -> None:
    """Closes open items, each by somebody."""
    session.run_many(
        "close_queue_item", [{"item_id": number, "at": session.at, "by": by} for number, by in closed_by.items()]
    )


def open_items(session: Session, row_ids: Iterable[int]) -> list[dict[str, Any]]:
    """Open items of some rows: item_id, row_id, kind, reason, waits_for_row_id."""
    found = session.rows_for("open_items_of_rows", "row_ids", sorted(set(row_ids)))
    return [dict(row._mapping) for row in found]


def order(
    session: Session, place: str | None, limit: int | None, viewer: Viewer, source: str | None = None
) -> list[dict[str, Any]]:
    """Open items, of a place in the queue and a source where given, oldest first: item_id, claimed_by, is_kept, place,
    asked_at and asked_province.

    The place of an item is `asking` while another province is asked about it, `answered` when that has answered, else
    its reason: what is answered comes first, what is asked last. Rows that wait on one another stand together, at the
    place of the oldest of them. `is_kept`: an officer's word on it is kept, and not carried out yet.
    """
    most = _ALL if limit is None else limit
    found = session.rows("queue_order", place=place, source=source, limit=most, at=now(), **viewer.scope.limits)
    return [{**row._mapping, "is_kept": bool(row.is_kept)} for row in found]


def listing(
    session: Session, place: str | None, limit: int, viewer: Viewer, source: str | None = None
) -> list[dict[str, Any]]:
    """The first items of `order`, with what each is about."""
    found = order(session, place, limit, viewer, source)
    rows = session.rows_for("queue_lines", "item_ids", [line["item_id"] for line in found])
    lines = {row.item_id: row._mapping for row in rows}
    return [{**lines[line["item_id"]], **line} for line in found]


def counts(session: Session, viewer: Viewer) -> list[dict[str, Any]]:
    """kind, reason, number of open items and the oldest's moment."""
    return [dict(row._mapping) for row in session.rows("queue_counts", **viewer.scope.limits)]


def desk_counts(session: Session, overdue_before: str, viewer: Viewer) -> list[dict[str, Any]]:
    """place, source, items, oldest (its moment) and overdue: how many were opened before a moment."""
    found = session.rows("desk_counts", overdue_before=overdue_before, **viewer.scope.limits)
    return [dict(row._mapping) for row in found]


def waiting_for(session: Session, row_ids: Iterable[int]) -> list[int]:
    """Rows in review that wait for one of some rows."""
    return [row.row_id for row in session.rows_for("rows_waiting_for", "row_ids", sorted(set(row_ids)))]


def touched_by(session: Session, row_ids: Iterable[int]) -> set[int]:
    """Rows in review that wait for one of some rows, or of which one weighed the other as a candidate."""
    ids = sorted(set(row_ids))
    statements = ("rows_waiting_for", "rows_that_weighed", "rows_weighed_by")
    return {row.row_id for name in statements for row in session.rows_for(name, "row_ids", ids)} - set(ids)


def waits_from(session: Session, row_ids: Iterable[int]) -> dict[int, int]:
    """row → the row that it waits for: of some rows in review, of those that they wait for, and so on to the end."""
    found = session.rows_for("waits_from", "row_ids", sorted(set(row_ids)))
    return {row.row_id: row.waits_for_row_id for row in found}


def stranded(session: Session) -> list[int]:
    """Rows in review that a settled row touched, and that were not decided again since."""
    return [row.row_id for row in session.rows("stranded_rows")]


def kept(session: Session) -> list[int]:
    """Rows in review on which an officer's word is kept, and that were not decided again since."""
    return [row.row_id for row in session.rows("kept_rows")]


def officers(session: Session, row_ids: Iterable[int]) -> dict[int, str]:
    """row_id → whose word on it is kept, of rows in review that were not decided again since."""
    return {row.row_id: row.judged_by for row in session.rows_for("kept_words", "row_ids", sorted(set(row_ids)))}


def words_since(session: Session, row_ids: Iterable[int], seq: int) -> set[int]:
    """Those of some rows on which an officer's word was kept after a seq."""
    return {row.row_id for row in session.rows_for("words_since", "row_ids", sorted(set(row_ids)), seq=seq)}


def outrun(session: Session) -> list[int]:
    """Rows in review as stale, that wait for no other."""
    return [row.row_id for row in session.rows("outrun_rows")]


def all_waiting_rows(session: Session) -> list[int]:
    """Every row in review."""
    return [row.row_id for row in session.rows("all_waiting_rows")]


def approve(session: WriteSession, item_id: int, viewer: Viewer) -> list[str]:
    """Everyone who has agreed to what waits in an item, this viewer included; the ledger refuses to take him twice."""
    agreed = approvals(session, item_id)
    approver = one_form(viewer.by)
    session.run("add_approval", item_id=item_id, by=viewer.by, approver=approver, at=session.at, seq=session.seq)
    return [*agreed, viewer.by]


def has_approved(session: Session, item_id: int, viewer: Viewer) -> bool:
    """Whether this viewer has agreed to what waits in an item."""
    return any(is_one_person(by, viewer.by) for by in approvals(session, item_id))


def one_form(name: str) -> str:
    """A name by which one person is known, however it was typed."""
    seen = "".join(char for char in unicodedata.normalize("NFKC", name) if unicodedata.category(char) != "Cf")
    return " ".join(seen.casefold().split())


def approvals(session: Session, item_id: int) -> list[str]:
    """Who has agreed to what waits in an item."""
    return [row.approved_by for row in session.rows("approvals", item_id=item_id)]


def approvals_of(session: Session, item_id: int) -> list[tuple[str, str, int]]:
    """(by, at, seq) of everyone who has agreed to what waits in an item, in order."""
    return [(row.approved_by, row.approved_at, row.seq) for row in session.rows("approvals", item_id=item_id)]


def is_one_person(name: str, other: str) -> bool:
    """Whether two names are one person's, however they were typed."""
    return one_form(name) == one_form(other)


def items_of_row(session: Session, row_id: int, kinds: Collection[str], seq: int = 0) -> list[Item]:
    """Every item of a row of some kinds that was opened at a seq or later, oldest first."""
    found = session.rows("items_of_row", row_id=row_id, seq=seq)
    return [Item(**row._mapping) for row in found if row.kind in kinds]


def closed_by(session: Session, after: str, limit: int, viewer: Viewer) -> list[dict[str, Any]]:
    """item_id, row_id, kind, closed_at, understood, outcome, bhxh_code and reopened_as (an item, or None) of items that
    the viewer closed by a word of his own after a moment, newest first.
    """
    found = session.rows("closed_by", by=viewer.by, after=after, limit=limit, **viewer.scope.limits)
    return [dict(row._mapping) for row in found]


def add_judgement(session: WriteSession, viewer: Viewer, verdict: Mapping[str, Any]) -> None:
    """Keeps a verdict for ever: row_id, row_digest, person_id or other_row_id, other_digest, verdict, note."""
    (number,) = session.next_ids("judgement", 1)
    session.run(
        "add_judgement",
        **{"other_row_id": None, **verdict},
        judgement_id=number,
        seq=session.seq,
        at=session.at,
        by=viewer.by,
    )


def judgements(session: Session, row_digests: Iterable[str]) -> list[dict[str, Any]]:
    """Verdicts on rows with some identity digests, oldest first."""
    found = session.rows_for("judgements_by_digest", "row_digests", sorted(set(row_digests)))
    return [dict(row._mapping) for row in found]


def judgements_of(session: Session, row_id: int) -> list[dict[str, Any]]:
    """Every verdict that stands on a row, of a pair of rows both entries, oldest first."""
    return [dict(row._mapping) for row in session.rows("judgements_of_row", row_id=row_id)]


def open_item(session: Session, row_id: int, kind: str) -> int | None:
    """The open item of one kind of a row."""
    row = session.one("open_item_of_row", row_id=row_id, kind=kind)
    return None if row is None else row.item_id
