"""Checks of verdicts and measures beside the entries of the log: none without its entry, no entry without it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from registry.checks import CheckResult, content
from registry.engine import Session
from registry.home import Key


def compared(session: Session, key: Key | None) -> list[CheckResult]:
    """The checks of verdicts and of the control team's steps.

    What was said in a step is held to its digest by `key`, that of the log's digests; without one it is not.
    """
    verdicts = session.rows("verdicts_told")
    steps = session.rows("measure_steps_told")
    of_verdicts = [(entry, list(_verdicts_of(entry))) for entry in session.rows("entries_of_act", act="judgement")]
    of_steps = [(entry, [_step_of(entry, key)]) for entry in session.rows("entries_of_act", act="measure")]
    told_verdicts = _facts(facts for _, facts in of_verdicts)
    told_steps = _facts(facts for _, facts in of_steps)
    said = {_verdict(row) for row in verdicts}
    done = {_step(row, key) for row in steps}
    return [
        CheckResult(
            "judgement_is_logged",
            "6: an officer's verdict is logged in its transaction, as it is. Rows: judgements without their entry.",
            ("judgement_id", "row_id"),
            tuple((row.judgement_id, row.row_id) for row in verdicts if _verdict(row) not in told_verdicts),
        ),
        CheckResult(
            "logged_judgement_stands",
            "6: a verdict that the log tells of stands in the ledger. Rows: entries of verdicts that do not.",
            ("entry_no", "row_id"),
            tuple((entry.entry_no, entry.row_id) for entry, facts in of_verdicts if _is_gone(facts, said)),
        ),
        CheckResult(
            "measure_step_is_logged",
            "6: every step against an officer is logged in its transaction, as it is. Rows: steps without their entry.",
            ("measure_id", "step_no"),
            tuple((row.measure_id, row.step_no) for row in steps if _step(row, key) not in told_steps),
        ),
        CheckResult(
            "logged_measure_step_stands",
            "6: a step that the log tells of stands in the ledger. Rows: entries of steps that do not.",
            ("entry_no",),
            tuple((entry.entry_no,) for entry, facts in of_steps if _is_gone(facts, done)),
        ),
    ]


def _facts(found: Iterable[Iterable[Hashable]]) -> set[Hashable]:
    return {fact for facts in found for fact in facts}


def _is_gone(facts: list[Hashable], standing: set[Hashable]) -> bool:
    return not facts or not standing.issuperset(facts)


def _verdict(row: sa.Row[Any]) -> Hashable:
    about = repr([row.person_id, row.other_row_id, row.verdict])
    return (row.row_id, row.seq, row.judged_at, row.judged_by, about)


def _verdicts_of(entry: sa.Row[Any]) -> Iterator[Hashable]:
    """What an entry tells: pairs of a person (None: a new one) and a verdict, or of two rows."""
    said = content(entry.content)
    common = (entry.row_id, entry.seq, entry.logged_at, entry.logged_by)
    pairs, rows = said.get("pairs"), said.get("rows")
    for pair in pairs if isinstance(pairs, list) else ():
        person, verdict = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
        yield (*common, repr([person, None, verdict]))
    if isinstance(rows, list):
        others = [row for row in rows if row != entry.row_id]
        yield from ((*common, repr([None, other, said.get("verdict")])) for other in others)


def _step(row: sa.Row[Any], key: Key | None) -> Hashable:
    words = None if row.said is None or key is None else key.digest(row.said)
    step = [row.measure_id, row.step_no, row.act, row.rung, row.outcome, row.rule, row.answer_until, words]
    return (row.seq, row.said_at, row.said_by, repr(step))


def _step_of(entry: sa.Row[Any], key: Key | None) -> Hashable:
    said = content(entry.content)
    names = ("measure", "step", "did", "rung", "outcome", "rule", "answer_until")
    step = [*map(said.get, names), None if key is None else said.get("said")]
    return (entry.seq, entry.logged_at, entry.logged_by, repr(step))
