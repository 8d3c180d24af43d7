"""Publishing a register version: the ledger up to now, normalised, with its keys."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from casework.deciding.rows import normalised_rows
from casework.types import Home, Progress, Viewer, silent
from matching.block import emitted, key_version
from matching.frequencies import count_frequencies
from matching.model import Model
from matching.model_files import load_model
from matching.normalise import normalise
from matching.schemas import FREQUENCIES, empty
from matching.steps import SearchRules, search_rules
from registry import log, people, plans, queue, register, tail
from registry.engine import Session

_SLICE = 25_000


@dataclass(frozen=True)
class PublishResult:
    """The version that was published."""

    seq: int
    persons: int
    keys: int
    seconds: float


def publish(home: Home, viewer: Viewer, progress: Progress = silent) -> PublishResult:
    """Writes the next register version and points to it; searches that are under way keep the one they opened.

    Where the program's normaliser or key rules differ from the ledger's, the tail's keys are rebuilt as well.
    """
    started = time.monotonic()
    rules, model = search_rules(), load_model()
    with _alone(home), home.ledger.reading() as session:
        seq = session.value_of_state("seq")
        writer = register.Writer(
            home.register_folder, session.value_of_state("ledger_id"), seq, key_version(rules), rules.names
        )
        meta = write_version(session, writer, rules, model, progress)
        _settle_tail(home, viewer, meta)
    return PublishResult(meta.seq, meta.records, meta.keys, time.monotonic() - started)


def write_version(
    session: Session, writer: register.Writer, rules: SearchRules, model: Model, progress: Progress = silent
) -> register.Meta:
    """Writes everybody whom the ledger knows into a register version."""
    total = session.value("last_person_id")
    frequencies: list[pl.DataFrame] = []
    try:
        for number, slice_ in enumerate(people.slices(session, _SLICE), start=1):
            normalised = normalise(slice_)
            writer.add(normalised, emitted(normalised, rules))
            frequencies.append(count_frequencies(normalised, model))
            progress("publish", min(number * _SLICE, total), total)
        return writer.publish(pl.concat(frequencies) if frequencies else empty(FREQUENCIES))
    except BaseException:
        writer.abandon()
        raise


def _settle_tail(home: Home, viewer: Viewer, meta: register.Meta) -> None:
    """Drops old versions and what they alone needed; rebuilds the tail's keys when the rules have changed.

    Plans that are still open then asked with keys of the old rules, so their rows are decided again.
    """
    rules = search_rules()
    register.remove_old(home.register_folder)
    with home.ledger.writing() as session:
        if session.value_of_state("key_version") != key_version(rules):
            tail.drop_everything(session)
            plans.send_back_open(session)
            changed = people.records(session, tail.changed_persons(session, meta.seq), viewer)
            waiting = normalised_rows(session, queue.all_waiting_rows(session), viewer)
            for records in (normalise(changed), waiting):
                tail.put(session, emitted(records, rules))
            session.run("set_key_version", key_version=key_version(rules))
            session.run("raise_floor_seq", seq=meta.seq)
        else:
            tail.forget_until(session, register.oldest_kept_seq(home.register_folder))
        content = {"register_seq": meta.seq, "persons": meta.records, "key_version": meta.key_version}
        log.append(session, viewer, [log.Act("register_publish", content)])


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """One publication at a time, so that the pointer never moves back."""
    home.register_folder.mkdir(mode=0o700, exist_ok=True)
    with (home.register_folder / "publish.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
