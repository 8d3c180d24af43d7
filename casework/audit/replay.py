"""Replaying decisions: made again on the ground on which they were made, and held against what was kept and logged.

The same functions decide as then, by the model, the search rules and the thresholds that the decision names. What a
person decided alone, without a search, cannot be replayed; the decision before it can.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson

from casework.audit.past import NamedSearcher, model_then, related, restore_tail, version_then
from casework.audit.retold import Difference, Kept, Remade, differences
from casework.deciding.find import Searcher
from casework.deciding.ruling import by_record, gather, rule
from casework.errors import BusyError, UsageError
from casework.types import Home, Progress, Viewer, silent
from matching.model import Model
from matching.steps import SearchRules
from registry import decisions, deliveries, log, plans, queue
from registry.engine import Session
from registry.plans import Plan
from registry.register import Version

SAME, DIFFERENT, IMPOSSIBLE = "same", "different", "impossible"


@dataclass(frozen=True)
class Replayed:
    """A decision that was made again: `result` is same, different or impossible, with `why` where it is the last.

    `by_hand` names whoever decided after it alone, where that was asked for; `words` are (officer, verdict) of what was
    said of the row before it.
    """

    row_id: int
    decision_no: int
    outcome: str
    reason: str | None
    decided_at: str
    decided_by: str
    register_seq: int
    tail_seq: int
    model: str
    rules: str
    result: str
    why: str | None = None
    by_hand: str | None = None
    words: Sequence[tuple[str, str]] = ()
    differences: Sequence[Difference] = ()


@dataclass(frozen=True)
class _Decided:
    """A decision, the plan that it came by, and who decided after it alone."""

    kept: Kept
    plan: Plan | None
    by_hand: str | None


@dataclass
class _Ground:
    """What is kept open while decisions are replayed."""

    home: Home
    full: bool
    viewer: Viewer
    progress: Progress
    open: ExitStack
    versions: dict[tuple[int, str], Version] = field(default_factory=dict)


def replay(
    home: Home,
    wanted: Sequence[tuple[int, int | None]],
    viewer: Viewer,
    *,
    full: bool = False,
    progress: Progress = silent,
) -> list[Replayed]:
    """Replays decisions, named by row and number (None: the row's last); each is logged before it is told.

    Whom the search named is weighed again; `full` makes the register version anew as well, and repeats the search.
    UsageError where there is no such decision.
    """
    with home.ledger.reading() as session:
        asked = [_decided(session, row_id, number) for row_id, number in wanted]
    by_plan: dict[Plan | None, list[_Decided]] = defaultdict(list)
    for each in asked:
        by_plan[each.plan].append(each)
    found: dict[int, Replayed] = {}
    with ExitStack() as held:
        ground = _Ground(home, full, viewer, progress, held)
        for plan, group in by_plan.items():
            made = zip(group, _replayed(ground, plan, group), strict=True)
            found.update((id(each), replayed) for each, replayed in made)
    told = [found[id(each)] for each in asked]
    acts = [
        log.Act("replay", {"decision": each.decision_no, "full": full, "result": each.result}, each.row_id)
        for each in told
    ]
    with home.ledger.writing() as session:
        log.append(session, viewer, acts)
    return told


def sample(home: Home, size: int, seed: int) -> list[tuple[int, int | None]]:
    """(row, number) of the last decisions of up to `size` rows at random, the same for the same ledger and seed."""
    with home.ledger.reading() as session:
        last = session.value("last_row_id")
        row_ids = (1 + np.random.default_rng(seed).choice(last, min(last, 4 * size), replace=False)).tolist()
        decided = decisions.current(session, row_ids)
    return [(row_id, decided[row_id].decision_no) for row_id in row_ids if row_id in decided][:size]


def _decided(session: Session, row_id: int, number: int | None) -> _Decided:
    """The decision of a row that is to be replayed; where a person made it alone, the last one before it."""
    history = [each for each in decisions.history(session, row_id) if number is None or each["decision_no"] <= number]
    if not history or (number is not None and history[-1]["decision_no"] != number):
        raise UsageError(f"row {row_id}: no such decision. `motma log show --act decision` names the rows.")
    newest = history[-1]
    searched = [each for each in history if each["batch_id"] is not None]
    columns = searched[-1] if searched else newest
    plan = plans.applied(session, columns["batch_id"], row_id) if searched else None
    entries = [
        entry
        for entry in log.entries(session, limit=100_000, after=0, row_id=row_id)
        if entry["seq"] == columns["seq"] and entry["act"] in ("search_step", "decision")
    ]
    weighed = decisions.candidates(session, row_id, columns["decision_no"])
    kept = Kept(row_id, {**columns, "evidence": orjson.loads(columns["evidence"])}, weighed, entries)
    return _Decided(
        kept,
        plan,
        newest["decided_by"] if newest is not columns or not searched else None,
    )


def _replayed(ground: _Ground, plan: Plan | None, group: Sequence[_Decided]) -> list[Replayed]:
    """What came of the decisions of one plan."""
    if plan is None:
        why = "nobody searched: a person decided it alone, or the plan that it came by is not kept"
        return [_told(each, IMPOSSIBLE, why=why) for each in group]
    try:
        remade, words = _remade(ground, plan, {each.kept.row_id: each.kept for each in group})
    except BusyError as error:
        return [_told(each, IMPOSSIBLE, why=str(error)) for each in group]
    told = []
    for each in group:
        row_id = each.kept.row_id
        found = differences(each.kept, remade[row_id])
        told.append(_told(each, DIFFERENT if found else SAME, words=words[row_id], differences=found))
    return told


def _told(decided: _Decided, result: str, **more: Any) -> Replayed:
    columns = decided.kept.columns
    kept = ("decision_no", "outcome", "reason", "decided_at", "decided_by", "register_seq", "tail_seq")
    return Replayed(
        row_id=decided.kept.row_id,
        **{name: columns[name] for name in kept},
        model=columns["model_version"],
        rules=columns["rules_version"],
        result=result,
        by_hand=decided.by_hand,
        **more,
    )


def _person_of(session: Session, row_id: int | None, seq: int) -> int | None:
    """Whom another row was decided to be, up to a seq."""
    if row_id is None:
        return None
    stood = [each["person_id"] for each in decisions.history(session, row_id) if each["seq"] <= seq]
    return stood[-1] if stood else None


def _remade(
    ground: _Ground, plan: Plan, wanted: Mapping[int, Kept]
) -> tuple[dict[int, Remade], dict[int, list[tuple[str, str]]]]:
    """(what comes of some rows that a plan decided, what officers had said of them)."""
    home, viewer = ground.home, ground.viewer
    model, rules = model_then(plan.model_version, plan.rules_version)
    version = _version(ground, plan, model, rules)
    with home.ledger.reading() as session:
        planned = {row.row_id: row for row in plans.planned(session, plan)}
    places = {row.row_id: row.position for row in planned.values()}
    with home.ledger.as_of(plan.tail_seq, version.meta.key_version) as session:
        if ground.full:
            restore_tail(session, plan, rules, viewer)
            gathered = gather(Searcher(session, version, rules, model, viewer), places)
            keys = by_record(gathered.found.asked.unique(["record_id", "key_hash"]), ["key_hash"])
            asked: dict[int, Sequence[int]] = {row_id: [key for (key,) in keys.get(-row_id, [])] for row_id in wanted}
        else:
            understood = deliveries.understood(deliveries.rows(session, places, viewer))
            households = dict(understood.select("row_id", "household_code").iter_rows())
            rows = related(list(planned.values()), households, set(wanted))
            gathered = gather(NamedSearcher(session, version, rules, model, viewer, planned), places, rows)
            asked = {row_id: planned[row_id].asked for row_id in wanted}
        bodies = rule(gathered, model, rules)
        said = {row_id: queue.judgements_of(session, row_id) for row_id in wanted}
    key = home.key("log_digest")
    remade = {}
    for row_id, kept in wanted.items():
        query = key.digest(orjson.dumps(sorted(asked[row_id])).decode())
        with home.ledger.reading() as session:
            earlier = _person_of(session, bodies[row_id].get("same_as_row"), kept.columns["seq"])
        code = kept.columns["bhxh_code"]
        remade[row_id] = Remade(bodies[row_id], query, None if code is None else key.digest(code), earlier)
    words = {row_id: [(word["judged_by"], word["verdict"]) for word in found] for row_id, found in said.items()}
    return remade, words


def _version(ground: _Ground, plan: Plan, model: Model, rules: SearchRules) -> Version:
    """The register version that a plan was made against; it stays open for other plans."""
    wanted = plan.register_seq, model.version
    if wanted not in ground.versions:
        opened = version_then(ground.home, plan, model, rules, anew=ground.full, progress=ground.progress)
        ground.versions[wanted] = ground.open.enter_context(opened)
    return ground.versions[wanted]
