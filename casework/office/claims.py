"""Items claimed with a lease: who opens one is left alone with it for a while, and loses nothing when that ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from casework.office.accounts import control_account
from casework.office.desk import desk_rules
from casework.office.view import ItemView, item_view
from casework.types import Home, Viewer
from registry import claims, log, queue
from registry.claims import Claim
from registry.moments import moment

__all__ = ["Claim"]


def show_claimed(home: Home, item_id: int, viewer: Viewer) -> tuple[ItemView, Claim | None]:
    """One case, and whose it is: the viewer's from now on, unless somebody else is at work on it.

    None if it is closed, or nobody's: the control team looks, and keeps nobody from his work. Look and claim are logged
    before anything is shown.
    """
    lease = timedelta(minutes=desk_rules(home).lease_minutes)
    with home.ledger.writing() as session:
        item = queue.item(session, item_id, viewer)
        acts = [log.Act("queue_show", {"item": item_id}, item.row_id)]
        held = None
        if item.state == "open":
            held = claims.held(session, item_id)
            until = moment(datetime.fromisoformat(session.at) + lease)
            if held is None and control_account(session, viewer.by) is None:
                held = claims.take(session, item_id, until, viewer)
                acts.append(log.Act("claim", {"item": item_id}, item.row_id))
            elif held is not None and held.claimed_by == viewer.by:
                held = claims.renew(session, item_id, until, viewer)
        log.append(session, viewer, acts)
    with home.ledger.reading() as session:
        return item_view(session, item_id, viewer), held


def release(home: Home, item_id: int | None, viewer: Viewer) -> None:
    """Gives an item up, or with None every item, so that others find it at once."""
    with home.ledger.writing() as session:
        if item_id is None:
            claims.drop_all(session, viewer)
        else:
            claims.drop(session, item_id, viewer)
