"""A home with the sample register and inbox decided, made once on each engine for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.home import LEDGER_URL, create_home
from casework.office.queue import decide, listing
from casework.office.verdicts import Verdict
from casework.register.load import load_extract
from casework.register.publish import publish
from casework.run import run
from casework.types import Home, Viewer
from pipelines.extract_files import read_extract
from pipelines.inbox import read_inbox
from tests.engines import ENGINES, Folders, Model, Places, Server, postgresql_server

SAMPLES = Path(__file__).parents[2] / "data_samples"
OFFICERS = (Viewer("officer.1", "test"), Viewer("officer.2", "test"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server of the tests' own."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of the ledger."""
    return str(request.param)


@pytest.fixture(scope="session")
def places(engine: str, request: pytest.FixtureRequest) -> Places:
    """Where ledgers of the engine are made."""
    if engine == "sqlite":
        return Folders()
    server: Server = request.getfixturevalue("postgresql")
    return server


@pytest.fixture(scope="session")
def decided_home(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """That home, closed; deaths are approved by two officers and one row is given back."""
    model = Model(tmp_path_factory.mktemp("decided") / "home", places.new())
    viewer = OFFICERS[0]
    create_home(model.folder, None, viewer, model.ledger_url)
    home = model.opened()
    extract, _ = read_extract(SAMPLES / "register.csv")
    load_extract(home, extract, None, viewer)
    publish(home, viewer)
    for folder in ("inbox", "desk"):
        run(home, read_inbox([SAMPLES / folder], None).files, viewer)
    items = listing(home, None, 1000, viewer).items
    for item in items:
        if item.kind == "death":
            for officer in OFFICERS:
                decide(home, item.item_id, Verdict("approve"), officer)
    alone = [item for item in items if item.kind == "row" and item.waits_for_row is None]
    decide(home, alone[0].item_id, Verdict("return", note="tên viết khác trong giấy khai sinh"), viewer)
    home.ledger.close()
    return model


@pytest.fixture
def home(decided_home: Model, places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A copy of the decided home, which the commands of the test find."""
    model = decided_home.copied(tmp_path / "home", places)
    monkeypatch.setenv(LEDGER_URL, model.ledger_url)
    home = model.opened()
    yield home
    home.ledger.close()
    places.drop(model.ledger_url)
