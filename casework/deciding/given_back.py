"""Returning the rows of a file that an officer gave back, each with the officer's note."""

from __future__ import annotations

import time

from casework.deciding.apply import PAUSE_SECONDS
from casework.deliveries.returned import returned_with
from casework.types import Home, Viewer
from matching.model_files import load_model
from matching.steps import search_rules
from registry import decisions, holds, log, plans, register

_AT_ONCE = 400


def give_back_rows(home: Home, viewer: Viewer) -> int:
    """How many rows were returned: undecided ones that came in files given back only. Takes up what was cut short."""
    with register.open_current(home.register_folder) as version:
        register_seq = version.meta.seq
    model_version, rules_version = load_model().version, search_rules().version
    done = 0
    while True:
        with home.ledger.reading() as session:
            if not holds.to_give_back(session, 1):
                return done
        with home.ledger.writing() as session:
            notes = holds.to_give_back(session, _AT_ONCE)
            plans.add_batch(session, list(notes), viewer)
            returned = [
                returned_with(
                    note,
                    row_id,
                    viewer,
                    model_version=model_version,
                    rules_version=rules_version,
                    register_seq=register_seq,
                    tail_seq=session.seq - 1,
                )
                for row_id, note in notes.items()
            ]
            decisions.add(session, returned)
            digests = {note: home.key("log_digest").digest(note) for note in set(notes.values())}
            acts = [
                log.Act("give_back", {"kind": "file", "note": digests[note]}, row_id) for row_id, note in notes.items()
            ]
            log.append(session, viewer, acts)
        done += len(notes)
        time.sleep(PAUSE_SECONDS)
