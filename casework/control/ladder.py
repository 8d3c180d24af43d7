"""The control team's ladder: reminder, warning, sanction proposal, each with its answer by the officer concerned.

What may follow what, and by whose hand, the ledger holds (migration 0014); here it is said in words beforehand.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from casework.control.ladder_rules import LadderRules, ladder_rules
from casework.errors import UsageError
from casework.office.accounts import control_account
from casework.types import Home, Viewer
from casework.vietnam_time import vietnam_time
from registry import accounts, log, measures
from registry.accounts import Account
from registry.engine import Session, WriteSession
from registry.measures import RUNGS, Case, Measure, PlacedCase, Step, StepDone
from registry.viewer import COUNTRY, Scope

__all__ = ["RUNGS", "Measure", "PlacedCase", "StepDone"]

#: characters of what is said
LONGEST = 4000
#: how a matter ends: the officer was right, what was wrong is mended, or it stands
CLOSINGS = ("unfounded", "mended", "upheld")


class MeasureRefusedError(UsageError):
    """A step cannot be taken; `why` is one of WHY's codes."""

    #: code → what stands in the way
    WHY: ClassVar[dict[str, str]] = {
        "words": f"say what is meant, in at most {LONGEST} characters that can be printed",
        "team": "only the control team does this, under its own account (motma account add --control)",
        "own": "nobody decides in his own matter",
        "anothers": "only the officer concerned answers",
        "account": "no account has this login; a measure is against the holder of one",
        "area": "the officer, or a row, is outside the area of this account",
        "ground": "this is no ground of rules/ladder.toml",
        "open": "there is an open measure about the same matter; go on with that one",
        "below": "no rung without the one below it: reminder, warning, proposal",
        "top": "a sanction proposal is the last rung; close the measure",
        "answered": "it was answered before; the control team's step is next",
        "closed": "it is closed",
    }

    def __init__(self, why: str) -> None:
        super().__init__(f"not done: {self.WHY[why]}. Nothing was changed.")
        self.why = why


@dataclass(frozen=True)
class MeasureView:
    """A measure with its steps and cases, what it is about, and what whoever looks may do now."""

    measure: Measure
    title: str
    steps: Sequence[StepDone]
    cases: Sequence[PlacedCase]
    may_answer: bool
    may_decide: bool
    next_rung: str | None


def open_measure(
    home: Home, officer: str, ground: str, rung: str, viewer: Viewer, *, said: str, row_ids: Sequence[int]
) -> Measure:
    """A new measure against an officer; MeasureRefusedError says why there is none."""
    rules = ladder_rules(home)
    if ground not in rules.grounds:
        raise MeasureRefusedError("ground")
    if rung not in RUNGS:
        raise MeasureRefusedError("below")
    with home.ledger.writing() as session:
        team = _team(session, viewer)
        concerned = accounts.by_login(session, officer)
        if concerned is None:
            raise MeasureRefusedError("account")
        if officer == viewer.by:
            raise MeasureRefusedError("own")
        area = concerned[0].scope
        if not _covers(team.scope, area):
            raise MeasureRefusedError("area")
        before = about(session, officer, ground)
        if any(one.act != "closed" for one in before):
            raise MeasureRefusedError("open")
        if RUNGS.index(rung) > highest_open(before):
            raise MeasureRefusedError("below")
        step = Step("opened", rung, _words(said), deadline(session, rules, rung))
        cases = _rows(session, row_ids, team.scope)
        measure_id = measures.open_measure(session, officer, ground, area, viewer, step=step, cases=cases)
        log_step(session, home, measure_id, 1, step, cases=len(cases), viewer=viewer)
        return _found(session, measure_id, COUNTRY)


def answer(home: Home, measure_id: int, said: str, viewer: Viewer) -> Measure:
    """The measure with the answer of the officer concerned, which may come late."""
    with home.ledger.writing() as session:
        measure = _found(session, measure_id, COUNTRY, officer=viewer.by, why="anothers")
        _is_open(measure)
        if not measure.is_waiting:
            raise MeasureRefusedError("answered")
        return _add(session, home, measure, Step("answered", measure.rung, _words(said)), viewer)


def escalate(home: Home, measure_id: int, said: str, row_ids: Sequence[int], viewer: Viewer) -> Measure:
    """The measure one rung higher, to be answered anew."""
    rules = ladder_rules(home)
    with home.ledger.writing() as session:
        team, measure = _for_team(session, measure_id, viewer)
        rung = next_rung(measure)
        if rung is None:
            raise MeasureRefusedError("top")
        told = {case.case_id for case in measures.cases(session, measure_id) if case.figure == "by_hand"}
        cases = [case for case in _rows(session, row_ids, team.scope) if case.case_id not in told]
        step = Step("escalated", rung, _words(said), deadline(session, rules, rung))
        return _add(session, home, measure, step, viewer, cases=cases)


def close(home: Home, measure_id: int, outcome: str, said: str, viewer: Viewer) -> Measure:
    """The measure closed, with one of CLOSINGS; one that was unfounded counts for no later rung."""
    if outcome not in CLOSINGS:
        raise UsageError(f"outcome {outcome}: not one of {', '.join(CLOSINGS)}")
    with home.ledger.writing() as session:
        _, measure = _for_team(session, measure_id, viewer)
        return _add(session, home, measure, Step("closed", measure.rung, _words(said), outcome=outcome), viewer)


def of_the_area(home: Home, officer: str | None, viewer: Viewer) -> list[Measure]:
    """What the control team sees: the measures of its area; the look is logged."""
    with home.ledger.writing() as session:
        found = measures.listing(session, _team(session, viewer).scope, officer=officer)
        log.append(session, viewer, [log.Act("measure_list", {"measures": len(found)})])
    return found


def against(home: Home, viewer: Viewer) -> list[Measure]:
    """The measures against whoever looks; the look is logged."""
    with home.ledger.writing() as session:
        found = measures.listing(session, COUNTRY, officer=viewer.by)
        log.append(session, viewer, [log.Act("measure_list", {"measures": len(found), "own": True})])
    return found


def show(home: Home, measure_id: int, viewer: Viewer, act: str = "measure_show") -> MeasureView:
    """One measure, for the officer concerned or the team of its area; the look is logged under `act`."""
    rules = ladder_rules(home)
    with home.ledger.writing() as session:
        team = control_account(session, viewer.by)
        measure = None if team is None else _find(session, measure_id, team.scope)
        if measure is None:
            measure = _found(session, measure_id, COUNTRY, officer=viewer.by, why="area")
        log.append(session, viewer, [log.Act(act, {"measure": measure_id})])
        is_own, is_open = measure.officer == viewer.by, measure.act != "closed"
        return MeasureView(
            measure,
            title_of(rules, measure.matter),
            measures.steps(session, measure_id),
            measures.cases(session, measure_id),
            is_own and measure.is_waiting,
            team is not None and not is_own and is_open,
            next_rung(measure) if is_open else None,
        )


def stands(home: Home, login: str) -> tuple[int, str | None]:
    """How many measures there are against somebody, and until which day in Vietnam he is to answer, if any waits."""
    with home.ledger.reading() as session:
        return measures.against(session, login)


def title_of(rules: LadderRules, matter: str) -> str:
    """What a measure is about, in words; its code where the rules have it no longer."""
    return rules.grounds[matter].title if matter in rules.grounds else matter


def next_rung(measure: Measure) -> str | None:
    """The rung above that of a measure, if there is one."""
    above = RUNGS[RUNGS.index(measure.rung) + 1 :]
    return above[0] if above else None


def about(session: Session, officer: str, matter: str) -> list[Measure]:
    """An officer's measures about one matter."""
    return [one for one in measures.listing(session, COUNTRY, officer=officer) if one.matter == matter]


def highest_open(before: Sequence[Measure]) -> int:
    """The highest place in RUNGS at which a matter may be opened, given its closed measures."""
    return max((RUNGS.index(one.rung) + 1 for one in before if one.outcome != "unfounded"), default=0)


def deadline(session: WriteSession, rules: LadderRules, rung: str) -> str:
    """The day in Vietnam until which an officer is to answer a step taken now."""
    return (vietnam_time(session.at).date() + timedelta(days=rules.rungs[rung].answer_days)).isoformat()


def log_step(
    session: WriteSession, home: Home, measure_id: int, step_no: int, step: Step, *, cases: int, viewer: Viewer
) -> None:
    """Logs a step: numbers and codes, and what was said as a keyed digest."""
    content = {
        "measure": measure_id,
        "step": step_no,
        "did": step.act,
        "rung": step.rung,
        "outcome": step.outcome,
        "rule": step.rule,
        "answer_until": step.answer_until,
        "cases": cases,
        "said": None if step.said is None else home.key("log_digest").digest(step.said),
    }
    log.append(session, viewer, [log.Act("measure", content)])


def _add(
    session: WriteSession, home: Home, measure: Measure, step: Step, viewer: Viewer, *, cases: Sequence[Case] = ()
) -> Measure:
    number = measure.step_no + 1
    measures.add_step(session, measure.measure_id, number, step, viewer, cases=cases)
    log_step(session, home, measure.measure_id, number, step, cases=len(cases), viewer=viewer)
    return _found(session, measure.measure_id, COUNTRY)


def _words(said: str) -> str:
    """What is said, on one line and in one Unicode form."""
    words = unicodedata.normalize("NFC", " ".join(said.split()))
    if not words.isprintable() or not 0 < len(words) <= LONGEST:
        raise MeasureRefusedError("words")
    return words


def _team(session: Session, viewer: Viewer) -> Account:
    """The control team's account of whoever acts."""
    found = control_account(session, viewer.by)
    if found is None:
        raise MeasureRefusedError("team")
    return found


def _for_team(session: Session, measure_id: int, viewer: Viewer) -> tuple[Account, Measure]:
    """The team's account and an open measure of its area that is not its own."""
    team = _team(session, viewer)
    measure = _found(session, measure_id, team.scope)
    if measure.officer == viewer.by:
        raise MeasureRefusedError("own")
    _is_open(measure)
    return team, measure


def _is_open(measure: Measure) -> None:
    if measure.act == "closed":
        raise MeasureRefusedError("closed")


def _find(session: Session, measure_id: int, area: Scope, officer: str | None = None) -> Measure | None:
    found = measures.listing(session, area, officer=officer, measure_id=measure_id)
    return found[0] if found else None


def _found(session: Session, measure_id: int, area: Scope, officer: str | None = None, why: str = "area") -> Measure:
    measure = _find(session, measure_id, area, officer)
    if measure is None:
        raise MeasureRefusedError(why)
    return measure


def _rows(session: Session, row_ids: Sequence[int], area: Scope) -> list[Case]:
    found = measures.rows_in(session, row_ids, area)
    if len(found) != len(set(row_ids)):
        raise MeasureRefusedError("area")
    return found


def _covers(area: Scope, other: Scope) -> bool:
    """Whether all that one scope sees is within another."""
    return area.province in (None, other.province) and area.unit in (None, other.unit)
