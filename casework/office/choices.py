"""What an officer can decide of an item, and what each decision does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from casework.deciding.rows import UNNAMED
from casework.office.verdicts import LIKELY
from casework.office.view import ItemView
from matching.cases import ARRIVALS

#: What linking a row does beyond giving its code back, by its event.
_LINKING = {
    "birth": "người này vào hộ ghi trên dòng nếu chưa thuộc hộ nào",
    "addition": "người này vào hộ ghi trên dòng nếu chưa thuộc hộ nào",
    "move_in": "người này chuyển đến hộ và nơi cư trú ghi trên dòng",
    "move_out": "người này ra khỏi hộ",
    "death": "bạn đồng ý với báo chết; một người khác còn phải đồng ý",
    "correction": "giá trị khác trong sổ thành yêu cầu điều chỉnh",
}


@dataclass(frozen=True)
class Choice:
    """A verdict (`word`, for a candidate with its `code` or `row` and its `number` from 1), and what it does.

    The `effect` has places for number, row and for what linking does beside, `then`; `told` has them filled.
    """

    word: str
    effect: str
    code: str | None = None
    number: int | None = None
    then: str = ""
    row: int | None = None

    @property
    def value(self) -> str:
        """The verdict in one word, with the code or the row that it names."""
        named = self.code or self.row
        return self.word if named is None else f"{self.word}:{named}"

    @property
    def told(self) -> str:
        """What it does."""
        return self.effect.format(number=self.number, row=self.row, then=self.then)


def effect_of(event: str | None, *, is_known: bool) -> Choice:
    """What a request at the counter does once it is decided, about a person who is known or not."""
    if is_known and event in _LINKING:
        return Choice("send", "Nếu đúng là người này: {then}.", then=_LINKING[event])
    if event in ARRIVALS:
        return Choice("send", "Cả sổ được tìm lại; chưa ai là người này thì cấp đúng một mã số mới.")
    return Choice("send", "Cả sổ được tìm lại; không thấy ai thì dòng chờ xem xét.")


def choices(view: ItemView) -> list[Choice]:
    """The verdicts that an open item takes; none for a closed one."""
    return list(_choices(view)) if view.state == "open" else []


def _choices(view: ItemView) -> Iterator[Choice]:
    if view.kind == "death":
        yield Choice("approve", "Đồng ý ghi là đã chết; cần hai người khác nhau.")
    elif view.kind == "household":
        yield Choice("approve", "Đồng ý với biến động hộ ghi trên dòng.")
    else:
        firsts: dict[str, int] = {}
        for number, seen in enumerate(view.candidates, start=1):
            if seen.code:
                firsts.setdefault(seen.code, number)
        yield from _of_persons(view, firsts)
        for number, seen in enumerate(view.candidates, start=1):
            if seen.other_row_id is not None and seen.row_outcome == "review" and not seen.is_elsewhere:
                row = seen.other_row_id
                effect = "Dòng này và dòng {row} là một người: dòng đến sau chờ dòng kia, rồi nhận cùng một mã số."
                yield Choice("same_row", effect, number=number, row=row)
                effect = "Không phải người của dòng {row}: được ghi nhớ, cả hai dòng được xét lại."
                yield Choice("not_same_row", effect, number=number, row=row)
        is_known = any(seen.is_disputed and seen.posterior >= LIKELY for seen in view.candidates)
        is_nameless = UNNAMED in view.understood["flags"]
        if view.event in ARRIVALS and not (view.lacks or is_nameless or is_known):
            yield Choice("new", "Chưa ai trong sổ là người này: cấp đúng một mã số mới.")
    if view.kind == "row":
        yield Choice("return", "Chưa đủ để quyết định: trả lại người gửi, nói rõ cần gì.")
    else:
        yield Choice("return", "Không đồng ý: dòng vẫn liên kết, biến động không được ghi.")


def _of_persons(view: ItemView, numbers: Mapping[str, int]) -> Iterator[Choice]:
    """The verdicts on the candidates who have codes, by the number of the first one of each code."""
    for code, number in numbers.items():
        effect = "Là ứng viên {number}: trả mã số này cho dòng; {then}."
        yield Choice("link", effect, code, number, then=_LINKING[view.event])
    for code, number in numbers.items():
        effect = "Không phải ứng viên {number}: được ghi nhớ, dòng được xét lại với người khác."
        yield Choice("not_same", effect, code, number)
    for code, number in numbers.items():
        if view.candidates[number - 1].status == "deceased" and view.event != "death":
            effect = (
                "Ứng viên {number} còn sống, báo chết đã ghi là sai: cần hai người khác nhau; rồi dòng được xét lại."
            )
            yield Choice("alive", effect, code, number)
