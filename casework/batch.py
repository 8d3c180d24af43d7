"""Deciding a batch: gather what the rows meet, let the pure core rule on each, store the plan.

This is the way of the data through the house: normalise, find (block, candidates, compare, score), decide,
plan. `casework.apply` then carries the plan out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import polars as pl

from casework.brake import Sign, WatchedRow, brake_rules, signs
from casework.code_scheme import own_number
from casework.facts import Facts, facts_of, words_of_officers
from casework.find import Found, Searcher, check_keys
from casework.foresee import foresee
from casework.needs import lacking
from casework.rows import ANOTHERS_NUMBER, for_comparison, normalise_understood
from casework.types import Home, Viewer
from matching.candidates import is_complete
from matching.cases import Candidate, Case, Ruling, Thresholds
from matching.decide import decide_all
from matching.explain import sentence
from matching.model import Model
from matching.model_files import load_model
from matching.schemas import PAIRS
from matching.score import missed
from matching.steps import SearchRules, search_rules
from registry import decisions, deliveries, holds, log, plans, register
from registry.engine import WriteSession
from registry.plans import Plan, PlannedRow

#: candidates kept with a decision, for the reviewer and for replay
_KEPT_CANDIDATES = 6


@dataclass(frozen=True)
class Gathered:
    """All that the rows of one attempt are decided by."""

    rows: Mapping[int, int]
    understood: pl.DataFrame
    records: pl.DataFrame
    found: Found
    facts: Facts
    decision_numbers: Mapping[int, int]


def decide_batch(home: Home, batch_id: int, rows: Mapping[int, int], attempt: int, viewer: Viewer) -> Plan:
    """The stored plan of one attempt at some rows (row_id → position) of a batch."""
    ruled = _ruled(home, rows, viewer)
    with home.ledger.writing() as session:
        check_keys(session)
        return _stored(session, ruled, batch_id, attempt)


def decide_again(home: Home, row_ids: Sequence[int], viewer: Viewer) -> Plan:
    """The stored plan of rows that were decided before, of whichever batches, as a batch of its own."""
    ruled = _ruled(home, {row_id: position for position, row_id in enumerate(row_ids)}, viewer)
    with home.ledger.writing() as session:
        check_keys(session)
        return _stored(session, ruled, plans.new_batch(session, viewer), 1)


def decide_new(home: Home, batch_id: int, viewer: Viewer) -> Plan | None:
    """The stored plan of the first attempt at a batch; None when every row of it came in files that are held.

    A file that trips the brake is held; what it brought leaves the batch, and the others are decided without it.
    """
    while True:
        with home.ledger.reading() as session:
            rows = plans.undecided(session, batch_id)
        if not rows:
            return None
        ruled = _ruled(home, rows, viewer)
        tripped = _tripped(home, ruled)
        with home.ledger.writing() as session:
            check_keys(session)
            planned = plans.last_plan(session, batch_id)
            if planned is not None:
                return planned
            # others at work on the same batch may have held a file of it meanwhile
            if plans.undecided(session, batch_id).keys() != rows.keys():
                continue
            if not tripped:
                return _stored(session, ruled, batch_id, 1)
            _hold(session, tripped, viewer)


@dataclass(frozen=True)
class _Ruled:
    """The rulings on some rows, what they were made against, and what the rows say, before anything is stored."""

    register_seq: int
    tail_seq: int
    model_version: str
    rules_version: str
    planned: Sequence[PlannedRow]
    meanings: Mapping[int, Mapping[str, Any]]


def _ruled(home: Home, rows: Mapping[int, int], viewer: Viewer) -> _Ruled:
    """The rulings on some rows (row_id → position)."""
    rules, model = search_rules(), load_model()
    with home.ledger.reading() as session, register.open_current(home.register_folder) as version:
        gathered = _gather(Searcher(session, version, rules, model, viewer), rows)
        bodies = _rule(gathered, model, rules)
        meanings = {row["row_id"]: row for row in gathered.understood.iter_rows(named=True)}
        for row_id, foreseen in foresee(session, bodies, meanings, rules, viewer).items():
            bodies[row_id] |= {"foreseen": foreseen.left, "gained": foreseen.gained}
    found = gathered.found
    asked = _by_record(found.asked.unique(["record_id", "key_hash"]), ["key_hash"])
    planned = [
        PlannedRow(row_id, rows[row_id], body, [entry[0] for entry in asked.get(-row_id, [])])
        for row_id, body in bodies.items()
    ]
    return _Ruled(found.register_seq, found.tail_seq, model.version, rules.version, planned, meanings)


def _stored(session: WriteSession, ruled: _Ruled, batch_id: int, attempt: int) -> Plan:
    """The plan of an attempt once it is stored, or the one that somebody else has stored."""
    against = (ruled.register_seq, ruled.tail_seq, ruled.model_version, ruled.rules_version)
    plan = Plan(batch_id, attempt, *against)
    if plans.store(session, plan, ruled.planned):
        return plan
    stored = plans.last_plan(session, batch_id)
    if stored is None:
        raise RuntimeError(f"batch {batch_id}: its plan vanished")
    return stored


@dataclass(frozen=True)
class _Tripped:
    """A delivery that tripped the brake: its signs and its rows in the batch."""

    delivery_id: int
    rules_version: str
    signs: Sequence[Sign]
    row_ids: Sequence[int]


def _tripped(home: Home, ruled: _Ruled) -> list[_Tripped]:
    """The deliveries of a plan's rows that must not be applied before an officer has looked at them."""
    limits = brake_rules(home)
    row_ids = [row.row_id for row in ruled.planned]
    with home.ledger.reading() as session:
        places = holds.watched(session, row_ids)
        linked = {row.body["person_id"] for row in ruled.planned if row.body.get("person_id") is not None}
        reported = holds.reported_before(session, linked)
    by_delivery: dict[int, list[WatchedRow]] = defaultdict(list)
    for row in sorted(ruled.planned, key=lambda row: row.position):
        place = places.get(row.row_id)
        if place is not None:
            meaning = ruled.meanings[row.row_id]
            told = (row.body.get("person_id"), place.source, meaning["event"], meaning["event_date"])
            by_delivery[place.delivery_id].append(
                WatchedRow(row.row_id, place.sheet, place.sheet_row, meaning, row.body, told in reported)
            )
    return [
        _Tripped(delivery_id, limits.version, found, [row.row_id for row in rows])
        for delivery_id, rows in sorted(by_delivery.items())
        if (found := signs(rows, limits))
    ]


def _hold(session: WriteSession, tripped: Sequence[_Tripped], viewer: Viewer) -> None:
    """Holds deliveries, and takes the rows that came in no other out of their batch."""
    acts = []
    for file in tripped:
        holds.hold(session, file.delivery_id, [asdict(sign) for sign in file.signs], file.rules_version, viewer)
        said = [[sign.sign, sign.rows, sign.of] for sign in file.signs]
        acts.append(log.Act("hold", {"delivery": file.delivery_id, "rules": file.rules_version, "signs": said}))
    holds.leave_batch(session, [row_id for file in tripped for row_id in file.row_ids])
    log.append(session, viewer, acts)


def _gather(searcher: Searcher, rows: Mapping[int, int]) -> Gathered:
    """Understands the rows, normalises those without a fault, and finds what they meet."""
    session = searcher.session
    understood = deliveries.understood(deliveries.rows(session, rows, searcher.viewer))
    sound = understood.filter(pl.col("faults").list.len() == 0)
    records = normalise_understood(sound)
    compared = for_comparison(records, sound)
    order = {-row_id: position for row_id, position in rows.items()}
    judged = words_of_officers(session, compared)
    named = [
        (record_id, word["person_id"]) for record_id, word in judged if word["verdict"] == "same" and word["person_id"]
    ]
    pairs = pl.DataFrame(named, schema=dict(PAIRS), orient="row").unique(maintain_order=True)
    found = searcher.find(records, order=order, compared=compared, named=pairs)
    numbers = {row_id: row.decision_no for row_id, row in decisions.current(session, rows).items()}
    return Gathered(rows, understood, records, found, facts_of(session, found, compared, judged), numbers)


def _rule(gathered: Gathered, model: Model, rules: SearchRules) -> dict[int, dict[str, Any]]:
    """The plan's body of every row, ruled on in the order in which the rows take effect."""
    found, records, facts = gathered.found, gathered.records, gathered.facts
    thresholds = Thresholds(**model.thresholds)
    complete = dict(is_complete(found.steps, rules).iter_rows())
    chances = dict(missed(records, model).iter_rows())
    unnamed = dict(records.select("record_id", "is_unnamed").iter_rows())
    best = _best_candidates(found.scored, facts)
    deceased = set(found.met.filter(pl.col("status") == "deceased")["record_id"])
    steps = _by_record(found.steps, ["step", "status", "hits", "digest"])
    emitted = _by_record(found.emitted.unique(["record_id", "key_hash"]), ["key_hash"])
    meanings = {row["row_id"]: row for row in gathered.understood.iter_rows(named=True)}

    bodies: dict[int, dict[str, Any]] = {}
    cases: dict[int, Case] = {}
    for row_id in sorted(gathered.rows, key=lambda row_id: gathered.rows[row_id]):
        meaning, key = meanings[row_id], -row_id
        if meaning["faults"]:
            bodies[row_id] = {"outcome": "returned", "candidates": [], "steps": []}
            continue
        cases[row_id] = Case(
            row_id=row_id,
            event=meaning["event"],
            is_complete=complete.get(key, False),
            is_unnamed=bool(unnamed[key]),
            lacks=lacking(meaning),
            prior=model.priors[meaning["event"]],
            missed=chances[key],
            candidates=[_candidate(key, pair, facts, deceased, model) for pair in best.get(key, [])],
            number_is_anothers=ANOTHERS_NUMBER in meaning["flags"],
            number_disagrees="personal_id_disagrees" in meaning["flags"],
            judged_new=key in facts.judged_new,
            household=meaning["household_code"],
        )
    for row_id, ruled in decide_all(list(cases.values()), thresholds).items():
        ruling = _following(ruled, row_id, gathered)
        bodies[row_id] = _body(ruling, cases[row_id], best.get(-row_id, []), facts, model)
        bodies[row_id]["steps"] = steps.get(-row_id, [])
        if ruling.outcome == "issued":
            bodies[row_id]["own_number"] = _own_number(meanings[row_id], cases[row_id])
            bodies[row_id]["judged_new"] = cases[row_id].judged_new
        bodies[row_id]["emitted"] = [entry[0] for entry in emitted.get(-row_id, [])]
    for row_id, body in bodies.items():
        body["decision_no"] = gathered.decision_numbers.get(row_id, 0)
    return bodies


def _following(ruling: Ruling, row_id: int, gathered: Gathered) -> Ruling:
    """The ruling on a row that an officer called one person with others: it waits until those are decided.

    Of two that are decided together the later one waits.
    """
    place = gathered.rows[row_id]
    leading = [
        other
        for other in gathered.facts.follows.get(row_id, ())
        if other not in gathered.rows or gathered.rows[other] < place
    ]
    if not leading or ruling.outcome == "linked":
        return ruling
    return replace(
        ruling, outcome="review", reason="waits_for_row", person_id=None, same_as_row=None, waits_for_row=leading[0]
    )


def _best_candidates(scored: pl.DataFrame, facts: Facts) -> dict[int, list[dict[str, Any]]]:
    """The candidates of each row, as SCORED rows, best first.

    A row does not weigh one that waits behind it: that one is decided again once this one is settled, and if each
    waited for the other neither would ever be.
    """
    gathered: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for pair in scored.iter_rows(named=True):
        if -pair["record_id_l"] not in facts.behind.get(-pair["record_id_r"], ()):
            gathered[pair["record_id_l"]].append(pair)
    return gathered


def _own_number(meaning: Mapping[str, Any], case: Case) -> str | None:
    """The personal number of a row that is to be issued a code, where it is nobody else's, whatever was judged."""
    is_held = any(candidate.has("personal_id", "same") for candidate in case.candidates)
    return None if is_held else own_number(meaning)


def _by_record(frame: pl.DataFrame, columns: Sequence[str]) -> dict[int, list[list[Any]]]:
    gathered: dict[int, list[list[Any]]] = defaultdict(list)
    for record_id, *values in frame.select("record_id", *columns).iter_rows():
        gathered[record_id].append(values)
    return gathered


def _candidate(row: int, pair: Mapping[str, Any], facts: Facts, deceased: set[int], model: Model) -> Candidate:
    other = pair["record_id_r"]
    return Candidate(
        record_id=other,
        odds=pair["odds"],
        match_weight=pair["match_weight"],
        likeliest_other=pair["likeliest_other"],
        levels=model.levels_of(pair),
        is_deceased=other in deceased,
        has_active_code=other < 0 or other in facts.active,
        is_disputed=other in facts.disputed,
        verdict=facts.verdicts.get((row, other)),
        tied_to=facts.tied.get(-other, frozenset()),
    )


def _body(
    ruling: Ruling, case: Case, scored: Sequence[Mapping[str, Any]], facts: Facts, model: Model
) -> dict[str, Any]:
    """The plan of one row as JSON values."""
    ranked = (
        sorted(range(len(scored)), key=lambda place: (-ruling.posteriors[place], place)) if ruling.posteriors else []
    )
    weights = sorted((pair["match_weight"] for pair in scored), reverse=True)
    chosen = None if ruling.best is None else scored[ruling.best]
    best = None if ruling.best is None else case.candidates[ruling.best]
    # another row's number says nothing of a person who does not hold it
    is_own_number = best is not None and (best.record_id > 0 or ruling.person_id is None)
    number_agrees = best is not None and is_own_number and case.proves(best)
    return {
        "outcome": ruling.outcome,
        "reason": ruling.reason,
        "person_id": ruling.person_id,
        "same_as_row": ruling.same_as_row,
        "waits_for_row": ruling.waits_for_row,
        "posterior": ruling.posterior,
        "match_weight": chosen["match_weight"] if chosen else None,
        "runner_up_weight": weights[1] if len(weights) > 1 else None,
        "number_agrees": number_agrees,
        "is_deceased": None if best is None else best.is_deceased,
        "lacks": list(case.lacks),
        "candidate_codes": [
            facts.active[pair["record_id_r"]] for pair in scored if pair["record_id_r"] in facts.active
        ],
        "candidates": [
            {
                "record_id": scored[place]["record_id_r"],
                "match_weight": round(scored[place]["match_weight"], 4),
                "posterior": round(ruling.posteriors[place], 6),
                "weights": {name: round(scored[place][f"weight_{name}"], 4) for name in model.names},
                "levels": dict(case.candidates[place].levels),
                "sentence": sentence(scored[place], model),
            }
            for place in ranked[:_KEPT_CANDIDATES]
        ],
    }
