"""Measures of the control team against officers: a matter, what was done in it, and the cases it rests on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from registry.engine import Session, WriteSession
from registry.viewer import Scope, Viewer

RUNGS = ("reminder", "warning", "proposal")


@dataclass(frozen=True)
class Case:
    """What a measure rests on: a case of a figure of compliance, or a row that the team named ("by_hand")."""

    figure: str
    case_id: str
    row_id: int | None
    happened_at: str | None


@dataclass(frozen=True)
class Step:
    """What is added to a measure: act is opened, answered, escalated or closed; `answer_until` a day in Vietnam.

    `outcome` goes with closed, `rule` is the version of the rules where no person did it.
    """

    act: str
    rung: str
    said: str | None
    answer_until: str | None = None
    outcome: str | None = None
    rule: str | None = None


@dataclass(frozen=True)
class StepDone(Step):
    """A step that was added: its number, when, and by whom, with his name where he has an account."""

    step_no: int = 0
    said_at: str = ""
    said_by: str = ""
    full_name: str | None = None


@dataclass(frozen=True)
class Measure:
    """A measure as it stands: its last step, the last that asked for an answer (`asked_*`), and its number of cases."""

    measure_id: int
    officer: str
    full_name: str
    matter: str
    province: str | None
    unit: str | None
    step_no: int
    act: str
    rung: str
    outcome: str | None
    said_at: str
    asked_no: int
    asked_at: str
    answer_until: str
    cases: int

    @property
    def is_waiting(self) -> bool:
        """Whether the officer has still to answer."""
        return self.act in ("opened", "escalated")


@dataclass(frozen=True)
class PlacedCase(Case):
    """A case of a measure: with which step it came, and where its sender first saw the row."""

    step_no: int = 0
    source: str | None = None
    sheet: str | None = None
    sheet_row: int | None = None


def open_measure(
    session: WriteSession, officer: str, matter: str, area: Scope, viewer: Viewer, *, step: Step, cases: Iterable[Case]
) -> int:
    """The id of a new measure with its first step; IntegrityError where the ledger's rules forbid it."""
    (number,) = session.next_ids("measure", 1)
    session.run("add_measure", measure_id=number, officer=officer, matter=matter, seq=session.seq, **area.limits)
    add_step(session, number, 1, step, viewer, cases=cases)
    return number


def add_step(
    session: WriteSession, measure_id: int, step_no: int, step: Step, viewer: Viewer, *, cases: Iterable[Case]
) -> None:
    """Adds a step with the cases that come with it; IntegrityError where the ledger's rules forbid it."""
    session.run(
        "add_measure_step",
        measure_id=measure_id,
        step_no=step_no,
        act=step.act,
        rung=step.rung,
        outcome=step.outcome,
        said=step.said,
        rule=step.rule,
        answer_until=step.answer_until,
        seq=session.seq,
        at=session.at,
        by=viewer.by,
    )
    session.run_many(
        "add_measure_case",
        [
            {
                "measure_id": measure_id,
                "step_no": step_no,
                "figure": case.figure,
                "case_id": case.case_id,
                "row_id": case.row_id,
                "happened_at": case.happened_at,
            }
            for case in cases
        ],
    )


def listing(
    session: Session, area: Scope, *, officer: str | None = None, measure_id: int | None = None
) -> list[Measure]:
    """The measures of an area, open ones first, then the newest; those of an officer, or one, where it is named."""
    found = session.rows("measures", officer=officer, measure_id=measure_id, **area.limits)
    return [Measure(**row._mapping) for row in found]


def steps(session: Session, measure_id: int) -> list[StepDone]:
    """What was done in a measure, oldest first."""
    return [StepDone(**row._mapping) for row in session.rows("measure_steps", measure_id=measure_id)]


def cases(session: Session, measure_id: int) -> list[PlacedCase]:
    """The cases of a measure in the order of its steps."""
    return [PlacedCase(**row._mapping) for row in session.rows("measure_cases", measure_id=measure_id)]


def held(session: Session, figures: Collection[str]) -> set[tuple[str, str, str]]:
    """(officer, figure, case_id) of the cases of some figures that were held against officers before."""
    return {(row.officer, row.figure, row.case_id) for row in session.rows("cases_held", figures=sorted(figures))}


def rows_in(session: Session, row_ids: Sequence[int], area: Scope) -> list[Case]:
    """Those of some rows that are of an area, as cases that the team named."""
    found = session.rows_for("rows_in_area", "row_ids", sorted(set(row_ids)), **area.limits)
    return [Case("by_hand", str(row.row_id), row.row_id, None) for row in found]


def against(session: Session, officer: str) -> tuple[int, str | None]:
    """How many measures there are against an officer, and until when he is to answer; None where nothing waits."""
    row = session.one("measures_against", officer=officer)
    return (0, None) if row is None else (row.measures, row.answer_until)
