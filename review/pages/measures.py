"""Measures of the control team: its list, what is held against oneself, one of them with its answer, its letter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from casework.control import ladder
from casework.control.compliance import items_of
from casework.control.ladder import Measure, MeasureRefusedError, MeasureView
from casework.control.ladder_rules import Ground, ladder_rules
from casework.control.letters import letter_file
from casework.office.accounts import Account, viewer_of
from casework.types import Home
from review.language import Told
from review.render import Context, page
from review.requests import Fields, HomeOf, Who

router = APIRouter()

Step = Literal["answer", "escalate", "close"]

PURPOSE = "control"
_MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
_WHY = {
    "words": "Chưa ghi gì: viết nội dung, không quá 4000 ký tự, không có ký tự ẩn.",
    "rows": "Chưa ghi gì: mã dòng là số, cách nhau bằng dấu phẩy.",
    "team": "Chưa ghi gì: việc này của Tổ kiểm soát.",
    "own": "Chưa ghi gì: không ai quyết định việc của chính mình.",
    "anothers": "Chưa ghi gì: chỉ cán bộ liên quan mới giải trình.",
    "account": "Chưa ghi gì: không có tài khoản này.",
    "area": "Chưa ghi gì: cán bộ hoặc dòng nằm ngoài phạm vi của tài khoản.",
    "ground": "Chưa ghi gì: chọn về việc gì.",
    "open": "Chưa ghi gì: về việc này đã có một nhắc nhở chưa kết thúc; làm tiếp ở đó.",
    "below": "Chưa ghi gì: chưa có bước dưới; nhắc nhở rồi mới cảnh báo, cảnh báo rồi mới đề nghị xử lý.",
    "top": "Chưa ghi gì: đề nghị xử lý là bước cuối.",
    "answered": "Chưa ghi gì: đã giải trình rồi.",
    "closed": "Chưa ghi gì: việc này đã kết thúc.",
}


@dataclass(frozen=True)
class Measures(Context):
    """Measures as a list: of the team's area, or (`is_own`) against whoever looks; the form to open one."""

    template: ClassVar[str] = "measures.html"
    account: Account
    measures: Sequence[Measure]
    grounds: Mapping[str, Ground]
    is_own: bool
    form: Mapping[str, str]
    said: str | None = None


@dataclass(frozen=True)
class OneMeasure(Context):
    """One measure; `items`: row_id → its item; `text` is what was written and not taken, `said` why."""

    template: ClassVar[str] = "measure.html"
    account: Account
    view: MeasureView
    items: Mapping[int, int]
    text: str = ""
    said: str | None = None


@router.get("/measures")
def own(home: HomeOf, who: Who) -> Response:
    """What is held against whoever looks."""
    found = ladder.against(home, viewer_of(who.account, PURPOSE))
    return page(Measures(who.account, found, ladder_rules(home).grounds, True, {}))


@router.get("/control/measures")
def of_the_area(home: HomeOf, who: Who, officer: str | None = None) -> Response:
    """The measures of the team's area, with the form to open one."""
    return page(_list(home, who.account, {"officer": officer or ""}))


@router.post("/control/measures")
def opened(home: HomeOf, who: Who, given: Fields) -> Response:
    """Opens a measure and shows it; where that cannot be, the list says why."""
    numbers = re.findall(r"[^\s,;]+", given.get("rows", ""))
    try:
        if not all(number.isascii() and number.isdecimal() and len(number) < 19 for number in numbers):
            return page(_list(home, who.account, given, "rows"), 400)
        measure = ladder.open_measure(
            home,
            given.get("officer", ""),
            given.get("ground", ""),
            given.get("rung", "reminder"),
            viewer_of(who.account, PURPOSE),
            said=given.get("text", ""),
            row_ids=[int(number) for number in numbers],
        )
    except MeasureRefusedError as refusal:
        return page(_list(home, who.account, given, refusal.why), 409)
    return RedirectResponse(f"/measures/{measure.measure_id}", 303)


@router.get("/measures/{measure_id}")
def one(home: HomeOf, who: Who, measure_id: int) -> Response:
    """One measure."""
    return page(_one(home, who.account, measure_id))


@router.post("/measures/{measure_id}/{step}")
def step(home: HomeOf, who: Who, measure_id: int, step: Step, given: Fields) -> Response:
    """Answers, raises or closes a measure and shows it; where that cannot be, as it stands, and why."""
    viewer, text = viewer_of(who.account, PURPOSE), given.get("text", "")
    try:
        if step == "answer":
            ladder.answer(home, measure_id, text, viewer)
        elif step == "escalate":
            ladder.escalate(home, measure_id, text, [], viewer)
        else:
            ladder.close(home, measure_id, given.get("outcome", ""), text, viewer)
    except MeasureRefusedError as refusal:
        return page(replace(_one(home, who.account, measure_id), text=text, said=Told(_WHY)[refusal.why]), 409)
    return RedirectResponse(f"/measures/{measure_id}", 303)


@router.get("/measures/{measure_id}/letter.{form}")
def letter(home: HomeOf, who: Who, measure_id: int, form: str) -> Response:
    """The letter of a measure, as a file."""
    content = letter_file(home, measure_id, form, viewer_of(who.account, PURPOSE))
    name = f'attachment; filename="motma-{measure_id}.{form}"'
    return Response(content, media_type=_MEDIA[form], headers={"content-disposition": name})


def _one(home: Home, account: Account, measure_id: int) -> OneMeasure:
    view = ladder.show(home, measure_id, viewer_of(account, PURPOSE))
    return OneMeasure(account, view, items_of(home, [view.cases]))


def _list(home: Home, account: Account, form: Mapping[str, str], why: str | None = None) -> Measures:
    found = ladder.of_the_area(home, None, viewer_of(account, PURPOSE))
    said = None if why is None else Told(_WHY)[why]
    return Measures(account, found, ladder_rules(home).grounds, False, form, said)
