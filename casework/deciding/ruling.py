"""Ruling on rows: gather what they meet, and let the pure core decide on each.

This writes nothing: `casework.deciding.batch` plans what it gives, and `casework.audit.replay` holds that against what
was decided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from casework.deciding.code_scheme import own_number
from casework.deciding.facts import Facts, facts_of, words_of_officers
from casework.deciding.find import Found, Searcher
from casework.deciding.needs import lacking
from casework.deciding.rows import ANOTHERS_NUMBER, for_comparison, normalise_understood
from matching.candidates import is_complete
from matching.cases import Candidate, Case, Ruling, Thresholds
from matching.decide import decide_all
from matching.explain import sentence
from matching.model import Model
from matching.schemas import PAIRS
from matching.score import missed
from matching.steps import SearchRules
from registry import decisions, deliveries

#: candidates kept with a decision, for the reviewer and for replay
_KEPT_CANDIDATES = 6
#: years; of twins who are grown up, both are known as a rule
_OF_AGE = 18


@dataclass(frozen=True)
class Gathered:
    """All that the rows of one attempt (row_id → position) are decided by; `understood` are those that are ruled on.

    `received` is when each of those came (row_id → UTC).
    """

    rows: Mapping[int, int]
    understood: pl.DataFrame
    received: Mapping[int, str]
    records: pl.DataFrame
    found: Found
    facts: Facts
    decision_numbers: Mapping[int, int]


def gather(searcher: Searcher, rows: Mapping[int, int], wanted: Collection[int] | None = None) -> Gathered:
    """Understands the rows, or those of them that are `wanted`, normalises the sound ones, finds what they meet."""
    session = searcher.session
    wanted = rows if wanted is None else wanted
    came = deliveries.rows(session, wanted, searcher.viewer)
    understood = deliveries.understood(came)
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
    numbers = {row_id: row.decision_no for row_id, row in decisions.current(session, wanted).items()}
    received = dict(came.select("row_id", "received_at").iter_rows())
    return Gathered(rows, understood, received, records, found, facts_of(session, found, compared, judged), numbers)


def rule(gathered: Gathered, model: Model, rules: SearchRules) -> dict[int, dict[str, Any]]:
    """The plan's body of every row, ruled on in the order in which the rows take effect."""
    found, records, facts = gathered.found, gathered.records, gathered.facts
    thresholds = Thresholds(**model.thresholds)
    complete = dict(is_complete(found.steps, rules).iter_rows())
    chances = dict(missed(records, model).iter_rows())
    unnamed = dict(records.select("record_id", "is_unnamed").iter_rows())
    best = _best_candidates(found.scored, facts)
    born = {**_birth_years(found.met), **_birth_years(records)}
    deceased = set(found.met.filter(pl.col("status") == "deceased")["record_id"])
    steps = by_record(found.steps, ["step", "status", "hits", "digest"])
    emitted = by_record(found.emitted.unique(["record_id", "key_hash"]), ["key_hash"])
    meanings = {row["row_id"]: row for row in gathered.understood.iter_rows(named=True)}

    bodies: dict[int, dict[str, Any]] = {}
    cases: dict[int, Case] = {}
    for row_id in sorted(meanings, key=lambda row_id: gathered.rows[row_id]):
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
            candidates=[
                _candidate(pair, facts, deceased, model, born, is_death=meaning["event"] == "death")
                for pair in best.get(key, [])
            ],
            number_is_anothers=ANOTHERS_NUMBER in meaning["flags"],
            number_disagrees="personal_id_disagrees" in meaning["flags"],
            judged_new=key in facts.judged_new,
            household=meaning["household_code"],
            brings_a_child=_brings_a_child(meaning, gathered.received[row_id]),
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


def _brings_a_child(meaning: Mapping[str, Any], received_at: str) -> bool:
    """Whether a row adds somebody under 18, with a personal id that is nobody else's by what the row says."""
    if meaning["event"] not in ("birth", "addition") or not (meaning["personal_id"] and meaning["birth_date"]):
        return False
    if {ANOTHERS_NUMBER, "personal_id_disagrees"} & set(meaning["flags"]):
        return False
    by_then = meaning["event_date"] or received_at
    return int(by_then[:4]) - int(meaning["birth_date"][:4]) < _OF_AGE


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


def by_record(frame: pl.DataFrame, columns: Sequence[str]) -> dict[int, list[list[Any]]]:
    """record_id → the values of some columns in each of its rows, in the frame's order."""
    gathered: dict[int, list[list[Any]]] = defaultdict(list)
    for record_id, *values in frame.select("record_id", *columns).iter_rows():
        gathered[record_id].append(values)
    return gathered


def _birth_years(records: pl.DataFrame) -> dict[int, int]:
    """record_id → birth year of those that have one."""
    years = records.select("record_id", year=pl.col("birth") // 10000).filter(pl.col("year") > 0)
    return dict(years.iter_rows())


def _candidate(
    pair: Mapping[str, Any],
    facts: Facts,
    deceased: set[int],
    model: Model,
    born: Mapping[int, int],
    *,
    is_death: bool,
) -> Candidate:
    row, other = pair["record_id_l"], pair["record_id_r"]
    verdict = facts.verdicts.get((row, other))
    if verdict == "same" and other in deceased and not is_death and (row, other) not in facts.said_here:
        # what was said of another row, perhaps while he lived, says nothing of who reports him now
        verdict = "doubted"
    return Candidate(
        record_id=other,
        odds=pair["odds"],
        match_weight=pair["match_weight"],
        likeliest_other=pair["likeliest_other"],
        levels=model.levels_of(pair),
        is_deceased=other in deceased,
        has_active_code=other < 0 or other in facts.active,
        is_disputed=other in facts.disputed,
        verdict=verdict,
        tied_to=facts.tied.get(-other, frozenset()),
        years_apart=abs(born[row] - born[other]) if row in born and other in born else None,
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
        "rests_on": ruling.rests_on,
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
        # whom it was weighed against, for replay
        "weighed": [pair["record_id_r"] for pair in scored],
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
