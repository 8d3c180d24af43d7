"""Two reports of one person get one code or one open question, however they arrive."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from casework.deciding import apply, redecide
from casework.deciding.batch import decide_again
from casework.errors import BusyError, UsageError
from casework.office import queue
from casework.office.queue import show
from casework.types import Viewer
from registry import plans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from casework.types import Home, Viewer
    from registry.plans import Plan

    from .conftest import Office, Row

#: one new person, as two people write her
SURE = (
    "Bổ sung,Vũ Ngọc Diễm,09/04/1988,Nữ,,,0190000077,Chủ hộ,09676,09676,,,01/10/2025",
    "Bổ sung,VŨ  NGỌC DIỄM,09/04/1988,Nữ,,,0190000077,Chủ hộ,09676,09676,,,02/10/2025,theo phiếu bổ sung",
)
#: one new person or two: the same date and commune, a name that differs by its marks, and no number
DOUBTFUL = (
    "Bổ sung,Kha Mỹ Huyền,19/07/1985,Nữ,,,0190000078,Chủ hộ,09676,09676,,,01/10/2025",
    "Bổ sung,Kha Mỹ Huyên,19/07/1985,Nữ,,,,,09676,09676,,,03/10/2025",
)
TWINS = (
    "Sinh,Đỗ Gia An,01/09/2025,Nam,,,0190000001,Cháu,09676,09676,Đỗ Quang Minh,Tạ Thị Liễu,05/09/2025",
    "Sinh,Đỗ Gia Bảo,01/09/2025,Nam,,,0190000001,Cháu,09676,09676,Đỗ Quang Minh,Tạ Thị Liễu,05/09/2025",
)
#: somebody new whose papers carry a number that Đỗ Quang Khải holds, reported twice
WAITING = (
    "Bổ sung,Nghiêm Xuân Tường,15/04/1951,Nam,001071000111,,,,09676,09676,,,06/09/2025",
    "Bổ sung,NGHIÊM XUÂN TƯỜNG,15/04/1951,Nam,001071000111,,,,09676,09676,,,07/09/2025",
)
PAIRS = (SURE, DOUBTFUL, TWINS, WAITING)
UNNAMED = "Sinh,Con bà Mạc Thị Khuyên,02/09/2025,Nữ,,,0190000003,Con,08995,08995,,Mạc Thị Khuyên,05/09/2025"

WAYS = ("one file", "two files", "two runs", "two runs, published between", "two senders at once")


class Arrived(NamedTuple):
    """An office, and the two rows of each pair after they came."""

    office: Office
    sure: list[Row]
    doubtful: list[Row]
    twins: list[Row]
    waiting: list[Row]


@pytest.fixture(params=WAYS)
def arrived(request: pytest.FixtureRequest, office: Office) -> Arrived:
    """All pairs, the first row of each before the second, in one of WAYS."""
    first, second = ([pair[place] for pair in PAIRS] for place in (0, 1))
    if request.param == "one file":
        office.run(office.file("a.csv", *first, *second))
    elif request.param == "two files":
        office.run(office.file("a.csv", *first), office.file("b.csv", *second))
    elif request.param == "two senders at once":
        office.run(office.file("a.csv", *first), office.file("a.csv", *second, source="buu-dien-01"))
    else:
        office.run(office.file("a.csv", *first))
        if request.param == "two runs, published between":
            office.publish()
        office.run(office.file("b.csv", *second))
    rows = office.rows()
    return Arrived(office, *(rows[place :: len(PAIRS)] for place in range(len(PAIRS))))


def test_two_rows_of_one_person(arrived: Arrived) -> None:
    office, sure, doubtful, twins, waiting = arrived

    # one new person: one code, whoever reports her
    assert [row.outcome for row in sure] == ["issued", "linked"]
    assert sure[0].code == sure[1].code
    assert sure[0].person_id == sure[1].person_id

    # in doubt: one code, and the same one or a question
    assert doubtful[0].outcome == "issued"
    assert doubtful[1].outcome in ("linked", "review")
    assert doubtful[1].code in (doubtful[0].code, None)

    # newborn twins: two codes, never one person
    assert [row.outcome for row in twins] == ["issued", "issued"]
    assert twins[0].code != twins[1].code

    # a row in review is found by a later one, which waits for it
    assert [(row.outcome, row.reason) for row in waiting] == [
        ("review", "identity_conflict"),
        ("review", "waits_for_row"),
    ]
    assert office.ask("select waits_for_row_id from queue_item where row_id = ?", waiting[1].row_id) == [
        (waiting[0].row_id,)
    ]

    # once that is decided the waiting row is decided at once, and gets the same code
    result = office.decide(office.item(waiting[0]), "new")
    assert (result.outcome, result.settled_rows) == ("issued", 1)
    ids = [row.row_id for row in waiting]
    first, second = (row for row in office.rows() if row.row_id in ids)
    assert [first.outcome, second.outcome] == ["issued", "linked"]
    assert first.code == second.code == result.code

    assert office.ask("select count(*) from code_draw where outcome = 'issued'") == [(5,)]
    assert office.broken() == {}


def test_a_row_that_waited_is_decided_anew_when_the_other_goes_back(office: Office) -> None:
    first, second = office.run_lines("a.csv", *WAITING)
    office.decide(office.item(first), "return", note="sai mẫu")
    first, second = office.rows()
    assert [(first.outcome, first.reason), (second.outcome, second.reason)] == [
        ("returned", None),
        ("review", "identity_conflict"),
    ]
    assert office.broken() == {}


@pytest.mark.parametrize("turn", [list, reversed], ids=["first row first", "last row first"])
def test_a_chain_of_waiting_rows_ends_in_one_code(
    office: Office, monkeypatch: pytest.MonkeyPatch, turn: Callable[[Iterable[Any]], Iterable[Any]]
) -> None:
    """Whichever row of those freed together is decided first: it may still wait for one that comes behind it."""
    in_order = plans.in_order
    monkeypatch.setattr(plans, "in_order", lambda *asked: list(turn(in_order(*asked))))
    first, second = WAITING
    office.run(office.file("a.csv", first))
    office.run(office.file("b.csv", second), office.file("c.csv", second, source="xa-02"))
    office.run(office.file("d.csv", second.replace("07/09", "08/09")))
    assert {row.outcome for row in office.rows()} == {"review"}
    office.decide(office.item(office.rows()[0]), "new")
    rows = office.rows()
    assert [row.outcome for row in rows] == ["issued", "linked", "linked", "linked"]
    assert len({row.code for row in rows}) == 1
    assert office.broken() == {}


def test_a_row_that_is_outrun_again_and_again_is_not_tried_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = office.run_lines("a.csv", WAITING[0])
    told = list[bool]()

    def outrun(_home: Home, _plan: Plan, _viewer: Viewer, *, is_last: bool) -> None:
        told.append(is_last)

    monkeypatch.setattr(redecide, "apply_plan", outrun)
    redecide.redecide(office.home, [row.row_id], office.viewer)
    assert told == [False, False, True]


def two_outrun(office: Office, monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """Two rows about one person, each in review because others were always at work on its keys."""
    with monkeypatch.context() as busy:
        busy.setattr(apply, "_is_stale", lambda _chunk, _row: True)
        for name, line in zip("ab", SURE, strict=True):
            office.run_lines(f"{name}.csv", line, source=f"xa-{name}")
    rows = office.rows()
    assert [(row.outcome, row.reason) for row in rows] == [("review", "stale")] * 2
    return rows


def test_rows_that_were_outrun_are_decided_by_the_next_run(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    two_outrun(office, monkeypatch)
    office.run(office.file("c.csv", TWINS[0]))
    first, second, _ = office.rows()
    assert (first.outcome, second.outcome, second.code) == ("issued", "linked", first.code)
    assert office.broken() == {}


def test_a_row_that_somebody_settled_meanwhile_is_not_decided_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs end together, and each decides again what was outrun."""
    rows = [row.row_id for row in two_outrun(office, monkeypatch)]

    def overtaken(home: Home, row_ids: Sequence[int], viewer: Viewer) -> Plan:
        with monkeypatch.context() as other:
            other.setattr(redecide, "decide_again", decide_again)
            redecide.redecide(home, row_ids, viewer)
        return decide_again(home, row_ids, viewer)

    monkeypatch.setattr(redecide, "decide_again", overtaken)
    redecide.redecide(office.home, rows, office.viewer)
    assert [row.outcome for row in office.rows()] == ["issued", "linked"]
    assert office.broken() == {}


@pytest.mark.parametrize("called", [[0], [1], [0, 1], [1, 0]], ids=str)
def test_rows_about_one_person_that_officers_call_new_get_one_code(
    office: Office, monkeypatch: pytest.MonkeyPatch, called: list[int]
) -> None:
    """ "New" is said of persons: a row that waits is set against the new person, whatever was said of it."""
    rows = two_outrun(office, monkeypatch)
    with monkeypatch.context() as busy:
        busy.setattr(apply, "_is_stale", lambda _chunk, _row: True)
        for at in called[:-1]:
            with pytest.raises(BusyError):
                office.decide(office.item(rows[at]), "new")
    office.decide(office.item(rows[called[-1]]), "new")
    first, second = office.rows()
    assert {first.outcome, second.outcome} == {"issued", "linked"}
    assert first.code == second.code
    assert office.broken() == {}


def test_new_is_not_said_of_persons_who_came_after_the_look(office: Office) -> None:
    """A twin whose brother was called new meanwhile: the second officer has not seen him as a person."""
    line = "Bổ sung,{},15/04/1951,Nam,001071000111,,0190000088,Con,09676,09676,Nghiêm Văn Bá,Tạ Thị Liễu,06/09/2025"
    rows = [
        office.run_lines(f"{name}.csv", line.format(f"Nghiêm Xuân {name}"), source=f"xa-{name}")[0]
        for name in ("Tường", "Trường")
    ]
    items = [office.item(row) for row in rows]
    show(office.home, items[1], Viewer("hoa", "queue"))
    office.decide(items[0], "new", by="lan")
    with pytest.raises(BusyError, match="decided again after you looked"):
        office.decide(items[1], "new", by="hoa")
    show(office.home, items[1], Viewer("hoa", "queue"))
    office.decide(items[1], "new", by="hoa")
    first, second = office.rows()
    assert first.code != second.code
    assert office.broken() == {}


def test_the_same_word_is_told_as_it_ended_though_a_run_carried_it_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = two_outrun(office, monkeypatch)
    item = office.item(row)
    with monkeypatch.context() as busy:
        busy.setattr(apply, "_is_stale", lambda _chunk, _row: True)
        with pytest.raises(BusyError):
            office.decide(item, "new", by="hoa")
    office.run(office.file("c.csv", TWINS[0]))
    assert office.decide(item, "new", by="hoa").outcome == "issued"
    with pytest.raises(UsageError, match="decided already"):
        office.decide(item, "new", by="lan")


def test_a_row_that_a_called_row_weighed_is_decided_again_by_whoever_comes_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (
        office.run_lines(f"{name}.csv", line, source=f"xa-{name}")[0] for name, line in zip("ab", WAITING, strict=True)
    )
    assert (first.outcome, second.outcome) == ("review", "review")

    def cut_short(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(queue, "settle_waiting", cut_short)
        with pytest.raises(KeyboardInterrupt):
            office.decide(office.item(second), "new")
    office.run()
    first, second = office.rows()
    assert (first.outcome, first.code) == ("linked", second.code)
    assert office.broken() == {}


def test_a_row_that_stays_outrun_moves_no_other(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (
        office.run_lines(f"{name}.csv", line, source=f"xa-{name}")[0] for name, line in zip("ab", WAITING, strict=True)
    )
    stale = apply._is_stale
    monkeypatch.setattr(apply, "_is_stale", lambda chunk, row: row.row_id == first.row_id or stale(chunk, row))
    with pytest.raises(BusyError):
        office.decide(office.item(first), "new")
    before = Counter(row_id for (row_id,) in office.ask("select row_id from decision"))
    office.run()
    after = Counter(row_id for (row_id,) in office.ask("select row_id from decision"))
    assert after[first.row_id] > before[first.row_id]
    assert after[second.row_id] == before[second.row_id]


def test_a_death_is_not_recorded_by_a_number_that_does_not_fit(office: Office) -> None:
    """The number tells of another year than both rows, and somebody else who lives has it."""
    office.run(office.file("a.csv", WAITING[0]))
    office.run(office.file("b.csv", WAITING[1].replace("Bổ sung", "Chết", 1), source="xa-b"))
    office.decide(office.item(office.rows()[0]), "new")
    assert office.ask(
        "select count(*) from person_current where status = 'deceased' and birth_date = '1951-04-15'"
    ) == [(0,)]
    assert office.broken() == {}


def test_rows_freed_together_are_decided_as_one_batch(office: Office) -> None:
    """However many files they came in: they are set against each other, and one search is made for all."""
    first, second = WAITING
    office.run(office.file("a.csv", first))
    office.run(office.file("b.csv", second), office.file("c.csv", second, source="xa-02"))
    office.run(office.file("d.csv", second.replace("07/09", "08/09")))
    batches = len(office.ask("select batch_id from batch"))
    office.decide(office.item(office.rows()[0]), "new")
    planned = Counter(batch_id for (batch_id,) in office.ask("select batch_id from plan_row"))
    assert [rows for batch_id, rows in sorted(planned.items()) if batch_id > batches] == [1, 3]


def test_a_later_row_may_be_decided_before_the_one_it_waits_for(office: Office) -> None:
    _, second = office.run_lines("a.csv", *WAITING)
    office.decide(office.item(second), "new")
    first, second = office.rows()
    assert second.outcome == "issued"
    # two people, says the officer: the first is a mover-out whom nobody knows, or that very person
    assert (first.outcome, first.code) in (("review", None), ("linked", second.code))
    assert office.broken() == {}


def test_an_unnamed_newborn_waits_and_gets_no_code_by_herself(office: Office) -> None:
    (row,) = office.run_lines("a.csv", UNNAMED)
    assert (row.outcome, row.code) == ("review", None)


def test_whoever_bears_the_mothers_name_gets_a_code_by_an_officers_word_alone(office: Office) -> None:
    line = "Bổ sung,Mạc Thị Khuyên,02/09/1990,Nữ,,,0190000003,Chủ hộ,08995,08995,,Mạc Thị Khuyên,05/09/2025"
    (row,) = office.run_lines("a.csv", line)
    assert (row.outcome, row.code) == ("review", None)
    office.decide(office.item(row), "new")
    (row,) = office.rows()
    assert row.outcome == "issued"
    assert office.broken() == {}


def test_rows_whose_settling_was_cut_short_are_settled_by_the_next_command(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    first, second = WAITING
    office.run(office.file("a.csv", first))
    office.run(office.file("b.csv", second))
    with monkeypatch.context() as cut:
        cut.setattr("casework.office.queue.settle_waiting", killed)
        with pytest.raises(KeyboardInterrupt):
            office.decide(office.item(office.rows()[0]), "new")
    assert [row.outcome for row in office.rows()] == ["issued", "review"]
    assert office.broken() != {}
    office.run(office.file("b.csv", second))
    assert [row.outcome for row in office.rows()] == ["issued", "linked"]
    assert office.broken() == {}


#: Đỗ Minh Châu comes to another household; her name and birth date are miswritten, her number is not
MOVED = (
    "Chuyển đến,Đỗ Minh Trâu,20/11/1989,Nữ,001199000333,,0190000003,Em,09676,08995,"
    "Đỗ Quang Khải,Lương Thị Hạnh,01/10/2025"
)


@pytest.mark.parametrize("said", ["Đỗ Thị Châu,20/10/1999", "Đỗ Châu,1999"])
@pytest.mark.parametrize("size", [1, 100], ids=["in two transactions", "in one"])
def test_who_has_just_moved_is_met_in_the_new_household(
    new_office: Callable[[], Office], monkeypatch: pytest.MonkeyPatch, said: str, size: int
) -> None:
    """She is found by her own name in the new household, which the row that brought her there does not say."""
    monkeypatch.setattr(apply, "_FIRST_CHUNK", size)
    later = f"Bổ sung,{said},Nữ,,,0190000003,Em,,,,,02/10/2025"
    one, two = new_office(), new_office()
    one.run(one.file("a.csv", MOVED, later))
    two.run(two.file("a.csv", MOVED))
    two.run(two.file("b.csv", later))
    (first, second), (_, apart) = one.rows(), two.rows()
    assert first.outcome == "linked"
    assert second.outcome != "issued"
    assert (second.outcome, second.reason, second.code) == (apart.outcome, apart.reason, apart.code)
    assert one.broken() == {}
