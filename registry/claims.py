"""Who is at work on which item, and until when the others leave it to him."""

from __future__ import annotations

from dataclasses import dataclass

from registry.engine import Session, WriteSession, now
from registry.viewer import Viewer


@dataclass(frozen=True)
class Claim:
    """An item that somebody is at work on, until a moment (UTC, as the ledger writes it)."""

    item_id: int
    claimed_by: str
    leased_until: str


def held(session: Session, item_id: int) -> Claim | None:
    """The claim on an item; None where there is none, or its lease has run out."""
    row = session.one("claim_of", item_id=item_id)
    return None if row is None or row.leased_until <= now() else Claim(**row._mapping)


def take(session: WriteSession, item_id: int, leased_until: str, viewer: Viewer) -> Claim:
    """The viewer's claim, whosever it was before."""
    session.run("take_claim", item_id=item_id, by=viewer.by, leased_until=leased_until, seq=session.seq)
    return Claim(item_id, viewer.by, leased_until)


def renew(session: WriteSession, item_id: int, leased_until: str, viewer: Viewer) -> Claim:
    """The viewer's claim with a longer lease."""
    session.run("renew_claim", item_id=item_id, by=viewer.by, leased_until=leased_until)
    return Claim(item_id, viewer.by, leased_until)


def drop(session: WriteSession, item_id: int, viewer: Viewer) -> None:
    """The viewer's claim on an item, if he has one, is given up."""
    session.run("drop_claim", item_id=item_id, by=viewer.by)


def drop_all(session: WriteSession, viewer: Viewer) -> None:
    """Every claim of the viewer's is given up."""
    session.run("drop_claims_of", by=viewer.by)
