"""Deciding: a row, its candidates and the thresholds give linked, issued or review with its reason.

Rows are decided in the order in which they take effect. A row of the same batch that was decided before stands for
whoever it was decided to be: the person it was linked to, the person it will become, or an open question.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from matching.assign import Claim, prices
from matching.cases import ARRIVALS, Candidate, Case, Ruling, Thresholds
from matching.posteriors import posteriors_of

_Review = Callable[..., Ruling]
#: What a link needs where no number agrees and the name is as near as that of a twin: such a twin fits as well, and of
#: twins who moved the model knows too little.
_SURE_AT_HOME, _SURE_ELSEWHERE = 0.999, 0.9999


@dataclass
class _Entity:
    """Candidates that stand for one person. `price` tells between persons of the register; it earns no code."""

    key: tuple[str, int]
    odds: float
    price: float = 0.0
    members: list[int] = field(default_factory=list)


def decide_all(cases: Sequence[Case], thresholds: Thresholds) -> dict[int, Ruling]:
    """row_id → ruling on every row of a batch; `cases` stand in the order in which the rows take effect.

    Rows of one household are first set against each other, one to one. A row that was to be issued a code, and that a
    later row may be one person with beside somebody else, is doubted and everything is decided once more; that ends,
    since each round doubts at least one row more.
    """
    cases = _priced(cases)
    doubted: set[int] = set()
    while True:
        decided: dict[int, Ruling] = {}
        for case in cases:
            asked = replace(case, is_doubted=case.row_id in doubted)
            decided[case.row_id] = decide(asked, decided, thresholds)
        fresh = {row_id for ruling in decided.values() for row_id in ruling.doubted_rows} - doubted
        if not fresh:
            return decided
        doubted |= fresh


def _priced(cases: Sequence[Case]) -> list[Case]:
    """The cases, each candidate with the price that the row's household asks for it."""
    households = {case.row_id: case.household for case in cases if case.household is not None}
    claims = []
    pairs: dict[tuple[int, int], float] = {}
    for case in cases:
        even = math.log2(case.prior / (1 - case.prior))
        for candidate in case.candidates:
            if candidate.record_id > 0 and candidate.verdict is None:
                claims.append(Claim(case.row_id, candidate.record_id, candidate.odds + even))
            elif candidate.record_id < 0:
                pairs[case.row_id, -candidate.record_id] = pairs[-candidate.record_id, case.row_id] = candidate.odds
    asked = prices(households, claims, pairs)
    return [
        replace(
            case, candidates=[replace(c, price=asked.get((case.row_id, c.record_id), 0.0)) for c in case.candidates]
        )
        if case.household is not None
        else case
        for case in cases
    ]


def decide(case: Case, decided: Mapping[int, Ruling], thresholds: Thresholds) -> Ruling:
    """The ruling on a row. `decided` holds the rulings on rows of this batch that come before it, by row_id."""
    case = _as_judged(case, decided)
    ruling = _ruling(case, decided, thresholds)
    strong = _strong(case, _entities(case, decided), thresholds)
    if len(strong) > 1:
        issued = tuple(entity.key[1] for entity in strong if entity.key[0] == "issued")
        ruling = replace(ruling, doubted_rows=issued)
    return ruling


def _as_judged(case: Case, decided: Mapping[int, Ruling]) -> Case:
    """A case that an officer called new, without the rows that are still an open question, and the words in doubt.

    Two rows about one person may both be called new; the second is then the first one's.
    """
    if not case.judged_new:
        return case
    candidates = [
        replace(candidate, verdict="not_same")
        if candidate.verdict == "doubted" or _stands_for(candidate, decided)[0] == "row"
        else candidate
        for candidate in case.candidates
    ]
    return replace(case, candidates=candidates)


def _ruling(case: Case, decided: Mapping[int, Ruling], thresholds: Thresholds) -> Ruling:
    entities = _entities(case, decided)
    posteriors, by_entity = _posteriors(case, entities)

    def review(reason: str, waits_for: int | None = None) -> Ruling:
        best = entities[0].members[0] if entities else None
        top = by_entity[0] if entities else None
        return Ruling("review", reason, waits_for_row=waits_for, posterior=top, posteriors=posteriors, best=best)

    judged = [
        place
        for place, candidate in enumerate(case.candidates)
        if candidate.verdict == "same" and candidate.record_id > 0
    ]
    if judged:
        return _judged_same(case, judged, posteriors, review)
    if any(candidate.verdict == "doubted" for candidate in case.candidates):
        return review("identity_conflict")
    if not entities:
        return _without_candidate(case, thresholds, review)

    best = entities[0]
    top = by_entity[0]
    candidate = case.candidates[best.members[0]]
    if top >= thresholds.upper:
        kind, number = best.key
        objection = _objection(case, candidate, top, entities)
        if kind == "row":
            return review("waits_for_row", number)
        if objection is not None:
            return review(objection)
        linked = Ruling(
            "linked", posterior=top, posteriors=posteriors, best=best.members[0], rests_on=_rests_on(case, best)
        )
        return replace(linked, person_id=number) if kind == "person" else replace(linked, same_as_row=number)
    # alone: what a rival takes from the best candidate must not earn a code
    likeliest = max(_alone(case, entity) for entity in entities)
    if likeliest < thresholds.lower and sum(by_entity) < 2 * thresholds.lower:
        return _without_candidate(case, thresholds, review, posteriors, by_entity)
    return review(*_doubt(case, entities, by_entity, thresholds))


def _rests_on(case: Case, entity: _Entity) -> int | None:
    """The row that makes a person as likely as he is, where he is less likely by his own record; else None."""
    likeliest = max((case.candidates[place] for place in entity.members), key=lambda candidate: candidate.odds)
    return -likeliest.record_id if entity.key[0] == "person" and likeliest.record_id < 0 else None


def _judged_same(case: Case, judged: Sequence[int], posteriors: Sequence[float], review: _Review) -> Ruling:
    """The ruling on a row that officers called the same as some persons; never an issue."""
    holders = [
        place for place in judged if case.candidates[place].has_active_code and not case.candidates[place].is_disputed
    ]
    if len(holders) == 1:
        person_id = case.candidates[holders[0]].record_id
        return Ruling("linked", None, person_id, posterior=1.0, posteriors=posteriors, best=holders[0])
    if holders:
        return review("one_person_two_codes")
    is_disputed = any(case.candidates[place].is_disputed for place in judged)
    return review("one_code_two_persons" if is_disputed else "code_conflict")


def _entities(case: Case, decided: Mapping[int, Ruling]) -> list[_Entity]:
    """Candidates gathered by the person they stand for, likeliest first; pairs judged different are left out.

    The first member is the person's own record where it was met: vetoes are about the person, not about a row.
    """
    found: dict[tuple[str, int], _Entity] = {}
    for place, candidate in enumerate(case.candidates):
        if candidate.verdict == "not_same":
            continue
        key = _stands_for(candidate, decided)
        entity = found.setdefault(key, _Entity(key, candidate.odds))
        entity.members.append(place)
        entity.odds = max(entity.odds, candidate.odds)
        entity.price = max(entity.price, candidate.price)
    entities = sorted(found.values(), key=lambda entity: (entity.price - entity.odds, entity.key))
    for entity in entities:
        entity.members.sort(
            key=lambda place: (
                case.candidates[place].record_id < 0,
                -case.candidates[place].odds,
                case.candidates[place].record_id,
            )
        )
    if entities and entities[0].key[0] == "person":
        # a waiting row that weighs this very person is no rival of it
        person = entities[0].key[1]
        entities = [
            entity
            for entity in entities
            if entity.key[0] != "row" or person not in case.candidates[entity.members[0]].tied_to
        ]
    return entities


def _stands_for(candidate: Candidate, decided: Mapping[int, Ruling]) -> tuple[str, int]:
    if candidate.record_id > 0:
        return ("person", candidate.record_id)
    row_id = -candidate.record_id
    ruling = decided.get(row_id)
    while ruling is not None and ruling.outcome == "linked":
        if ruling.person_id is not None:
            return ("person", ruling.person_id)
        row_id = ruling.same_as_row if ruling.same_as_row is not None else row_id
        ruling = decided.get(row_id)
    if ruling is not None and ruling.outcome == "issued":
        return ("issued", row_id)
    return ("row", row_id)


def _posteriors(case: Case, entities: Sequence[_Entity]) -> tuple[list[float], list[float]]:
    """(posterior of each candidate, of each entity); a candidate has the posterior of the person it stands for."""
    odds = [entity.odds - entity.price for entity in entities]
    by_entity = list(posteriors_of(odds, case.prior, case.missed).candidates)
    by_candidate = [0.0] * len(case.candidates)
    for entity, posterior in zip(entities, by_entity, strict=True):
        for place in entity.members:
            by_candidate[place] = posterior
    return by_candidate, by_entity


def _objection(case: Case, best: Candidate, top: float, entities: Sequence[_Entity]) -> str | None:
    """Why a link that the weights ask for is not made by the machine; None when nothing speaks against it.

    `top` is the posterior of the best.
    """
    others = [case.candidates[place] for entity in entities[1:] for place in entity.members]
    refused = {("person", candidate.record_id) for candidate in case.candidates if candidate.verdict == "not_same"}
    if entities[0].key in refused:
        return "identity_conflict"
    if best.is_disputed:
        return "one_code_two_persons"
    if not best.has_active_code:
        return "code_conflict"
    if best.is_deceased and case.event != "death":
        return "identity_conflict"
    if case.is_unnamed or best.is_namesake_elsewhere:
        return "weak"
    holders = [other for other in others if other.has("code", "same")]
    if holders and not best.has("code", "same") and not _is_slip_of_the_code(case, best, holders):
        return "correction" if case.event == "correction" else "code_conflict"
    claimed = any(other.has("personal_id", "same") for other in others) and not best.has("personal_id", "same")
    if claimed and not case.number_is_anothers:
        return "correction" if case.event == "correction" else "identity_conflict"
    if best.looks_like_a_twin or _may_be_a_twins(case, best, top):
        return "twin"
    if (best.has("parents", "conflict") or best.has("surname", "different")) and not best.is_tied:
        return "identity_conflict"
    other_number = best.has("personal_id", "different") and not (best.has("code", "same") or best.has("old_id", "same"))
    other_date = (
        (best.has_clashing_date and not best.agrees_in_number)
        or (best.has("birth", "part") and not best.is_tied)
        or best.may_be_of_another_generation
    )
    if (other_number or other_date) and not _is_what_is_corrected(case, best):
        return "identity_conflict"
    return None


def _may_be_a_twins(case: Case, best: Candidate, top: float) -> bool:
    """Whether the name is near enough to be that of a twin of the best, whose posterior is `top`.

    Twins are called Tuyền and Tuyến, Kim Anh and Lan Anh. Without marks Hùng is Hưng: a child added to
    the household, with a number that nobody knew of him who has none, may be either.
    """
    if best.has_a_number or not best.has_same_date:
        return False
    # Kim Anh and Lan Anh, or Y Hen and H'Hen: that many middle names are not mistaken for one another
    is_other_middle = best.has("middle", "different") or (best.has("middle", "near") and best.has("sex", "different"))
    if is_other_middle and best.is_family:
        return True
    is_slip, at_home = best.has("given", "mark", "vowel", "sound"), best.has("household", "same")
    if at_home:
        is_a_new_number = case.brings_a_child and best.has("personal_id", "missing")
        if is_a_new_number and best.has("given", "flat") and not best.has("relation", "single", "different"):
            return True
        return top < _SURE_AT_HOME and is_slip
    return top < _SURE_ELSEWHERE and is_slip


def _is_slip_of_the_code(case: Case, best: Candidate, holders: Sequence[Candidate]) -> bool:
    """Whether the code on the row is nobody's who could be meant, and the row proves whom it means without it."""
    is_known = best.has("birth", "full") and best.bears_the_name and best.has("household", "same")
    is_proven = best.has("personal_id", "same") or (is_known and not best.has("personal_id", "different"))
    return case.event != "correction" and is_proven and all(holder.is_somebody_else for holder in holders)


def _is_what_is_corrected(case: Case, best: Candidate) -> bool:
    """Whether the date, or the number, that disagrees is the one thing that a correction comes to change.

    The change itself becomes a request that somebody else looks at. Years so far apart are another generation's.
    """
    differs_once = not (best.has("personal_id", "different") and best.has_clashing_date)
    is_known = best.bears_the_name and best.has("household", "same")
    is_known &= not (best.has("birth", "far") or best.may_be_of_another_generation)
    return case.event == "correction" and is_known and differs_once


def _without_candidate(
    case: Case,
    thresholds: Thresholds,
    review: _Review,
    posteriors: Sequence[float] = (),
    by_entity: Sequence[float] = (),
) -> Ruling:
    """Nobody in the register fits: a code is issued if it has been earned, else the row is reviewed."""
    if case.event not in ARRIVALS:
        return review("unknown_person")
    if not case.is_complete:
        return review("search_incomplete")
    if case.lacks or (case.is_unnamed and not case.judged_new):
        return review("weak")
    if not case.judged_new and posteriors_of((), case.prior, case.missed).missed >= thresholds.missed:
        return review("weak")
    if case.is_doubted:
        return review("in_batch")
    met = [candidate for candidate in case.candidates if candidate.verdict != "not_same"]
    if any(candidate.has("code", "same") for candidate in met):
        return review("code_conflict")
    if not case.number_is_anothers and any(candidate.has("personal_id", "same") for candidate in met):
        return review("identity_conflict")
    return Ruling("issued", posterior=by_entity[0] if by_entity else None, posteriors=posteriors)


def _doubt(
    case: Case, entities: Sequence[_Entity], by_entity: Sequence[float], thresholds: Thresholds
) -> tuple[str, int | None]:
    """(reason, row that is waited for) of a row that is neither clearly somebody nor clearly nobody."""
    best = case.candidates[entities[0].members[0]]
    kind, number = entities[0].key
    if kind == "row":
        return "waits_for_row", number
    strong = _strong(case, entities, thresholds)
    if kind == "issued":
        return "in_batch", None
    if len(strong) > 1:
        rivals = [case.candidates[entity.members[0]] for entity in strong]
        are_alike = all(rival.has("given", "same", "flat") and rival.has_same_date for rival in rivals)
        are_persons = all(entity.key[0] == "person" for entity in strong)
        return ("one_person_two_codes" if are_alike and are_persons else "ambiguous"), None
    if best.looks_like_a_twin or (best.likeliest_other == "twin" and best.has_other_given_name):
        return "twin", None
    if best.is_deceased and case.event != "death":
        return "identity_conflict", None
    if len(by_entity) > 1 and by_entity[1] > by_entity[0] / 10:
        return "ambiguous", None
    return "weak", None


def _strong(case: Case, entities: Sequence[_Entity], thresholds: Thresholds) -> list[_Entity]:
    """The entities that would be linked if they had no rivals."""
    return [entity for entity in entities if _alone(case, entity) >= thresholds.upper]


def _alone(case: Case, entity: _Entity) -> float:
    """The posterior that an entity would have without its rivals, and without its household."""
    return posteriors_of([entity.odds], case.prior, case.missed).candidates[0]
