"""Checking every promise: the ledger by the queries of sql/checks, the tail's keys, the register version, the home."""

from __future__ import annotations

from contextlib import suppress
from importlib.resources import files
from typing import Any

import polars as pl

from casework.deciding.code_scheme import PERSONAL, code_policy
from casework.deciding.rows import normalised_rows
from casework.types import Home, Viewer
from matching.block import emitted, key_version
from matching.normalise import normalise
from matching.steps import parse_rules, search_rules
from registry import checks, codes, logged_acts, people, queue, tail
from registry.checks import CheckResult
from registry.engine import Session
from registry.errors import KeyFileError

__all__ = ["CheckResult", "run_checks"]

#: reads records to make their keys again; nothing of them leaves this module
_VIEWER = Viewer("motma check", "check")


def run_checks(home: Home) -> list[CheckResult]:
    """Every check with the rows that break its promise; they change nothing."""
    # before the ledger's snapshot: a version published in between would be ahead of it
    version = checks.published(home.register_folder)
    with home.ledger.reading() as session:
        found = [
            *checks.run_checks(session, _demanded_steps()),
            _tail_finds_everyone(session),
            checks.register_fits(session, version),
            _codes_follow_the_policy(home, session),
        ]
        # where a key is missing, the last check says so
        with suppress(KeyFileError):
            found.append(checks.draws_follow_the_key(session, home.key("code_permutation")))
        key = None
        with suppress(KeyFileError):
            key = home.key("log_digest")
            found.append(checks.decided_code_is_logged(session, key))
        found += logged_acts.compared(session, key)
    return [*found, checks.ledger_is_as_made(home.ledger), checks.home_is_closed(home)]


def _demanded_steps() -> list[dict[str, Any]]:
    """The steps that each dated set of rules demands before a code is issued."""
    folder = files("matching").joinpath("rules")
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.startswith("search_")]
    return [
        {"rules_version": rules.version, "step": step.name, "must_run": step.name == rules.must_run}
        for rules in map(parse_rules, texts)
        for step in rules.steps
        if step.needed != "extra"
    ]


def _codes_follow_the_policy(home: Home, session: Session) -> CheckResult:
    """The personal numbers that were issued as codes on a day of the other scheme."""
    policy = code_policy(home)
    return CheckResult(
        "codes_follow_the_policy",
        "3.1: a personal number is issued as a code only while the dated policy says so. "
        "Rows: codes issued on another day.",
        ("code_id", "created_at"),
        tuple(
            (code_id, at) for code_id, at in codes.issued_personal_numbers(session) if policy.scheme_at(at) != PERSONAL
        ),
    )


def _tail_finds_everyone(session: Session) -> CheckResult:
    """The keys that changed persons and waiting rows should have, made again, without those that the tail holds."""
    missing = pl.DataFrame(schema={"record_id": pl.Int64, "keys": pl.UInt32})
    # keys of other rules are not compared: `run` refuses them until the next publication
    if session.value_of_state("key_version") == key_version():
        persons = tail.changed_persons(session, session.value_of_state("floor_seq"))
        wanted = pl.concat(
            emitted(records, search_rules()).select("record_id", "key_hash")
            for records in (
                normalise(people.records(session, persons, _VIEWER)),
                normalised_rows(session, queue.all_waiting_rows(session), _VIEWER),
            )
        ).unique()
        held = checks.keys_in_tail(session, wanted["record_id"].unique().to_list())
        missing = (
            wanted.join(held, on=["record_id", "key_hash"], how="anti")
            .group_by("record_id")
            .agg(keys=pl.len())
            .sort("record_id")
        )
    return CheckResult(
        "tail_finds_everyone",
        "3.2: whoever changed or waits is found by every key that he has now. "
        "Rows: persons, and rows as minus their id, with the number of keys that the tail lacks.",
        ("record_id", "keys"),
        tuple(missing.iter_rows()),
    )
