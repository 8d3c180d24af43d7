"""What the control team sees of its area: the figures of compliance, and the cases behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Annotated, ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from casework.control.compliance import (
    GROUPS,
    Compliance,
    ComplianceLine,
    ControlCase,
    Figure,
    Period,
    cases_of,
    compliance,
    detail,
    items_of,
)
from casework.office.accounts import Account, viewer_of
from casework.types import Scope
from casework.vietnam_time import today
from review.language import _
from review.render import Context, page
from review.requests import HomeOf, Who

router = APIRouter()

PURPOSE = "control"
#: cases that a page shows
MOST_CASES = 200
_DAYS = 30
#: of a period; others are slips
_YEARS = range(2001, 3000)


@dataclass(frozen=True)
class Asked:
    """What of the area is looked at: a period, and a part of it where one is named; by what lines are grouped."""

    since: date
    until: date
    by: str
    province: str | None
    unit: str | None
    officer: str | None

    @property
    def period(self) -> Period:
        """The days."""
        return Period(self.since, self.until)

    @property
    def area(self) -> Scope:
        """The part, as statements narrow by it."""
        return Scope(self.province, self.unit)

    def link(self, path: str, **change: str | int | None) -> str:
        """The path with the same question, changed in something, as its query."""
        told = {**{field.name: getattr(self, field.name) for field in fields(self)}, **change}
        return f"{path}?{urlencode({name: value for name, value in told.items() if value is not None})}"

    def cases(self, figure: Figure, line: ComplianceLine) -> str:
        """Where the cases of a line are."""
        return self.link(f"/control/figures/{figure.code}", **{self.by: line.name})

    def part(self, line: ComplianceLine) -> str | None:
        """Where what a line is made of is counted; None of an officer, and of what has no name."""
        if self.by == "officer" or not line.name:
            return None
        below = {"province": "unit", "unit": "officer"}[self.by]
        return self.link("/control", **{self.by: line.name, "by": below})


def _day(text: str | None, otherwise: date) -> date:
    try:
        day = otherwise if text is None else date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if day.year in _YEARS else otherwise


def asked_of(
    *,
    since: str | None = None,
    until: str | None = None,
    by: str | None = None,
    province: str | None = None,
    unit: str | None = None,
    officer: str | None = None,
) -> Asked:
    """What an address asks for; a day that is none is the month's that ends today."""
    last = _day(until, today())
    first = _day(since, last - timedelta(days=_DAYS))
    grouped = by if by in GROUPS else GROUPS[0]
    return Asked(min(first, last), last, grouped, province or None, unit or None, officer or None)


AskedOf = Annotated[Asked, Depends(asked_of)]


@dataclass(frozen=True)
class Control(Context):
    """The figures of the area, a line an officer, a unit or a province."""

    template: ClassVar[str] = "control.html"
    account: Account
    counted: Compliance
    lines: Sequence[ComplianceLine]
    asked: Asked


@dataclass(frozen=True)
class FigureCases(Context):
    """The cases of a figure, newest first: from the `first` on, `most` at once. `items`: row_id → its item."""

    template: ClassVar[str] = "control_cases.html"
    account: Account
    figure: Figure
    cases: Sequence[ControlCase]
    found: int
    first: int
    most: int
    items: Mapping[int, int]
    asked: Asked
    tell: Callable[[ControlCase], str]


@router.get("/control")
def control(home: HomeOf, who: Who, asked: AskedOf) -> Response:
    """The figures; the look is logged."""
    counted = compliance(home, asked.period, asked.area, viewer_of(who.account, PURPOSE))
    asked = replace(asked, province=counted.area.province, unit=counted.area.unit)
    return page(Control(who.account, counted, counted.lines(asked.by), asked))


@router.get("/control/figures/{code}")
def cases(home: HomeOf, who: Who, asked: AskedOf, code: str, first: int = 1) -> Response:
    """The cases of a figure; the look is logged."""
    viewer = viewer_of(who.account, PURPOSE)
    figure, found = cases_of(home, code, asked.period, asked.area, viewer, officer=asked.officer)
    first = max(1, first)
    shown = found[::-1][first - 1 : first - 1 + MOST_CASES]
    items = items_of(home, [shown])
    return page(
        FigureCases(who.account, figure, shown, len(found), first, MOST_CASES, items, asked, detail(home, figure, _))
    )
