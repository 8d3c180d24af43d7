"""Every act has its entry, no entry tells a name or a number, and none is seen before it is logged."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from casework.audit.history import show_log
from casework.deliveries.export import export_decisions
from casework.errors import BusyError
from casework.office.queue import listing, show
from casework.office.search import search
from casework.types import Viewer
from matching.steps import search_rules
from matching.text import fold
from pipelines.inbox import read_inbox
from registry import log, postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .conftest import Office

SAMPLES = Path(__file__).parents[3] / "data_samples"
_DIGEST = re.compile(r"[0-9a-f]{64}")
#: columns of the samples that name or number a person or a household, in all layouts
_TELLING = (
    *(
        "full_name",
        "father_name",
        "mother_name",
        "Họ và tên",
        "Họ tên cha",
        "Họ tên mẹ",
        "HoTen",
        "HoTenCha",
        "HoTenMe",
    ),
    *("bhxh_code", "household_code", "personal_id", "old_id", "phone", "card_number"),
    *("Mã số BHXH", "Mã hộ gia đình", "Số ĐDCN/CCCD", "Số CMND", "Điện thoại"),
    *("MasoBHXH", "Maho_Giadinh", "SoCCCD", "CMND", "DienThoai"),
)
_EVERY = 1_000_000
NOTE = "hỏi lại ông Trứ, 0912345678"


def told_by_samples() -> set[str]:
    """Every name and number of the sample register and change files."""
    found = set[str]()
    files = (path for folder in ("inbox", "desk") for path in sorted((SAMPLES / folder).rglob("*.csv")))
    for path in (SAMPLES / "register.csv", *files):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                found.update(row[name].strip() for name in _TELLING if (row.get(name) or "").strip())
    return found


def values(body: Any) -> Iterator[str]:
    """Every value of an entry, but for digests."""
    if isinstance(body, dict):
        for value in body.values():
            yield from values(value)
    elif isinstance(body, list):
        for value in body:
            yield from values(value)
    elif not (isinstance(body, str) and _DIGEST.fullmatch(body)):
        yield str(body)


def entries(office: Office) -> list[dict[str, Any]]:
    """The log's entries, oldest first."""
    with office.home.ledger.reading() as session:
        return log.entries(session, limit=_EVERY, after=0)


@pytest.fixture(scope="module")
def busy_office(new_office: Callable[[], Office]) -> Office:
    """An office where everything has been done once that is logged."""
    office = new_office()
    office.run(*read_inbox([SAMPLES / "inbox", SAMPLES / "desk"], None).files)
    shown = listing(office.home, None, 100, office.viewer).items
    reviewed = [item for item in shown if item.kind == "row"]
    cases = [show(office.home, item.item_id, Viewer("minh", "khiếu nại")) for item in reviewed]
    case = next(case for case in cases if case.candidates and case.candidates[0].code)
    office.decide(case.item_id, "link", case.candidates[0].code, NOTE)
    office.decide(next(other.item_id for other in cases if other is not case), "return", note=NOTE)
    death = next(item for item in shown if item.kind == "death")
    for officer in ("lan", "minh"):
        office.decide(death.item_id, "approve", by=officer)
    query = {"full_name": "Lương Thị Hạnh", "birth_date": "02/08/1974", "personal_id": "001174000222"}
    assert search(office.home, query, Viewer("minh", "tra cứu tại quầy")).hits
    export_decisions(office.home, None, office.viewer)
    show_log(office.home, limit=5, after=None, row=None, act=None, viewer=office.viewer)
    return office


def test_no_entry_tells_a_name_or_a_number(busy_office: Office) -> None:
    secrets = told_by_samples() | {"Lương Thị Hạnh", "001174000222", NOTE}
    secrets |= {code for (code,) in busy_office.ask("select code from code")}
    secrets |= {name for (name,) in busy_office.ask("select full_name from person_version where full_name is not null")}
    numbers = {secret for secret in secrets if re.fullmatch(r"[A-Z]{0,2}[0-9]{8,15}", secret)}
    names = {secret for secret in secrets - numbers if " " in secret}
    assert len(numbers) > 500
    assert len(names) > 400
    said = [value for entry in entries(busy_office) for value in values(entry)]
    text = "\n".join(sorted(set(said)))
    folded = fold(text)
    assert [number for number in sorted(numbers) if number in text] == []
    assert [name for name in sorted(names) if fold(name) in folded] == []
    # what is looked for would be found
    assert "tra cuu tai quay" in folded


def test_every_act_has_its_entry(busy_office: Office) -> None:
    found = entries(busy_office)
    acts = Counter(entry["act"] for entry in found)
    assert acts.keys() >= {
        "init",
        "register_load",
        "register_publish",
        "intake",
        "search_step",
        "decision",
        "queue_list",
        "queue_show",
        "judgement",
        "give_back",
        "approval",
        "search",
        "release",
        "log_show",
    }
    assert acts["intake"] == 6
    assert acts["approval"] == 2
    assert [entry["no"] for entry in found] == list(range(1, len(found) + 1))
    for entry in found:
        assert entry["by"] in ("lan", "minh")
        assert entry["purpose"]
        assert entry["at"].endswith("Z")
    looked = {(entry["by"], entry["purpose"]) for entry in found if entry["act"] == "queue_show"}
    assert looked == {("minh", "khiếu nại")}


def test_every_step_of_every_search_has_its_entry(busy_office: Office) -> None:
    found = entries(busy_office)
    steps = search_rules().names
    by_row: dict[int | None, list[dict[str, Any]]] = {}
    for entry in found:
        if entry["act"] == "search_step":
            by_row.setdefault(entry["row"], []).append(entry)
    # the search by hand belongs to no row
    assert [entry["step"] for entry in by_row.pop(None)] == steps
    decided = Counter(entry["row"] for entry in found if entry["act"] == "decision")
    given_back = {entry["row"] for entry in found if entry["act"] == "give_back"}
    history = dict(busy_office.ask("select row_id, count(*) from decision group by row_id"))
    assert {row: number + (row in given_back) for row, number in decided.items()} == history
    faulty = {
        row for (row,) in busy_office.ask("select row_id from decision where outcome = 'returned' and decision_no = 1")
    }
    assert faulty
    for row, times in decided.items():
        named = [entry["step"] for entry in by_row.get(row, [])]
        assert named == ([] if row in faulty else steps * times), row
    for entry in (entry for found_steps in by_row.values() for entry in found_steps):
        assert entry["status"] in ("complete", "narrowed", "cut", "not_applicable")
        assert {"rules", "model", "register_seq", "tail_seq", "query", "hits", "candidates"} <= entry.keys()


def test_an_entry_stands_in_the_transaction_of_its_decision(busy_office: Office) -> None:
    seqs = set(busy_office.ask("select row_id, seq from decision where batch_id is not null"))
    logged = {(entry["row"], entry["seq"]) for entry in entries(busy_office) if entry["act"] == "decision"}
    assert logged == seqs


@pytest.mark.parametrize(
    "command",
    [
        ("search", "--name", "Lương Thị Hạnh", "--birth", "1974", "--purpose", "tra cứu"),
        ("queue", "list"),
        ("queue", "show", "1", "--purpose", "xem"),
        ("log", "show"),
        ("decisions", "--out", "decisions.csv"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_nothing_is_shown_that_could_not_be_logged(
    office: Office, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    office.run(office.file("a.csv", "Chuyển đi,Nghiêm Xuân Tường,14/03/1951,Nam,,,,,09676,09676,,,06/09/2025"))
    monkeypatch.chdir(office.inbox)
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.1)
    monkeypatch.setattr(postgresql, "_WAIT", "100ms")
    capsys.readouterr()
    with office.home.ledger.writing():
        assert office.main(*command) == BusyError.exit_code
        said = capsys.readouterr()
        assert said.out == ""
        assert "Try again" in said.err
        assert not Path("decisions.csv").exists()
    assert office.main(*command) == 0
    shown = capsys.readouterr().out
    assert re.search("Lương Thị Hạnh|Nghiêm Xuân Tường|queue_list|decisions.csv|decision", shown)
