"""The officer's desk: what waits in his area and since when, and which item comes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from casework.office.alive import has_said, said_of_item
from casework.office.queue import QueueLine, listing
from casework.office.undo import can_undo
from casework.policy import settings
from casework.types import Home, Viewer
from casework.vietnam_time import today, utc_moment, vietnam_time
from registry import decisions, questions, queue, undo

#: items of the list that a page shows
MOST_LINES = 100


@dataclass(frozen=True)
class DeskRules:
    """Days until whose end an item is to be decided, and minutes for which it is left to whoever opened it."""

    version: str
    due_days: int
    lease_minutes: int


@dataclass(frozen=True)
class Pile:
    """Items that have a reason, or a unit, in common: how many, how many are overdue, and by when the oldest is due."""

    name: str
    items: int
    overdue: int
    due_on: date


@dataclass(frozen=True)
class DeskLine:
    """An item of the list, and by when it is due. `is_led`: it stands under the row that it waits for."""

    item: QueueLine
    due_on: date
    is_overdue: bool
    is_led: bool


@dataclass(frozen=True)
class Desk:
    """What waits: all of the area in piles, and the lines that were asked for, oldest first.

    Items about which another province is asked, or has answered, are piles of their own beside the reasons; `asking`
    are how many wait for an answer.
    """

    items: int
    asking: int
    overdue: int
    reasons: Sequence[Pile]
    units: Sequence[Pile]
    lines: Sequence[DeskLine]


@dataclass(frozen=True)
class Ended:
    """How an item stands that somebody decided: the row's outcome and code, who must still agree, who has.

    `can_undo`: whether the viewer may take it back; `is_undone`: whether it was; `leading_item`: the item that it waits
    for, where that is of the viewer's area. `is_kept`: the word is kept, and being carried out. `asked`: the province
    that is asked about it; `alive_by`: who said on it that a recorded death is wrong, while a second must still say so.
    """

    item_id: int
    kind: str
    is_open: bool
    outcome: str
    reason: str | None
    code: str | None
    waiting_item: int | None
    approved_by: Sequence[str]
    can_undo: bool
    is_undone: bool
    is_kept: bool
    leading_item: int | None
    asked: str | None
    alive_by: Sequence[str]


def desk_rules(home: Home) -> DeskRules:
    """The figures of a home; PolicyError names every fault."""
    return DeskRules(**settings(home, "desk", {"version": str, "due_days": int, "lease_minutes": int}))


def desk(home: Home, reason: str | None, source: str | None, viewer: Viewer) -> Desk:
    """What waits in the viewer's area, and the items of a reason and a source, where given; the look is logged."""
    days = desk_rules(home).due_days
    found = listing(home, reason, MOST_LINES, viewer, source)
    with home.ledger.reading() as session:
        counted = queue.desk_counts(session, utc_moment(today() - timedelta(days=days)), viewer)
    shown = {line.row_id for line in found.items}
    return Desk(
        items=sum(count["items"] for count in counted),
        asking=sum(count["items"] for count in counted if count["place"] == "asking"),
        overdue=sum(count["overdue"] for count in counted),
        reasons=_piles(counted, lambda count: str(count["place"]), days),
        units=_piles(counted, lambda count: str(count["source"]), days),
        lines=[
            DeskLine(line, due_on, due_on < today(), line.waits_for_row in shown)
            for line, due_on in ((line, _due(line.opened_at, days)) for line in found.items)
        ],
    )


def next_item(home: Home, after: int | None, reason: str | None, source: str | None, viewer: Viewer) -> int | None:
    """The item behind `after` in the list, or its first, that nobody is at work on but the viewer; None without one.

    Items on which a word is kept already, or about which another province is asked, are passed over.
    """
    with home.ledger.reading() as session:
        found = queue.order(session, reason, None, viewer, source)
    order = [line["item_id"] for line in found]
    place = order.index(after) + 1 if after in order else 0
    is_free = [
        line["claimed_by"] in (None, viewer.by) and not line["is_kept"] and line["place"] != "asking" for line in found
    ]
    free = {item_id for item_id, mine in zip(order, is_free, strict=True) if mine} - {after}
    return next((item_id for item_id in (*order[place:], *order[:place]) if item_id in free), None)


def is_open(home: Home, item_id: int, viewer: Viewer) -> bool:
    """Whether an item of the viewer's area still waits."""
    with home.ledger.reading() as session:
        return queue.item(session, item_id, viewer).state == "open"


def ended_by(home: Home, item_id: int, viewer: Viewer) -> Ended | None:
    """How an item stands on which the viewer said something; None of any other, at which he has to look."""
    with home.ledger.reading() as session:
        item = queue.item(session, item_id, viewer)
        undone = undo.of_item(session, item_id)
        said_by = [
            item.closed_by,
            *queue.approvals(session, item_id),
            *(one["judged_by"] for one in queue.judgements_of(session, item.row_id)),
            *(one.asked_by for one in questions.of_row(session, item.row_id)),
            None if undone is None else undone.undone_by,
        ]
        is_his = any(by is not None and queue.is_one_person(by, viewer.by) for by in said_by)
        if not is_his and not has_said(session, item_id, viewer):
            return None
    return ended(home, item_id, viewer)


def ended(home: Home, item_id: int, viewer: Viewer) -> Ended:
    """How an item of the viewer's area stands now."""
    with home.ledger.reading() as session:
        item = queue.item(session, item_id, viewer)
        current = decisions.current(session, [item.row_id])[item.row_id]
        waiting = queue.open_item(session, item.row_id, "death")
        agreed = queue.approvals(session, item_id if waiting is None else waiting)
        told = queue.judgements_of(session, item.row_id)
        taken_back = undo.of_item(session, item_id)
        asked = questions.of_row(session, item.row_id)
        alive_by = said_of_item(session, item_id) if item.state == "open" else []
        row = item.waits_for_row_id if item.state == "open" else None
        leading = None if row is None else queue.open_item(session, row, "row")
        if leading is not None and not queue.is_in_area(session, leading, viewer):
            leading = None
    waits = item.state == "open"
    return Ended(
        item_id=item_id,
        kind=item.kind,
        is_open=waits,
        outcome=current.outcome,
        reason=current.reason,
        code=current.bhxh_code,
        waiting_item=waiting,
        approved_by=agreed,
        can_undo=can_undo(home, item_id, viewer),
        is_undone=taken_back is not None and taken_back.reopened_as != item_id,
        is_kept=waits and item.kind == "row" and bool(told) and told[-1]["seq"] > current.seq,
        leading_item=leading,
        asked=next((one.province for one in asked if one.item_id == item_id and one.state == "asking"), None),
        alive_by=alive_by,
    )


def _piles(counted: Sequence[Mapping[str, Any]], name: Callable[[Mapping[str, Any]], str], days: int) -> list[Pile]:
    held: dict[str, list[Mapping[str, Any]]] = {}
    for count in counted:
        held.setdefault(name(count), []).append(count)
    piles = [
        Pile(
            key,
            sum(count["items"] for count in counts),
            sum(count["overdue"] for count in counts),
            _due(min(count["oldest"] for count in counts), days),
        )
        for key, counts in held.items()
    ]
    return sorted(piles, key=lambda pile: (-pile.items, pile.name))


def _due(opened_at: str, days: int) -> date:
    return vietnam_time(opened_at).date() + timedelta(days=days)
