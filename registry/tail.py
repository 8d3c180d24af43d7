"""The tail's key index: persons changed since the register version, and rows waiting in review."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import polars as pl

from registry.engine import Session, WriteSession
from registry.plans import Plan


def find(session: Session, key_hashes: Sequence[int], register_seq: int) -> pl.DataFrame:
    """(key_hash, record_id) of the tail's records that carry some keys; rows have negative ids."""
    found = session.rows_for("find_keys", "key_hashes", list(key_hashes), seq=register_seq)
    return pl.DataFrame(
        [tuple(row) for row in found], schema={"key_hash": pl.Int64, "record_id": pl.Int64}, orient="row"
    )


def put(session: WriteSession, keys: pl.DataFrame) -> None:
    """Replaces the keys of the records in a KEYS frame, which no plan foresaw."""
    gathered = keys.group_by("record_id", maintain_order=True).agg(pl.col("key_hash").unique(maintain_order=True))
    put_keys(session, dict(gathered.iter_rows()))


def put_keys(
    session: WriteSession,
    keys: Mapping[int, Sequence[int]],
    plan: Plan | None = None,
    gained: Collection[int] = frozenset(),
    fresh: Collection[int] = frozenset(),
) -> None:
    """Replaces the keys of some records, by record_id; `fresh` ones have none yet.

    `plan` names the batch and attempt whose rows have all been set against these keys; not against the `gained` ones.
    """
    drop(session, keys.keys() - fresh)
    own = {"batch_id": None, "attempt": None} if plan is None else {"batch_id": plan.batch_id, "attempt": plan.attempt}
    strange = {"batch_id": None, "attempt": None}
    session.run_many(
        "add_search_key",
        [
            {
                "key_hash": key_hash,
                "record_id": record_id,
                "seq": session.seq,
                **(strange if key_hash in gained else own),
            }
            for record_id, hashes in keys.items()
            for key_hash in dict.fromkeys(hashes)
        ],
    )
    changed = [{"seq": session.seq, "person_id": record_id} for record_id in keys if record_id > 0]
    session.run_many("add_key_change", changed)


def restore(session: Session, keys: pl.DataFrame) -> None:
    """Puts KEYS into the tail of a session that sees the ledger as of a seq, as if they had been changed just then."""
    seq = session.value_of_state("seq")
    rows = keys.select("key_hash", "record_id").unique(maintain_order=True).iter_rows()
    own = {"seq": seq, "batch_id": None, "attempt": None}
    session.run_many("add_search_key", [{"key_hash": key, "record_id": record, **own} for key, record in rows])


def drop(session: WriteSession, record_ids: Iterable[int]) -> None:
    """Takes records out of the tail's index."""
    session.run_for("drop_search_keys", "record_ids", sorted(set(record_ids)))


def drop_everything(session: WriteSession) -> None:
    """Empties the index, for rebuilding it under other key rules."""
    session.run("drop_all_search_keys")


def forget_until(session: WriteSession, seq: int) -> None:
    """Drops persons' keys that every kept register version holds; older versions can no longer be searched."""
    session.run("drop_search_keys_of_persons_until", seq=seq)
    session.run("raise_floor_seq", seq=seq)


def changed_persons(session: Session, seq: int) -> list[int]:
    """Persons with a version, code or membership after a seq."""
    return [row.person_id for row in session.rows("persons_changed_since", seq=seq)]


def changed_between(session: Session, register_seq: int, tail_seq: int) -> list[int]:
    """Persons whose keys were replaced after one seq and up to another, as the tail held them then."""
    found = session.rows("key_changes_between", register_seq=register_seq, tail_seq=tail_seq)
    return [row.person_id for row in found]


def changed_among(session: Session, person_ids: Iterable[int], seq: int) -> set[int]:
    """Which of some persons have changed after a seq."""
    ids = sorted(set(person_ids))
    return {row.person_id for row in session.rows_for("changed_persons", "person_ids", ids, seq=seq)}
