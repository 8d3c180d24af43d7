"""Looking people up at the counter: one box, an exact form, and a record opened with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from casework.errors import BusyError, MotmaError, UsageError
from casework.office import accounts
from casework.office.accounts import Account, viewer_of
from casework.office.counter import CounterResult, PersonView, in_one_box, look_up, open_person
from review.language import Told, _
from review.render import Context, page
from review.requests import Fields, HomeOf, Id, Officer, token_of

router = APIRouter()

#: what the form asks for, by the columns of the search, and the words beside it
FORM = {
    "full_name": "Họ và tên (có dấu hay không)",
    "birth_date": "Ngày sinh (05/03/1987, 03/1987, 1987)",
    "sex": "Giới tính (Nam, Nữ)",
    "bhxh_code": "Mã số BHXH",
    "personal_id": "Số ĐDCN",
    "old_id": "Số CMND",
    "card_number": "Số thẻ BHYT",
    "birth_place": "Xã khai sinh hoặc cư trú (tên, mã)",
    "household_code": "Mã hộ gia đình",
    "father_name": "Họ tên cha",
    "mother_name": "Họ tên mẹ",
}


@dataclass(frozen=True)
class Search(Context):
    """The form as filled in, and what was found by it; before a purpose is said there is only the question for it."""

    template: ClassVar[str] = "search.html"
    account: Account
    purpose: str | None
    form: Mapping[str, str]
    asked: Mapping[str, str]
    box: str = ""
    result: CounterResult | None = None
    said: str | None = None


@dataclass(frozen=True)
class Person(Context):
    """A person opened, for a reason outside one's area; without `view` there is the question for it."""

    template: ClassVar[str] = "person.html"
    account: Account
    person_id: int
    view: PersonView | None
    reason: str = ""


@router.get("/search")
def ask(who: Officer) -> Response:
    """The empty form, or the question for the purpose."""
    return page(Search(who.account, who.purpose, Told(FORM), {}))


@router.post("/search/purpose")
def purpose(request: Request, home: HomeOf, who: Officer, given: Fields) -> Response:
    """Keeps what this session searches for."""
    told = given.get("purpose")
    if not told:
        return page(Search(who.account, None, Told(FORM), {}, said=_("Ghi mục đích thì mới tìm được.")), 400)
    accounts.set_purpose(home, token_of(request), told)
    return RedirectResponse("/search", 303)


@router.post("/search")
def search(home: HomeOf, who: Officer, given: Fields) -> Response:
    """Searches, and shows who was found; the form is sent, so no address holds a name."""
    if who.purpose is None:
        return RedirectResponse("/search", 303)
    box = given.get("box", "")
    asked = {name: given[name] for name in FORM if given.get(name)}
    empty = Search(who.account, who.purpose, Told(FORM), asked, box)
    try:
        asked = {**in_one_box(box), **asked}
        result = look_up(home, asked, viewer_of(who.account, who.purpose))
    except BusyError:
        raise
    except MotmaError:
        text = _("Chưa tìm: có giá trị không đọc được, hoặc quá ít để tìm. Thêm ngày sinh, nơi ở hay một số giấy tờ.")
        return page(Search(empty.account, empty.purpose, Told(FORM), asked, box, said=text), 400)
    return page(Search(empty.account, empty.purpose, Told(FORM), asked, box, result))


@router.post("/people/{person_id}")
def person(home: HomeOf, who: Officer, person_id: Id, given: Fields) -> Response:
    """Opens a person; outside one's area with a reason, which is asked for where it was not given."""
    if who.purpose is None:
        return RedirectResponse("/search", 303)
    viewer = viewer_of(who.account, who.purpose)
    try:
        view = open_person(home, person_id, given.get("reason") or None, viewer)
    except UsageError:
        return page(Person(who.account, person_id, None), 403)
    return page(Person(who.account, person_id, view, given.get("reason", "")))
