"""Words that meet others: kept while a plan waits to be applied, contradicting one another, said long ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from casework.deciding import apply
from casework.deciding.redecide import redecide
from casework.errors import NotUndoneError
from casework.office.queue import carry_out, decide, keep, show
from casework.office.undo import undo_decision
from casework.office.verdicts import Verdict
from casework.types import Viewer

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Office, Row

LAN, MINH = Viewer("lan", "queue"), Viewer("minh", "queue")
HANH = "0111000002"
LIKE_HANH = "Bổ sung,Lương Thị Hanh,02/08/1975,Nữ,,,,,09676,09676,,,06/09/2025"
LIKE_HANH_TOO = "Bổ sung,Lương Thị Hanh,02/08/1975,Nữ,,,,,09676,09676,Lương Văn Tấn,,07/09/2025"
NEW = "Bổ sung,Nghiêm Xuân Tường,15/04/1951,Nam,001071000111,,,,09676,09676,,,06/09/2025"
NEW_AGAIN = "Bổ sung,Nghiêm Xuân Tường,15/04/1951,Nam,,,,,09676,09676,,,08/10/2025"
NEARLY_NEW = "Bổ sung,Nghiêm Xuân Tường,15/04/1952,Nam,,,,,09676,09676,,,08/10/2025"
STRANGER = "Chuyển đi,Kiều Văn Phước,20/07/1966,Nam,,,,,24292,24305,,,07/09/2025"


def came(office: Office, *lines: str) -> list[Row]:
    """Rows that came one after the other, each from a source of its own."""
    return [office.run_lines(f"{at}.csv", line, source=f"xa-{at}")[0] for at, line in enumerate(lines)]


def say(office: Office, row: Row, verdict: Verdict, viewer: Viewer = LAN) -> None:
    """An officer looks at the item of a row, and says his word."""
    item = office.item(row)
    show(office.home, item, viewer)
    decide(office.home, item, verdict, viewer)


def stands(office: Office, row: Row) -> tuple[str | None, str | None, str | None]:
    """Outcome, reason and code of a row now."""
    now = next(each for each in office.rows() if each.row_id == row.row_id)
    return now.outcome, now.reason, now.code


def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Has something done once, after the next plan of a redecision is stored and before it is applied."""
    real, left = apply.apply_plan, [act]

    def later(*given: object, **named: object) -> object:
        if left:
            left.pop()()
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("casework.deciding.redecide.apply_plan", later)


def test_a_word_kept_before_a_plan_is_applied_is_what_counts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row that it waited for went back, so it would be new; meanwhile somebody said who it is."""
    first, second = came(office, NEW, NEW_AGAIN)
    assert second.reason == "waits_for_row"
    item = office.item(second)
    show(office.home, item, MINH)
    kept = []
    between(monkeypatch, lambda: kept.append(keep(office.home, item, Verdict("link", HANH), MINH)))
    say(office, first, Verdict("return", note="sai"))
    assert kept[0].act(office.home).outcome == "linked"
    assert stands(office, second) == ("linked", None, HANH)
    assert office.ask("select decided_by from decision_current where row_id = ?", second.row_id) == [("minh",)]
    assert office.broken() == {}


def test_a_word_kept_before_a_plan_is_applied_is_carried_out(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = came(office, LIKE_HANH)
    item = office.item(row)
    show(office.home, item, MINH)
    kept = []
    between(monkeypatch, lambda: kept.append(keep(office.home, item, Verdict("not_same", HANH), MINH)))
    redecide(office.home, [row.row_id], LAN)
    kept[0].act(office.home)
    (said_at,) = office.ask("select max(seq) from judgement")[0]
    (knew_until,) = office.ask("select tail_seq from decision_current")[0]
    assert knew_until >= said_at
    assert office.broken() == {}


def test_a_row_follows_another_to_whom_it_was_set_against_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planned: the first is new, the second is the same new person. Meanwhile the first was somebody who is known."""
    returned, first, second = came(office, NEW, NEW_AGAIN, NEARLY_NEW)
    item = office.item(first)
    show(office.home, item, MINH)
    kept = []

    def is_hanh() -> None:
        kept.append(keep(office.home, item, Verdict("link", HANH), MINH))
        redecide(office.home, [first.row_id], MINH)

    between(monkeypatch, is_hanh)
    say(office, returned, Verdict("return", note="sai"))
    monkeypatch.undo()
    kept[0].act(office.home)
    assert stands(office, first) == ("linked", None, HANH)
    assert stands(office, second)[2] != HANH
    assert office.broken() == {}


@pytest.mark.parametrize("lines", [(NEW, STRANGER), (LIKE_HANH, LIKE_HANH_TOO)], ids=["strangers", "alike"])
def test_a_link_that_linked_another_row_stands(office: Office, lines: tuple[str, str]) -> None:
    first, second = came(office, *lines)
    item = office.item(first)
    say(office, first, Verdict("same_row", row=second.row_id))
    say(office, first, Verdict("link", HANH))
    assert [stands(office, row)[2] for row in (first, second)] == [HANH, HANH]
    with pytest.raises(NotUndoneError) as refused:
        undo_decision(office.home, item, LAN)
    assert refused.value.why == "relied_on"
    assert office.broken() == {}


def test_who_was_said_not_to_be_the_row_is_not_linked_by_way_of_another(office: Office) -> None:
    first, second = came(office, NEW, STRANGER)
    say(office, second, Verdict("not_same", HANH), MINH)
    say(office, first, Verdict("same_row", row=second.row_id))
    say(office, first, Verdict("link", HANH))
    assert stands(office, second)[:2] == ("review", "identity_conflict")
    # a further word of somebody settles it
    say(office, second, Verdict("link", HANH), MINH)
    assert stands(office, second) == ("linked", None, HANH)
    assert office.broken() == {}


@pytest.mark.parametrize("event", ["Bổ sung", "Chuyển đến"])
def test_what_was_said_while_somebody_lived_links_nobody_to_the_dead(office: Office, event: str) -> None:
    (row,) = came(office, LIKE_HANH)
    say(office, row, Verdict("link", HANH))
    death = "Chết,Lương Thị Hạnh,02/08/1974,Nữ,001174000222,,0190000001,Vợ,09676,09676,,,10/09/2025"
    assert office.run_lines("d.csv", death)[0].code == HANH
    later = LIKE_HANH.replace("06/09", "20/09").replace("Bổ sung", event)
    (again,) = office.run_lines("e.csv", later, source="xa-9")
    assert (again.outcome, again.reason) == ("review", "identity_conflict")
    # said of this row it counts
    say(office, again, Verdict("link", HANH))
    assert stands(office, again) == ("linked", None, HANH)
    assert office.broken() == {}


@pytest.mark.parametrize("third", ["Tường,1951", "Nghiêm Văn,1951"])
def test_who_waited_for_the_other_row_of_a_pair_is_decided_again_too(office: Office, third: str) -> None:
    line = "Bổ sung,{},Nam,001051004321,,,,08995,08995,,,09/10/2025"
    other = "Bổ sung,Nghiêm Xuân Tường,15/04/1951,Nam,001051004321,,,,09676,09676,,,08/10/2025"
    first, second, _ = came(office, NEW, other, line.format(third))
    say(office, first, Verdict("not_same_row", row=second.row_id))
    assert office.broken() == {}


@pytest.mark.parametrize("word", ["new", "not_same"])
def test_the_same_word_again_ends_as_it_ended(office: Office, word: str) -> None:
    """Of two rows about one person, both called new, the later one is linked; whoever is not Hạnh is new."""
    if word == "new":
        first, second = came(office, NEW, NEW_AGAIN)
        said = [(office.item(first), Verdict("new"), LAN), (office.item(second), Verdict("new"), MINH)]
    else:
        (row,) = came(office, LIKE_HANH)
        said = [(office.item(row), Verdict("not_same", HANH), LAN)]
    for item, _, viewer in said:
        show(office.home, item, viewer)
    carry_out(office.home, [keep(office.home, *one) for one in said], LAN)
    ended = [(row.outcome, row.code) for row in office.rows()]
    assert {outcome for outcome, _ in ended} <= {"issued", "linked"}
    again = [decide(office.home, *one) for one in said]
    assert sorted((one.outcome, one.code) for one in again) == sorted(ended)
    assert office.broken() == {}
