"""A file that no honest office sends is stopped before anything of it is applied, and an officer has the last word."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from casework.control.compliance import Period, cases_of
from casework.deciding import batch
from casework.deliveries.answers import answers
from casework.deliveries.intake import take_in
from casework.errors import OnlyLooksError, UsageError
from casework.held import give_back_file, listing, release
from casework.office.accounts import Account, add_account
from casework.run import work_through
from casework.types import Scope, Viewer
from casework.vietnam_time import today
from pipelines.answer_texts import outcome_word, what_to_do
from registry import plans
from tests.policies import LIMITS, with_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from casework.types import Home

    from .conftest import Office, Row

SAMPLES = Path(__file__).parents[3] / "data_samples"

_MIDDLE = ("Gia", "Bảo", "Khánh", "Thu", "Ngọc", "Hải", "Đức")
_GIVEN = ("An", "Bình", "Chi", "Dũng", "Giang", "Hoa", "Khôi", "Lan", "Mai", "Nam", "Oanh")
_SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ")


def strangers(count: int, event: str = "Bổ sung", day: str = "01/10/2025") -> list[str]:
    """Rows of as many different people, whom nobody knows."""
    lines = []
    for at in range(count):
        name = f"{_SURNAMES[at % 9]} {_MIDDLE[at % 7]} {_GIVEN[at % 11]}"
        born = f"{at % 28 + 1:02d}/{at % 12 + 1:02d}/{1950 + at % 50}"
        household = f"019{5_000_000 + at:07d}"
        lines.append(f"{event},{name},{born},{'Nữ' if at % 2 else 'Nam'},,,{household},Chủ hộ,09676,09676,,,{day}")
    return lines


def of_the_register() -> list[list[str]]:
    """Full name, birth date as dd/mm/yyyy, sex and personal number of people of the sample register."""
    with (SAMPLES / "register.csv").open(encoding="utf-8") as file:
        people = [row for row in csv.DictReader(file) if row["personal_id"] and len(row["birth_date"]) == 10]
    return [
        [
            row["full_name"],
            date.fromisoformat(row["birth_date"]).strftime("%d/%m/%Y"),
            "Nam" if row["sex"] == "M" else "Nữ",
            row["personal_id"],
        ]
        for row in people[:40]
    ]


def slipped(column: int) -> list[str]:
    """Moves out of people of the register, with one column slipped by one row."""
    people = of_the_register()
    values = [person[column] for person in people]
    for person, value in zip(people, [*values[1:], values[0]], strict=True):
        person[column] = value
    return [f"Chuyển đi,{','.join(person)},,,,09676,09676,,,01/10/2025" for person in people]


def held_rows(office: Office, name: str) -> list[Row]:
    """The rows of a file that nobody has decided."""
    return [row for row in office.rows() if row.file == name and row.outcome is None]


#: files that nobody honest sends, with a sign that stops them
BAD = {
    "faulty": [f"Bổ sung,Nam,{line}" for line in strangers(30)],
    "unknown": strangers(30, "Chuyển đi"),
    "alike": [f"{line},{copy}" for line in strangers(15) for copy in ("", "lần hai")],
    "one_name": [line.replace(line.split(",")[1], "Nguyễn Văn A") for line in strangers(30)],
    "one_birth_date": [line.replace(line.split(",")[2], "01/01/1990") for line in strangers(30)],
    "contradicted": slipped(3),
    "number_misfits": slipped(1),
    "one_number": [line.replace(",,,019", ",001188000777,,019", 1) for line in strangers(30)],
    "sex_misfits": [
        line.replace(f" {_MIDDLE[at % 7]} ", " Thị ").replace(",Nữ,", ",Nam,") for at, line in enumerate(strangers(30))
    ],
}


@pytest.mark.parametrize("sign", BAD)
def test_a_file_that_nobody_honest_sends_is_held(office: Office, sign: str) -> None:
    before = office.counts()
    result = office.run(office.file("bad.csv", *BAD[sign]), office.file("good.csv", *strangers(63)[60:]))
    (file,) = result.held
    assert (file.file_name, file.rows_held) == ("bad.csv", len(BAD[sign]))
    assert sign in {entry["sign"] for entry in file.signs}
    assert result.outcomes == {"held": len(BAD[sign]), "issued": 3}
    assert [row.outcome for row in office.rows() if row.file == "good.csv"] == ["issued"] * 3
    after = office.counts()
    assert after["decision"] - before["decision"] == after["code_draw"] - before["code_draw"] == 3
    assert office.broken() == {}


def test_people_of_the_register_with_their_own_numbers_are_no_reason(office: Office) -> None:
    lines = [f"Chuyển đi,{','.join(person)},,,,09676,09676,,,01/10/2025" for person in of_the_register()]
    assert office.run(office.file("right.csv", *lines)).held == []


def test_strangers_alone_are_no_reason(office: Office) -> None:
    """The first enrolment of an area is a file of people whom nobody knows."""
    result = office.run(office.file("first.csv", *strangers(60)), office.file("births.csv", *strangers(0)))
    assert result.held == []
    assert result.outcomes == {"issued": 60}


def test_a_small_file_is_not_looked_at(office: Office) -> None:
    result = office.run(office.file("small.csv", *strangers(19, "Chuyển đi")))
    assert (result.held, result.outcomes) == ([], {"review": 19})


def test_last_months_list_in_another_form_is_held_and_that_of_another_source_is_not(office: Office) -> None:
    office.run_lines("september.csv", *strangers(25))
    assert office.run(office.file("post.csv", *strangers(25), source="buu-dien-01")).held == []
    result = office.run(office.file("october.csv", *(f"{line},gửi lại" for line in strangers(25))))
    (file,) = result.held
    assert [entry["sign"] for entry in file.signs] == ["repeated"]
    assert office.broken() == {}


def test_a_held_file_waits_whatever_runs(office: Office) -> None:
    file = office.file("bad.csv", *BAD["unknown"])
    office.run(file)
    before = office.counts()
    assert office.run(file).outcomes == {"held": 30}
    assert office.main("run", str(office.write("other.csv", *strangers(1)))) == 0
    with office.home.ledger.writing() as session:
        assert plans.open_batches(session, None, office.viewer) == []
    assert office.counts()["decision"] == before["decision"] + 1
    assert len(listing(office.home, office.viewer)) == 1


def test_an_officer_releases_with_a_reason_that_is_kept(office: Office) -> None:
    file = office.file("bad.csv", *BAD["unknown"])
    (held,) = office.run(file).held
    result = release(office.home, held.delivery_id, "đã gọi cho xã", office.viewer)
    assert result.outcomes == {"review": 30}
    assert result.held == listing(office.home, office.viewer) == []
    assert office.ask("select state, reason, settled_by from delivery_hold") == [
        ("released", "đã gọi cho xã", office.viewer.by)
    ]
    acts = [
        act for (act,) in office.ask("select act from log_entry where act in ('hold', 'release') order by entry_no")
    ]
    assert acts == ["hold", "release"]
    assert "đã gọi" not in str(office.ask("select purpose, content from log_entry where act = 'release'"))
    assert release(office.home, held.delivery_id, "lần nữa", office.viewer).decided == 0
    with pytest.raises(UsageError, match="released by"):
        give_back_file(office.home, held.delivery_id, "trả", office.viewer)
    assert office.broken() == {}


@pytest.mark.parametrize(("settle", "told"), [(release, "release"), (give_back_file, "return_file")])
def test_what_was_said_of_a_held_file_is_among_the_words_by_hand(
    office: Office, settle: Callable[[Home, int, str, Viewer], object], told: str
) -> None:
    account = Account(0, "kiem", "Kiểm", Scope(), False, None, is_control=True)
    add_account(office.home, account, "ba con mèo vàng", office.viewer)
    (held,) = office.run(office.file("bad.csv", *BAD["unknown"])).held
    settle(office.home, held.delivery_id, "đã gọi cho xã", Viewer("hoa", "held"))
    _, found = cases_of(office.home, "by_hand", Period(today(), today()), Scope(), Viewer("kiem", "x"))
    first = min(row.row_id for row in office.rows())
    assert [(case.officer, case.unit, case.row_id, case.told) for case in found] == [("hoa", "xa-01", first, told)]


def test_what_a_released_file_brings_again_is_not_held_again(office: Office) -> None:
    (held,) = office.run(office.file("bad.csv", *BAD["unknown"])).held
    release(office.home, held.delivery_id, "đúng", office.viewer)
    assert office.run(office.file("again.csv", *BAD["unknown"])).held == []


def test_a_file_given_back_returns_every_row_with_the_note(office: Office) -> None:
    (held,) = office.run(office.file("bad.csv", *BAD["faulty"])).held
    assert give_back_file(office.home, held.delivery_id, "các cột bị lệch", office.viewer) == 30
    assert {row.outcome for row in office.rows()} == {"returned"}
    notes = office.ask("select distinct note from decision_evidence")
    assert notes == [("các cột bị lệch",)]
    assert office.run(office.file("bad.csv", *BAD["faulty"])).outcomes == {"returned": 30}
    with pytest.raises(UsageError, match="returned by"):
        release(office.home, held.delivery_id, "đúng", office.viewer)
    assert office.broken() == {}


def test_a_corrected_file_frees_the_rows_that_it_repeats(office: Office) -> None:
    """The wrong rows stay with the held file; those that the corrected one brings again are decided with it."""
    wrong = strangers(30, "Chuyển đi")
    right = [line.replace("Chuyển đi", "Bổ sung") if at % 2 else line for at, line in enumerate(wrong)]
    (held,) = office.run(office.file("bad.csv", *wrong)).held
    result = office.run(office.file("right.csv", *right))
    assert result.outcomes == {"issued": 15, "review": 15}
    assert len(held_rows(office, "bad.csv")) == 15
    assert office.broken() == {}
    assert [file.rows_held for file in listing(office.home, office.viewer)] == [15]
    assert give_back_file(office.home, held.delivery_id, "đã có tệp sửa", office.viewer) == 15
    assert office.broken() == {}


def test_the_same_file_under_a_new_name_is_held_too_and_goes_back_with_the_last_of_them(office: Office) -> None:
    (first,) = office.run(office.file("bad.csv", *BAD["unknown"])).held
    (second,) = office.run(office.file("new name.csv", *BAD["unknown"])).held
    assert give_back_file(office.home, first.delivery_id, "sai", office.viewer) == 0
    assert len(held_rows(office, "bad.csv")) == 30
    assert office.broken() == {}
    assert give_back_file(office.home, second.delivery_id, "sai", office.viewer) == 30
    assert office.broken() == {}


def test_a_home_sets_its_own_limits(office: Office) -> None:
    with_policy(office.home, "brake", LIMITS.replace("one_name", "unknown"))
    (held,) = office.run(office.file("two.csv", *strangers(2, "Chuyển đi"))).held
    assert held.rules_version == "test"


def test_the_commands_say_what_was_seen_and_what_to_do(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(office.write("bad.csv", *BAD["unknown"]))
    assert office.main("run", path) == 0
    told = capsys.readouterr().out
    assert "GIỮ LẠI, chưa áp dụng dòng nào: bad.csv (số 1, " in told
    assert "30/30" in told
    assert "2, 3, 4, 5, 6" in told
    assert "motma sources release 1 --reason" in told
    (answer,) = answers(office.home, [1], office.viewer)
    assert answer.outcomes == {"held": 30}
    assert {outcome_word(row.outcome) for row in answer.rows} == {"tệp đang bị giữ lại (held)"}
    assert "đang giữ lại cả tệp" in " ".join(what_to_do(answer, "a.csv"))
    assert office.main("sources", "held", "--json") == 0
    ((file,), names) = (json.loads(capsys.readouterr().out), BAD["unknown"][0].split(",")[1])
    assert (file["delivery_id"], file["rows_held"]) == (1, 30)
    assert names not in json.dumps(file, ensure_ascii=False)
    assert office.main("sources", "release", "7", "--reason", "x") == 2
    assert office.main("sources", "return", "1", "--note", "thử") == 0
    assert "Đã trả lại 30 dòng." in capsys.readouterr().out
    (answer,) = answers(office.home, [1], office.viewer)
    assert answer.outcomes == {"returned": 30}
    assert office.main("run", path) == 0
    assert re.search("bad.csv +2  Cán bộ BHXH ghi +·  thử", capsys.readouterr().out)
    assert office.main("sources", "held") == 0
    assert "Không có tệp nào đang bị giữ." in capsys.readouterr().out
    assert office.main("check") == 0


def test_a_second_process_at_the_same_batch_finds_what_the_first_has_held(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have ruled on all rows; the first holds one file and plans the other before the second comes to write."""
    files = [office.file("bad.csv", *BAD["unknown"]), office.file("a.csv", *strangers(63)[60:])]
    ids = take_in(office.home, files, office.viewer)
    with office.home.ledger.writing() as session:
        (batch_id,) = plans.open_batches(session, ids, office.viewer)
    first = iter([True])

    def tripped(home: Home, ruled: batch._Ruled) -> list[batch._Tripped]:
        if next(first, False):
            work_through(home, batch_id, office.viewer)
        return real(home, ruled)

    real = batch._tripped
    monkeypatch.setattr(batch, "_tripped", tripped)
    work_through(office.home, batch_id, office.viewer)
    assert [row.outcome for row in office.rows()] == [None] * 30 + ["issued"] * 3
    assert office.ask("select count(*) from delivery_hold") == office.ask("select count(*) from plan") == [(1,)]
    assert office.broken() == {}


def test_a_run_cut_short_behind_the_hold_goes_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    files = office.file("bad.csv", *BAD["unknown"]), office.file("a.csv", *strangers(63)[60:])
    with monkeypatch.context() as patched:
        patched.setattr(batch, "_stored", Mock(side_effect=InterruptedError))
        with pytest.raises(InterruptedError):
            office.run(*files)
    assert [file.rows_held for file in listing(office.home, office.viewer)] == [30]
    assert office.broken() == {}
    assert office.run(*files).outcomes == {"held": 30, "issued": 3}
    assert office.broken() == {}


def test_giving_back_that_was_cut_short_goes_on_with_the_next_run(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    (held,) = office.run(office.file("bad.csv", *BAD["unknown"])).held
    with monkeypatch.context() as patched:
        patched.setattr("casework.held.give_back_rows", Mock(side_effect=InterruptedError))
        with pytest.raises(InterruptedError):
            give_back_file(office.home, held.delivery_id, "sai", office.viewer)
    assert len(held_rows(office, "bad.csv")) == 30
    office.run(office.file("a.csv", *strangers(1)))
    assert held_rows(office, "bad.csv") == []
    assert office.broken() == {}


def test_the_control_team_looks_at_a_held_file_and_settles_none(office: Office) -> None:
    (held,) = office.run(office.file("bad.csv", *BAD["unknown"])).held
    account = Account(0, "kiem", "Kiểm", Scope(), is_approver=False, expires_on=None, is_control=True)
    add_account(office.home, account, "ba con mèo vàng", office.viewer)
    for act in (release, give_back_file):
        with pytest.raises(OnlyLooksError):
            act(office.home, held.delivery_id, "đã xem", Viewer("kiem", "test"))
    assert [file.rows_held for file in listing(office.home, office.viewer)] == [30]
    assert office.broken() == {}
