"""Whatever is in a file, its reading ends in rows or in a refusal, within time, and never in a traceback.

The long run of the same files is `make torture`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.intake_files import MadeFile, made_files
from casework.deliveries.preview import preview
from pipelines.change_files import ReadFile, read_path
from pipelines.profile import known_profiles
from pipelines.sender import Sender
from pipelines.unreadable import UnreadableError
from registry import deliveries
from tests.torture import fuzzed

SEED = 20261122


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fuzzed.make_home(tmp_path_factory.mktemp("fuzz") / "home")


@pytest.mark.slow
def test_every_row_of_fuzzed_files_is_accounted_for(template: Path, tmp_path: Path) -> None:
    turn = fuzzed.fuzz(template, tmp_path, SEED, batches=1, size=120)
    assert [fault.message for fault in turn.faults] == []
    assert turn.counts["inputs"] == turn.counts["read"] + turn.counts["refused"] == 121
    assert min(turn.counts.values()) > 0
    assert turn.counts["rows"] == sum(turn.counts[outcome] for outcome in ("linked", "issued", "review", "returned"))


def test_a_lost_row_is_found(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_delivery = deliveries.add_delivery

    def forgetful(session: Any, delivery: deliveries.Delivery, rows: list[Any], viewer: Any) -> object:
        return add_delivery(session, delivery, rows[1:] if is_good(delivery) else rows, viewer)

    monkeypatch.setattr(deliveries, "add_delivery", forgetful)
    turn = fuzzed.fuzz(template, tmp_path, SEED, batches=1, size=3)
    lost, reported, check = turn.faults
    assert lost.message.endswith("good.csv: read 3 rows; told, held and decided: (3, 2, 2)")
    assert "read 3 rows; reported: {" in reported.message
    assert list(lost.inputs) == list(reported.inputs)
    assert [name.endswith("_good.csv") for name in lost.inputs] == [True]
    assert "delivery_is_whole" in check.message


def test_the_file_that_ends_a_run_is_found(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_delivery = deliveries.add_delivery

    def broken(session: Any, delivery: deliveries.Delivery, rows: list[Any], viewer: Any) -> object:
        return add_delivery(session, delivery, rows + [{}] * is_good(delivery), viewer)

    monkeypatch.setattr(deliveries, "add_delivery", broken)
    whole, alone = fuzzed.fuzz(template, tmp_path, SEED, batches=1, size=3).faults
    assert "KeyError" in whole.message
    assert len(whole.inputs) == 4
    assert [name.endswith("_good.csv") for name in alone.inputs] == [True]


def is_good(delivery: deliveries.Delivery) -> bool:
    return delivery.file_name.endswith("_good.csv")


def check(folder: Path, name: str, content: bytes) -> None:
    """The file is read or refused, and every row that was read is understood."""
    (folder / name).write_bytes(content)
    for _, found in read_path(folder / name, Sender(), known_profiles()):
        if isinstance(found, ReadFile):
            for sheet, seen in zip(found.received.sheets, preview(found.received), strict=True):
                assert seen.rows == len(sheet.rows)
        else:
            assert isinstance(found, UnreadableError)
            assert str(found)


def texts(made: MadeFile) -> Callable[[str], bytes]:
    """What puts a text into the name of the file's first person."""
    name = made.sheets[0].people[0]["full_name"].split("\n")[0].encode()
    return lambda text: made.content.replace(name, text.replace('"', '""').encode("utf-8", "replace"), 1)


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_any_text_in_a_cell_is_a_row_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    made = next(file for file in made_files() if file.name == "commune_utf-8.csv")
    check(tmp_path_factory.mktemp("fuzz"), made.name, texts(made)(text))


@settings(max_examples=100)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    check(tmp_path_factory.mktemp("fuzz"), "a.csv", content)
