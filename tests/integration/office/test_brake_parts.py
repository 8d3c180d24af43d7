"""A file that the brake holds, whose rows do not all stand together: in another file, in several batches, cut short."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from casework import run as running
from casework.deciding.batch import decide_new
from casework.held import give_back_file, listing, release
from registry import plans
from tests.integration.office.test_brake import strangers

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Office


def cut_short(office: Office, monkeypatch: pytest.MonkeyPatch, at: int, act: Callable[[], object]) -> None:
    """A run that ends before it works on its batch of this number."""
    real, begun = running.work_through, list[int]()

    def work(home: object, batch_id: int, *given: object) -> object:
        begun.append(batch_id)
        if len(begun) == at:
            raise InterruptedError
        return real(home, batch_id, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(running, "work_through", work)
        with pytest.raises(InterruptedError):
            act()


def outcomes(office: Office) -> Counter[str | None]:
    """How many rows ended how."""
    return Counter(row.outcome for row in office.rows())


def held_half(office: Office, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Half of a file came in another one, whose run was cut short; a run of the whole is cut short as well, or not."""
    lines = strangers(50, "Chuyển đi")
    half, whole = office.file("half.csv", *lines[:25]), office.file("whole.csv", *lines)
    cut_short(office, monkeypatch, 1, lambda: office.run(half))
    if at:
        cut_short(office, monkeypatch, at, lambda: office.run(whole))
    else:
        office.run(whole)


def test_nothing_of_a_held_file_is_decided_in_another_batch(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    held_half(office, monkeypatch, 0)
    assert sorted(file.file_name for file in listing(office.home, office.viewer)) == ["half.csv", "whole.csv"]
    assert outcomes(office) == {None: 50}
    assert office.broken() == {}


def test_a_file_held_in_the_midst_of_its_batches_can_be_given_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_half(office, monkeypatch, 2)
    for file in listing(office.home, office.viewer):
        give_back_file(office.home, file.delivery_id, "không phải tệp này", office.viewer)
    assert office.run(office.file("other.csv", *strangers(3))).outcomes == {"issued": 3}
    assert outcomes(office) == {"returned": 50, "issued": 3}
    assert office.broken() == {}


def test_a_plan_that_was_stored_before_applies_nothing_of_a_held_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs beside each other: one has planned the last rows of a file that the other finds to be held."""
    monkeypatch.setattr(plans, "MOST_ROWS", 30)
    file = office.file("bad.csv", *strangers(40, "Chuyển đi"))
    cut_short(office, monkeypatch, 1, lambda: office.run(file))
    ((last,),) = office.ask("select max(batch_id) from batch_row")
    assert decide_new(office.home, last, office.viewer) is not None
    assert office.run(file).outcomes == {"held": 40}
    assert office.broken() == {}
    (held,) = listing(office.home, office.viewer)
    assert release(office.home, held.delivery_id, "đã hỏi xã", office.viewer).outcomes == {"review": 40}
    assert office.broken() == {}


def test_no_file_is_cut_that_fits_into_one_batch(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "MOST_ROWS", 30)
    days = ("01/09/2025", "02/09/2025", "03/09/2025")
    people = strangers(60)
    files = [
        office.file(f"{at}.csv", *(people[20 * at + row].replace("01/10/2025", days[row % 3]) for row in range(20)))
        for at in range(3)
    ]
    office.run(*files)
    of_file = office.ask(
        "select r.delivery_id, count(distinct b.batch_id) from delivery_row as r "
        "join batch_row as b on b.row_id = r.row_id group by r.delivery_id"
    )
    assert [batches for _, batches in of_file] == [1, 1, 1]
    assert outcomes(office) == {"issued": 60}


def test_what_of_a_larger_file_was_decided_before_it_was_held_stands(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MOST_ROWS", 30)
    lines = strangers(30, "Bổ sung", "01/09/2025") + strangers(60, "Chuyển đi", "02/09/2025")[30:]
    office.run(office.file("bad.csv", *lines))
    assert outcomes(office) == {"issued": 30, None: 30}
    assert office.broken() == {}
    (held,) = listing(office.home, office.viewer)
    assert give_back_file(office.home, held.delivery_id, "nửa sau là tệp khác", office.viewer) == 30
    assert outcomes(office) == {"issued": 30, "returned": 30}
    assert office.broken() == {}


def test_a_release_that_was_cut_short_is_taken_up_by_the_next_run(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.run(office.file("bad.csv", *strangers(30, "Chuyển đi")))
    (held,) = listing(office.home, office.viewer)
    with monkeypatch.context() as patched:
        patched.setattr("casework.held.decide_deliveries", Mock(side_effect=InterruptedError))
        with pytest.raises(InterruptedError):
            release(office.home, held.delivery_id, "đã hỏi xã", office.viewer)
    assert office.run(office.file("other.csv", *strangers(33)[30:])).outcomes == {"issued": 3}
    assert outcomes(office) == {"review": 30, "issued": 3}
    assert office.broken() == {}


def test_what_is_released_is_decided_whatever_batch_it_had(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    held_half(office, monkeypatch, 2)
    for file in listing(office.home, office.viewer):
        release(office.home, file.delivery_id, "đã hỏi xã", office.viewer)
    assert outcomes(office) == {"review": 50}
    assert office.broken() == {}
