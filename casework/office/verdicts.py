"""An officer's word on an item, and how a verdict is kept: as said of a pair, by whoever has seen what he speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from casework.deciding.find import check_keys
from casework.deciding.needs import lacking
from casework.deciding.rows import UNNAMED, compared_rows, identity_digests, row_digests
from casework.deciding.settle import check_open
from casework.errors import BusyError, UsageError
from casework.office.masking import is_within
from casework.types import Home, Viewer
from matching.cases import ARRIVALS
from matching.normalise import normalise
from registry import codes, decisions, deliveries, log, people, queue
from registry.engine import WriteSession
from registry.queue import Item

#: the posterior from which a candidate is taken for the row's person
LIKELY = 0.5
VERDICTS = ("link", "new", "not_same", "alive", "same_row", "not_same_row", "return", "approve")
#: what a verdict on a row leaves as its last judgement
KEPT_AS = {
    "link": "same",
    "new": "new_person",
    "not_same": "not_same",
    "same_row": "same",
    "not_same_row": "not_same",
}


@dataclass(frozen=True)
class Verdict:
    """An officer's word: link (to `code`), new, not_same (as `code`), return (with a reason, a note, or both), approve.

    alive: the death recorded of `code`'s holder is wrong.

    same_row and not_same_row are of two rows in review: the item's and `row`. `reason` is a code of rules/returns.toml,
    of a verdict one of rules/grounds.toml.
    """

    word: str
    code: str | None = None
    note: str | None = None
    reason: str | None = None
    row: int | None = field(default=None, kw_only=True)


def keep_verdict(home: Home, item: Item, verdict: Verdict, viewer: Viewer) -> int:
    """The seq at which the verdict was kept, now or when the viewer said the same before; nothing else changes yet."""
    with home.ledger.writing() as session:
        # what could not be carried out is not kept either
        check_keys(session)
        check_open(session, item, viewer)
        (meaning,) = deliveries.understood(deliveries.rows(session, [item.row_id], viewer)).iter_rows(named=True)
        row_digest = row_digests(compared_rows(session, [item.row_id], viewer))[-item.row_id]
        pairs: list[tuple[int | None, str]]
        if verdict.word == "new":
            if meaning["event"] not in ARRIVALS:
                raise UsageError(
                    f"item {item.item_id}: a {meaning['event']} brings nobody new; only a birth, move in or addition "
                    "earns a code. Link it, or return it to its sender."
                )
            if UNNAMED in meaning["flags"]:
                raise UsageError(
                    f"item {item.item_id}: the row has no name of the person's own, and a code needs one. "
                    "Return it to its sender, or wait for a row that names the child."
                )
            missing = lacking(meaning)
            if missing:
                raise UsageError(
                    f"item {item.item_id}: no code can be issued, the row lacks {', '.join(missing)}. "
                    "Return it to its sender."
                )
            pairs = [*((person_id, "not_same") for person_id in _persons_shown(session, item)), (None, "new_person")]
        elif verdict.row is not None or verdict.word.endswith("_row"):
            return _judge_rows(session, item, verdict, viewer)
        else:
            person_id = holder(session, verdict.code)
            _check_is_in_sight(session, item, person_id, viewer)
            pairs = [(person_id, "same" if verdict.word == "link" else "not_same")]
        named = [person_id for person_id, _ in pairs if person_id is not None]
        digests = identity_digests(normalise(people.records(session, named, viewer)))
        judged = [
            {
                "row_id": item.row_id,
                "row_digest": row_digest,
                "person_id": person_id,
                "other_digest": None if person_id is None else digests[person_id],
                "verdict": word,
                "note": verdict.note,
            }
            for person_id, word in pairs
        ]
        kept = queue.judgements_of(session, item.row_id)[-len(judged) :]
        if _is_told(judged, kept, viewer):
            return int(kept[-1]["seq"])
        if verdict.word == "new":
            _still_as_seen(session, item, viewer)
            _check_is_nobody_known(session, item)
        for told in judged:
            queue.add_judgement(session, viewer, told)
        said = {"item": item.item_id, "pairs": pairs, **ground(verdict)}
        log.append(session, viewer, [log.Act("judgement", said, item.row_id)])
        return session.seq


def ground(verdict: Verdict) -> dict[str, str]:
    """What the log tells of what a verdict rests on."""
    return {} if verdict.reason is None else {"reason": verdict.reason}


def _is_told(judged: Sequence[Mapping[str, Any]], kept: Sequence[Mapping[str, Any]], viewer: Viewer) -> bool:
    """Whether the viewer has said this before, last."""
    return len(kept) == len(judged) and all(
        before["judged_by"] == viewer.by and told.items() <= before.items()
        for told, before in zip(judged, kept, strict=True)
    )


def _judge_rows(session: WriteSession, item: Item, verdict: Verdict, viewer: Viewer) -> int:
    """The seq at which a verdict on two rows was kept, of each of them."""
    if verdict.row is None or not verdict.word.endswith("_row"):
        raise UsageError(f"item {item.item_id}: same_row and not_same_row take another row, and no other verdict does")
    pair = (item.row_id, verdict.row)
    other = queue.open_item(session, verdict.row, "row")
    if verdict.row == item.row_id or other is None:
        raise UsageError(
            f"row {verdict.row}: not another row in review. A row that has a code is linked to by its code."
        )
    if not queue.is_in_area(session, other, viewer):
        raise UsageError(
            f"row {verdict.row}: of another area. Who works there decides it; this one is decided after it."
        )
    digests = row_digests(compared_rows(session, pair, viewer))
    judged = [
        {
            "row_id": row,
            "row_digest": digests[-row],
            "person_id": None,
            "other_row_id": other,
            "other_digest": digests[-other],
            "verdict": KEPT_AS[verdict.word],
            "note": verdict.note,
        }
        for row, other in (pair, pair[::-1])
    ]
    kept = queue.judgements_of(session, item.row_id)[-len(judged) :]
    if _is_told(judged, kept, viewer):
        return int(kept[-1]["seq"])
    for told in judged:
        queue.add_judgement(session, viewer, told)
    told_of = {"item": item.item_id, "rows": sorted(pair), "verdict": KEPT_AS[verdict.word], **ground(verdict)}
    log.append(session, viewer, [log.Act("judgement", told_of, row) for row in pair])
    return session.seq


def _check_is_in_sight(session: WriteSession, item: Item, person_id: int, viewer: Viewer) -> None:
    """UsageError for a person who is neither one that the row was set against nor of the viewer's area."""
    if person_id in _persons_shown(session, item):
        return
    if not is_within(people.known(session, [person_id], viewer)[person_id], viewer.scope):
        raise UsageError(
            f"item {item.item_id}: no candidate, and of another area. Ask the province where that person lives."
        )


def _check_is_nobody_known(session: WriteSession, item: Item) -> None:
    """UsageError where the row is likely somebody whose code is disputed: a new code would be a second one."""
    likely = [one.person_id for one in decisions.candidates(session, item.row_id) if one.posterior >= LIKELY]
    held = codes.standing(session, [person_id for person_id in likely if person_id is not None])
    if held.disputed:
        raise UsageError(
            f"item {item.item_id}: likely a person whose code is disputed. No new code is issued beside it; "
            "the code is to be issued anew (`motma queue list --disputed`)."
        )


def _still_as_seen(session: WriteSession, item: Item, viewer: Viewer) -> None:
    """Refuses a word on candidates whom the viewer has not seen, because the row was decided again since he looked."""
    looked_at = log.last_look(session, item.row_id, viewer)
    if looked_at is not None and looked_at < decisions.current(session, [item.row_id])[item.row_id].seq:
        raise BusyError(
            f"item {item.item_id}: the row was decided again after you looked at it. "
            f"Look again with `motma queue show {item.item_id}`."
        )


def _persons_shown(session: WriteSession, item: Item) -> list[int]:
    """The persons that a row was set against, and those that rows of its file had become by then.

    Of rows that wait nothing is said by "new": they are set against the new person next.
    """
    seen = decisions.candidates(session, item.row_id)
    rows = [candidate.other_row_id for candidate in seen if candidate.other_row_id is not None]
    current = decisions.current(session, [item.row_id, *rows])
    shown_at = current[item.row_id].seq
    become = [current[row].person_id for row in rows if row in current and current[row].seq <= shown_at]
    persons = [*(candidate.person_id for candidate in seen), *become]
    return list(dict.fromkeys(person_id for person_id in persons if person_id is not None))


def holder(session: WriteSession, code: str | None) -> int:
    """The person who holds a code; UsageError when it is unknown, disputed or given up."""
    if code is None:
        raise UsageError("this verdict takes a BHXH code")
    held = codes.holders(session, [code]).get(code, [])
    active = [person_id for person_id, status in held if status == "active"]
    if not active:
        state = "is not known" if not held else f"is {held[0][1]}"
        raise UsageError(f"code {code}: {state}; nothing can be linked to it")
    return active[0]
