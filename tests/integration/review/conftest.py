"""The pages over a home whose queue holds one item of several kinds; no browser, no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from casework.home import create_home
from casework.office import queue
from casework.office.accounts import Account, add_account
from casework.register.load import load_extract
from casework.register.publish import publish
from casework.run import run
from casework.types import Home, Scope, Viewer
from pipelines.extract_files import read_extract
from pipelines.inbox import read_inbox
from review.app import create_app
from tests.engines import Folders, Model
from tests.story import ask

SAMPLES = Path(__file__).parents[3] / "data_samples"
#: the password of the accounts
PHRASE = "ba con mèo vàng"
CHIEF = Viewer("chief", "test")
SITE = "http://testserver"
#: login, area, whether an approver
PEOPLE = (
    ("lan", Scope("01"), False),
    ("binh", Scope("66"), False),
    ("minh", Scope("01", "xa-08995"), False),
    ("chief", Scope(), True),
)

SignIn = Callable[[str], TestClient]


@pytest.fixture(scope="session")
def desk_model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A home with the sample register, the doubtful rows of desk/, and accounts."""
    model = Model(tmp_path_factory.mktemp("desk") / "home", "")
    create_home(model.folder, None, CHIEF, "")
    home = model.opened()
    for name in ("register.csv", "desk_register.csv"):
        load_extract(home, read_extract(SAMPLES / name)[0], None, CHIEF)
    publish(home, CHIEF)
    run(home, read_inbox([SAMPLES / "desk"], None).files, CHIEF)
    for login, scope, is_approver in PEOPLE:
        add_account(home, Account(0, login, login.title(), scope, is_approver, None), PHRASE, CHIEF)
    home.ledger.close()
    return model


@pytest.fixture
def home(desk_model: Model, tmp_path: Path) -> Iterator[Home]:
    """A copy of that home."""
    found = desk_model.copied(tmp_path / "home", Folders()).opened()
    yield found
    found.ledger.close()


@pytest.fixture
def sign_in(home: Home) -> Iterator[SignIn]:
    """Makes browsers without scripts, signed in as somebody, or as nobody ("")."""
    app = create_app(home, is_behind_tls=False, patience=60)
    made: list[TestClient] = []

    def make(login: str) -> TestClient:
        client = TestClient(app, base_url=SITE, headers={"origin": SITE}, follow_redirects=False)
        made.append(client)
        if login:
            answer = client.post("/sign-in", data={"login": login, "password": PHRASE})
            assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
        return client

    yield make
    for client in made:
        client.close()
    app.state.behind.close()


def item_of(home: Home, name: str, kind: str = "row") -> int:
    """The open item of the row of a person."""
    found = queue.listing(home, None, 100, CHIEF).items
    (item_id,) = (line.item_id for line in found if (line.full_name, line.kind) == (name, kind))
    return item_id


def acts(home: Home) -> list[tuple[Any, ...]]:
    """What the log holds: act, by whom, for what."""
    return ask(home, "select act, logged_by, purpose from log_entry order by entry_no")
