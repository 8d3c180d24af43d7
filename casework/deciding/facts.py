"""What the ledger knows of whomever the rows of a batch met: codes, words of officers, what waiting rows weigh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from casework.deciding.find import Found
from casework.deciding.rows import identity_digests, row_digests
from registry import codes, decisions, queue
from registry.engine import Session

#: a waiting row is no rival of a person whom it may well be itself: the posterior from which that is said
_TIED = 0.1


@dataclass(frozen=True)
class Facts:
    """What the ledger says about the candidates: holders of codes, verdicts of officers, what waiting rows weigh.

    `tied` are the persons that a waiting row weighs, `behind` the rows that it weighs or waits for; `follows` the rows
    in review that a row is one person with by an officer's word, but for those that wait for it. `said_here` are those
    pairs of `verdicts` of which the word was said on this very row, and of this person.
    """

    active: Mapping[int, str]
    disputed: frozenset[int]
    verdicts: Mapping[tuple[int, int], str]
    said_here: frozenset[tuple[int, int]]
    judged_new: frozenset[int]
    tied: Mapping[int, frozenset[int]]
    behind: Mapping[int, frozenset[int]]
    follows: Mapping[int, Sequence[int]]


def _judged(session: Session, records: pl.DataFrame) -> list[tuple[int, dict[str, Any]]]:
    """(record_id, verdict) of what officers said of the records, or of others that say the same; oldest first."""
    by_digest = defaultdict(list)
    for record_id, digest in row_digests(records).items():
        by_digest[digest].append(record_id)
    found = queue.judgements(session, by_digest)
    return [(record_id, judged) for judged in found for record_id in by_digest[judged["row_digest"]]]


def words_of_officers(session: Session, records: pl.DataFrame) -> list[tuple[int, dict[str, Any]]]:
    """(record_id, verdict) of what officers said of the records, oldest first."""
    return _told_of_persons(session, _judged(session, records))


def _told_of_persons(
    session: Session, judged: Sequence[tuple[int, dict[str, Any]]]
) -> list[tuple[int, dict[str, Any]]]:
    """The verdicts, those on another row said of the person whom that row was decided to be, where it was."""
    of_rows = decisions.current(session, [word["other_row_id"] for _, word in judged if word["other_row_id"]])
    people_of = {row_id: row.person_id for row_id, row in of_rows.items() if row.person_id is not None}
    return [
        (record_id, {**word, "person_id": people_of.get(word["other_row_id"], word["person_id"])})
        for record_id, word in judged
    ]


def facts_of(
    session: Session, found: Found, records: pl.DataFrame, judged: Sequence[tuple[int, Mapping[str, Any]]]
) -> Facts:
    """What the ledger says about everybody whom some rows met; `judged` is what officers said of the rows."""
    met = found.scored["record_id_r"].unique().to_list()
    person_ids = [record_id for record_id in met if record_id > 0]
    row_ids = [-record_id for record_id in met if record_id < 0]
    own = set(records["record_id"])
    of_candidates = identity_digests(found.met)
    verdicts: dict[tuple[int, int], str] = {}
    direct: dict[tuple[int, int], str] = {}
    by_another_row: dict[tuple[int, int], str] = {}
    said_here: set[tuple[int, int]] = set()
    judged_new: set[int] = set()
    for record_id, word in judged:
        if word["verdict"] == "new_person" and -record_id == word["row_id"]:
            judged_new.add(record_id)
        person_id, other_row = word["person_id"], word["other_row_id"]
        # a verdict holds until a strong field of either side changes; what a row says never does
        if person_id is not None and (other_row or of_candidates.get(person_id) == word["other_digest"]):
            pair = record_id, person_id
            verdicts[pair] = (by_another_row if other_row else direct)[pair] = word["verdict"]
            if other_row is None and -record_id == word["row_id"]:
                said_here.add(pair)
        elif other_row is not None:
            verdicts[record_id, -other_row] = word["verdict"]
    # a row that is one person with another, which is one with somebody, of whom was said that he is not this row's
    verdicts |= {
        pair: "doubted"
        for pair, verdict in by_another_row.items()
        if (verdict, direct.get(pair)) == ("same", "not_same")
    }
    weighed = {row_id: decisions.candidates(session, row_id) for row_id in row_ids if -row_id not in own}
    tied = {
        row_id: frozenset(c.person_id for c in candidates if c.person_id and c.posterior >= _TIED)
        for row_id, candidates in weighed.items()
    }
    waits = queue.waits_from(session, weighed)
    behind = {
        row_id: frozenset(c.other_row_id for c in candidates if c.other_row_id) | _awaited(row_id, waits)
        for row_id, candidates in weighed.items()
    }
    held = codes.standing(session, person_ids)
    alike = {pair for pair, verdict in verdicts.items() if verdict == "same" and pair[1] < 0}
    follows = _follows(session, alike)
    return Facts(
        held.active, held.disputed, verdicts, frozenset(said_here), frozenset(judged_new), tied, behind, follows
    )


def _follows(session: Session, alike: Collection[tuple[int, int]]) -> dict[int, list[int]]:
    """row → the rows in review that it is one person with, of pairs of records, but for those that wait for it."""
    others = sorted({-other for _, other in alike})
    in_review = {item["row_id"] for item in queue.open_items(session, others) if item["kind"] == "row"}
    waits = queue.waits_from(session, others)
    found: dict[int, list[int]] = defaultdict(list)
    for record_id, other in sorted(alike):
        if -other in in_review and -record_id not in _awaited(-other, waits):
            found[-record_id].append(-other)
    return found


def _awaited(row_id: int, waits: Mapping[int, int]) -> frozenset[int]:
    """The rows that a row waits for, one behind the other."""
    found: dict[int, None] = {}
    while (target := waits.get(row_id)) is not None and target not in found:
        found[target] = None
        row_id = target
    return frozenset(found)
