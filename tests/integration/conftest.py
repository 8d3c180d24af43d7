"""A home with the sample register and inbox decided, made once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.home import create_home, open_home
from casework.load import load_extract
from casework.publish import publish
from casework.queue import Verdict, decide, listing
from casework.run import run
from casework.types import Viewer
from pipelines.extract_files import read_extract
from pipelines.inbox import read_inbox
from tests.engines import Server, postgresql_server

SAMPLES = Path(__file__).parents[2] / "data_samples"
OFFICERS = (Viewer("officer.1", "test"), Viewer("officer.2", "test"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server of the tests' own."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def decided_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that home, closed; deaths are approved by two officers and one row is given back. Copy it first."""
    folder = tmp_path_factory.mktemp("decided") / "home"
    viewer = OFFICERS[0]
    create_home(folder, None, viewer)
    home = open_home(folder)
    extract, _ = read_extract(SAMPLES / "register.csv")
    load_extract(home, extract, None, viewer)
    publish(home, viewer)
    run(home, read_inbox([SAMPLES / "inbox"], None).files, viewer)
    items = listing(home, None, 1000, viewer).items
    for item in items:
        if item.kind == "death":
            for officer in OFFICERS:
                decide(home, item.item_id, Verdict("approve"), officer)
    alone = [item for item in items if item.kind == "row" and item.reason == "weak" and item.waits_for_row is None]
    decide(home, alone[0].item_id, Verdict("return", note="tên viết khác trong giấy khai sinh"), viewer)
    home.ledger.close()
    return folder
