"""One item: the row beside its candidates, and the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from casework.deliveries.return_reasons import ReturnReason, return_reasons
from casework.errors import (
    BusyError,
    ClaimedError,
    DecidedError,
    MotmaError,
    NotApproverError,
    NotUndoneError,
    UndoneError,
)
from casework.office.accounts import Account, viewer_of
from casework.office.choices import Choice, choices
from casework.office.claims import Claim, show_claimed
from casework.office.comparison import Line, compared
from casework.office.desk import Ended, ended, ended_by, is_open, next_item
from casework.office.grounds import Ground, grounds
from casework.office.questions import About, abouts, askable
from casework.office.queue import show
from casework.office.roles import RoleConflict, living_of, role_conflicts, with_row
from casework.office.undo import can_undo, undo_decision
from casework.office.verdicts import LIKELY, Verdict
from casework.office.view import ItemView
from casework.office_dates import local_time
from casework.types import Home
from casework.vietnam_time import today
from review.language import _
from review.pages.queue import PURPOSE, Filter, FilterOf
from review.render import Context, page
from review.requests import AskedId, BehindOf, Fields, HomeOf, Id, Officer, Who, number_of
from review.waterfall import Waterfall, waterfall

router = APIRouter()

#: words on the item's row and another one
_ROW_WORDS = ("same_row", "not_same_row")
#: why a decision is not taken back, and what to do
_WHY_IT_STANDS = {
    "nothing": "Không có quyết định nào của mục này để hoàn tác.",
    "machine": "Máy đã quyết định dòng này, không phải một người. Nếu thấy sai, báo đội kiểm soát trung ương.",
    "anothers": "Chưa hoàn tác: đây là quyết định của {by}. Nhờ {by} hoàn tác.",
    "late": "Chưa hoàn tác: đã quá thời hạn. Nếu thấy sai, báo đội kiểm soát trung ương.",
    "issued": "Mã số đã cấp thì không thu hồi được: số đã dùng không dùng lại cho ai, và có thể đã có người biết. "
    "Nếu người này đã có mã số khác, báo đội kiểm soát: hai người cùng quyết định giữ mã nào.",
    "changed": "Chưa hoàn tác: từ đó người này đã thay đổi vì một dòng hoặc quyết định khác. "
    "Hoàn tác việc ấy trước, nếu được.",
    "relied_on": "Chưa hoàn tác: đã có dòng khác được quyết định theo quyết định này. "
    "Hoàn tác các dòng ấy trước, nếu được.",
    "beside": "Chưa hoàn tác: báo chết hoặc biến động hộ đi kèm đã có người quyết định. Hoàn tác việc ấy trước.",
}


@dataclass(frozen=True)
class Item(Context):
    """The case. `links`, `others` and `living` (his death is wrong) are the choices of each candidate, by its number.

    `households` are those of the candidates, each once: its code, the numbers of the candidates, its members, the
    conflicts of their roles; `own_conflicts` are those of the row's household with whom the row brings. `askable` are
    the provinces of the candidates, by number, who can still be asked about. `claim` is somebody else's; then there is
    nothing to choose, nor for the control team. `done` is how the item before it ended, `said` why a decision was not
    taken, `note` what was written with it.
    """

    template: ClassVar[str] = "item.html"
    account: Account
    view: ItemView
    lines: Sequence[Line]
    links: Mapping[int, Choice]
    others: Mapping[int, Choice]
    living: Mapping[int, Choice]
    waterfalls: Sequence[Waterfall]
    own_conflicts: Sequence[RoleConflict]
    households: Sequence[tuple[str, Sequence[int], Sequence[Mapping[str, Any]], Sequence[RoleConflict]]]
    new: Choice | None
    approve: Choice | None
    give_back: Choice | None
    reasons: Sequence[ReturnReason]
    grounds: Sequence[Ground]
    filter: Filter
    claim: Claim | None
    may_decide: bool
    can_undo: bool
    askable: Mapping[int, str]
    abouts: Sequence[About]
    done: Ended | None = None
    said: str | None = None
    note: str = ""


class NoNoteError(Exception):
    """A decision that its sender reads came without words."""


@router.get("/items/{item_id}")
def item(home: HomeOf, who: Who, item_id: Id, part: FilterOf, done: AskedId = None) -> Response:
    """Shows the case; the look is logged first."""
    viewer = viewer_of(who.account, PURPOSE)
    before = None if done is None else ended_by(home, done, viewer)
    return page(replace(case_of(home, who.account, item_id, part), done=before))


@router.post("/items/{item_id}")
def decided(behind: BehindOf, who: Officer, item_id: Id, part: FilterOf, given: Fields) -> Response:
    """Decides and opens the next item; where that cannot be, shows the case as it stands now, and why."""
    home, viewer = behind.home, viewer_of(who.account, PURPOSE)
    note = given.get("note") or None
    because = given.get("because") or None
    ground = given.get("ground") or None
    word, _, named = given.get("verdict", "").partition(":")
    row = number_of(named) if word in _ROW_WORDS else None
    verdict = Verdict(
        word,
        None if row is not None else named or None,
        note,
        {"return": because, "approve": None}.get(word, ground),
        row=row,
    )
    try:
        if word == "return" and note is None and because is None:
            raise NoNoteError
        after = next_item(home, item_id, part.reason, part.unit, viewer)
        outcome = behind.decide(item_id, verdict, viewer)
    except (MotmaError, NoNoteError) as error:
        case = case_of(home, who.account, item_id, part)
        return page(replace(case, said=why_not(error), note=note or ""), 409)
    now = None if outcome is None else ended(home, item_id, viewer)
    if now is not None and now.is_open and word in ("not_same", *_ROW_WORDS):
        # decided again without the one who is not the person; of two rows of one person the leading one is next
        after = now.leading_item if word == "same_row" and now.leading_item else item_id
    elif now is not None and now.is_open and word == "alive" and not now.alive_by:
        # the death is taken back, and the row is still to be decided
        after = item_id
    elif now is not None and after is not None and not is_open(home, after, viewer):
        # it waited, and was decided with this one
        after = next_item(home, None, part.reason, part.unit, viewer)
    return RedirectResponse(part.link("/queue" if after is None else f"/items/{after}", done=item_id), 303)


@router.post("/items/{item_id}/undo")
def taken_back(home: HomeOf, who: Officer, item_id: Id, part: FilterOf) -> Response:
    """Takes a decision back and opens the case that waits again; where that cannot be, says why."""
    try:
        result = undo_decision(home, item_id, viewer_of(who.account, PURPOSE))
    except NotUndoneError as error:
        case = case_of(home, who.account, item_id, part)
        return page(replace(case, said=_(_WHY_IT_STANDS[error.why]).format(by=error.by)), 409)
    return RedirectResponse(part.link(f"/items/{result.item_id}", done=item_id), 303)


def why_not(error: Exception) -> str:
    """Why a decision was not taken, and what to do."""
    if isinstance(error, NoNoteError):
        return _("Chưa ghi gì: trả lại thì phải chọn lý do hoặc viết cho người gửi biết cần gì.")
    if isinstance(error, DecidedError):
        text = _("Chưa ghi gì: {by} đã quyết định mục này lúc {at}.")
        return text.format(by=error.by, at=local_time(error.at))
    if isinstance(error, UndoneError):
        text = _("Chưa ghi gì: quyết định trước của mục này đã được hoàn tác; việc chờ lại ở mục {item}.")
        return text.format(item=error.reopened_as)
    if isinstance(error, ClaimedError):
        text = _("Chưa ghi gì: {by} đang xử lý mục này, chậm nhất đến {until}.")
        return text.format(by=error.by, until=local_time(error.until))
    if isinstance(error, NotApproverError):
        return _("Chưa ghi gì: chết hay còn sống, người thứ hai phải là người duyệt; tài khoản này không phải.")
    if isinstance(error, BusyError):
        return _("Mục này vừa thay đổi trong lúc bạn xem. Xem lại tình trạng bây giờ bên dưới rồi quyết định.")
    return _("Chưa ghi gì: quyết định này không hợp với mục như đang có bên dưới.")


def case_of(home: Home, account: Account, item_id: int, part: Filter) -> Item:
    """The case, claimed; without choices where it is somebody else's. The control team looks and claims nothing."""
    viewer = viewer_of(account, PURPOSE)
    view, claim = (show(home, item_id, viewer), None) if account.is_control else show_claimed(home, item_id, viewer)
    is_anothers = claim is not None and claim.claimed_by != account.login
    may_decide = not is_anothers and not account.is_control
    found = choices(view) if may_decide else []
    links, others, living = (
        {choice.number: choice for choice in found if choice.word in words and choice.number is not None}
        for words in (("link", "same_row"), ("not_same", "not_same_row"), ("alive",))
    )
    single = {choice.word: choice for choice in found if choice.number is None}
    provinces = askable(home, item_id, viewer) if may_decide else {}
    likely = [one.person_id for one in view.candidates if one.person_id is not None and one.posterior >= LIKELY]
    return Item(
        account=account,
        view=view,
        lines=compared(view.understood, [candidate.record for candidate in view.candidates]),
        links=links,
        others=others,
        living=living,
        waterfalls=[waterfall(candidate.weights) for candidate in view.candidates],
        own_conflicts=role_conflicts(with_row(view.members, view.understood, likely), today().year),
        households=_households(view),
        new=single.get("new"),
        approve=single.get("approve"),
        give_back=single.get("return"),
        reasons=[one for one in return_reasons(home) if one.event in (None, view.event)],
        grounds=grounds(home),
        filter=part,
        claim=claim if is_anothers else None,
        may_decide=may_decide,
        can_undo=not account.is_control and can_undo(home, item_id, viewer),
        askable={
            number: provinces[one.person_id]
            for number, one in enumerate(view.candidates, start=1)
            if one.person_id in provinces
        },
        abouts=abouts(home),
    )


def _households(
    view: ItemView,
) -> list[tuple[str, Sequence[int], Sequence[Mapping[str, Any]], Sequence[RoleConflict]]]:
    found: dict[str, tuple[list[int], Sequence[Mapping[str, Any]]]] = {}
    for number, candidate in enumerate(view.candidates, start=1):
        code = candidate.record["household_code"]
        if code is not None and code != view.understood["household_code"]:
            found.setdefault(code, ([], candidate.members))[0].append(number)
    year = today().year
    return [
        (code, numbers, members, role_conflicts(living_of(members), year)) for code, (numbers, members) in found.items()
    ]
