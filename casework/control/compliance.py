"""Compliance: what the control team counts of officers' work. Every figure is the number of its cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from casework.control.ladder_by_rule import OfficersCase
from casework.control.office_hours import office_hours
from casework.errors import NotControlError, UsageError
from casework.office.accounts import control_account
from casework.office.desk import desk_rules
from casework.office_dates import local_date, local_time
from casework.office_words import OUTCOMES, SAID
from casework.policy import PolicyError, entries
from casework.types import Home, Scope, Viewer
from casework.vietnam_time import utc_moment, vietnam_time
from matching.steps import search_rules
from registry import accounts, control, log
from registry.engine import Session
from registry.measures import Case
from registry.queue import one_form

#: by what figures may be grouped
GROUPS = ("officer", "unit", "province")


@dataclass(frozen=True)
class Figure:
    """A figure: its title, what is counted, what it does not say, and how a case is told in a line; all Vietnamese.

    `kind` is fault, or base: what faults are to be seen against.
    """

    code: str
    kind: str
    title: str
    what: str
    not_said: str
    detail: str


#: of which a period may be
YEARS = range(2000, 3000)


@dataclass(frozen=True)
class Period:
    """Days in Vietnam, the last one included; UsageError for days of no century that a ledger is of."""

    since: date
    until: date

    def __post_init__(self) -> None:
        """Looks at the years."""
        if self.since.year < YEARS.start or self.until.year not in YEARS:
            raise UsageError(f"{self.since} to {self.until}: days from {YEARS.start} to {YEARS.stop - 1}")


@dataclass(frozen=True)
class ControlCase(OfficersCase):
    """A case of a figure: whose, of which province and unit, and what the statement tells of it."""

    province: str | None
    unit: str | None
    began_at: str | None
    told: str | None
    number: int

    @property
    def days(self) -> int:
        """Days in Vietnam from its beginning until it happened."""
        if self.began_at is None or self.happened_at is None:
            return 0
        return (vietnam_time(self.happened_at).date() - vietnam_time(self.began_at).date()).days


@dataclass(frozen=True)
class ComplianceLine:
    """The figures of an officer, a unit or a province; `full_name` of an officer with an account.

    `days` is the median of days from receipt to decision, None without a decision.
    """

    name: str
    full_name: str | None
    figures: Mapping[str, int]
    days: float | None


@dataclass(frozen=True)
class Compliance:
    """What was counted in a period and area: the figures, and the cases of each; `names` of who has an account."""

    period: Period
    area: Scope
    figures: Sequence[Figure]
    cases: Mapping[str, Sequence[ControlCase]]
    names: Mapping[str, str]

    def lines(self, by: str) -> list[ComplianceLine]:
        """The figures of each officer, unit or province, most faults first."""
        counted: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(self.cases, 0))
        days: dict[str, list[int]] = defaultdict(list)
        for code, cases in self.cases.items():
            for case in cases:
                name = getattr(case, by) or ""
                counted[name][code] += 1
                if code == "settled":
                    days[name].append(case.days)
        names = self.names if by == "officer" else {}
        lines = [
            ComplianceLine(name, names.get(name), counts, median(days[name]) if days[name] else None)
            for name, counts in counted.items()
        ]
        faults = [figure.code for figure in self.figures if figure.kind == "fault"]
        return sorted(lines, key=lambda line: (-sum(line.figures[code] for code in faults), line.name))


def figures(home: Home) -> list[Figure]:
    """The figures of a home in their order; PolicyError where rules/figures.toml lacks one, or tells of another."""
    parts = ("code", "kind", "title", "what", "not_said", "detail")
    found = [Figure(**entry) for entry in entries(home, "figures", "figure", parts)]
    if {figure.code for figure in found} != set(control.STATEMENTS):
        raise PolicyError(f"rules/figures.toml: its codes are to be {', '.join(control.STATEMENTS)}")
    return found


def compliance(home: Home, period: Period, area: Scope, viewer: Viewer) -> Compliance:
    """The figures of an area; the look is logged.

    NotControlError for an account that is not of the control team, UsageError outside its area.
    """
    known = figures(home)
    with home.ledger.reading() as session:
        seen = area_of(session, area, viewer)
        found = {figure.code: _cases(home, session, figure.code, period, seen) for figure in known}
        names = {account.login: account.full_name for account in accounts.every(session)}
    _log(home, period, seen, viewer, {"cases": sum(map(len, found.values()))})
    return Compliance(period, seen, known, found, names)


def cases_of(
    home: Home, code: str, period: Period, area: Scope, viewer: Viewer, *, officer: str | None = None
) -> tuple[Figure, list[ControlCase]]:
    """A figure and its cases, those of an officer where one is named; the look is logged. Errors as in `compliance`."""
    figure = next((one for one in figures(home) if one.code == code), None)
    if figure is None:
        raise UsageError(f"figure {code}: there is none; they are {', '.join(control.STATEMENTS)}")
    with home.ledger.reading() as session:
        seen = area_of(session, area, viewer)
        found = [case for case in _cases(home, session, code, period, seen) if officer in (None, case.officer)]
    _log(home, period, seen, viewer, {"figure": code, "officer": officer, "cases": len(found)})
    return figure, found


def cases_for_rules(home: Home, codes: Sequence[str], period: Period) -> list[ControlCase]:
    """The cases of some figures in the whole country, for the rules of the ladder."""
    with home.ledger.reading() as session:
        return [case for code in codes for case in _cases(home, session, code, period, Scope())]


def items_of(home: Home, found: Iterable[Sequence[Case]]) -> dict[int, int]:
    """row_id → the newest item of the rows of some cases that ever waited."""
    with home.ledger.reading() as session:
        return control.items(session, [case.row_id for cases in found for case in cases if case.row_id is not None])


def detail(home: Home, figure: Figure, say: Callable[[str], str] = str) -> Callable[[ControlCase], str]:
    """Tells a case of a figure in a line; `say` gives a Vietnamese text in the language of whoever reads."""
    due_days, sentence = desk_rules(home).due_days, say(figure.detail)

    def tell(case: ControlCase) -> str:
        told = {**OUTCOMES, **SAID}.get(case.told or "")
        began = case.began_at
        due = None if began is None else (vietnam_time(began).date() + timedelta(days=due_days)).isoformat()
        return sentence.format(
            began="" if began is None else local_time(began),
            told=case.told or "" if told is None else say(told),
            number=case.number,
            days=case.days,
            due=local_date(due) or "",
        )

    return tell


def area_of(session: Session, wanted: Scope, viewer: Viewer) -> Scope:
    """What a viewer sees of what is wanted: nothing outside the area of an account.

    Who has no account acts on the machine itself, as for every command, and sees what is wanted.
    """
    if accounts.by_login(session, one_form(viewer.by)) is None:
        return wanted
    team = control_account(session, viewer.by)
    if team is None:
        raise NotControlError
    own = team.scope
    seen = Scope(wanted.province or own.province, wanted.unit or own.unit)
    if own.province not in (None, seen.province) or own.unit not in (None, seen.unit):
        raise UsageError("this lies outside the area of the account")
    return seen


def _cases(home: Home, session: Session, code: str, period: Period, area: Scope) -> list[ControlCase]:
    rules = search_rules()
    demanded = control.Demanded([step.name for step in rules.steps if step.needed != "extra"], rules.must_run)
    span = (utc_moment(period.since), utc_moment(period.until + timedelta(days=1)))
    rows = control.cases(session, code, span, area, demanded)
    found = [ControlCase(figure=code, **row) for row in rows]
    if code == "late":
        days = desk_rules(home).due_days
        return [case for case in found if case.days > days]
    if code == "out_of_hours":
        hours = office_hours(home)
        return [case for case in found if case.happened_at is not None and not hours.are_at(case.happened_at)]
    return found


def _log(home: Home, period: Period, area: Scope, viewer: Viewer, told: Mapping[str, object]) -> None:
    content = {**told, "since": period.since.isoformat(), "until": period.until.isoformat(), **area.limits}
    with home.ledger.writing() as session:
        log.append(session, viewer, [log.Act("control_show", content)])
