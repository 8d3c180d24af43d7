"""Making and opening a home."""

from __future__ import annotations

import os
from pathlib import Path

from casework.errors import UsageError
from casework.types import Home, Viewer
from matching.block import key_version
from matching.places import known_province
from registry import log

DEFAULT_PROVINCE = "01"

#: the environment's word for a ledger in PostgreSQL
LEDGER_URL = "MOTMA_LEDGER_URL"


def create_home(folder: Path, province: str | None, viewer: Viewer, ledger_url: str | None = None) -> bool:
    """Whether an empty home was made; False when there was one already. UsageError for an unknown province.

    `ledger_url` counts for `MOTMA_LEDGER_URL`; "" is the SQLite file of the home.
    """
    code = province or DEFAULT_PROVINCE
    if not known_province(code):
        raise UsageError(f"province {code}: not on the list of provinces in force since 1/7/2025")
    home = _home(folder, ledger_url)
    if home.ledger.is_made():
        return False
    home.make_folders()
    act = log.Act("init", {"province": code})
    made = home.ledger.create(code, key_version(), lambda session: log.append(session, viewer, [act]))
    home.ledger.store.tidy()
    home.ledger.close()
    return made


def default_province(home: Home) -> str:
    """The province of new codes where the sender does not say."""
    with home.ledger.reading() as session:
        return str(session.value_of_state("province"))


def open_home(folder: Path, ledger_url: str | None = None) -> Home:
    """The home in a folder; UsageError when nobody has made one there. `ledger_url` as for create_home."""
    home = _home(folder, ledger_url)
    if not home.ledger.is_made():
        raise UsageError(f"{folder}: no ledger here. Run `motma init` first, or set MOTMA_HOME.")
    return home


def _home(folder: Path, ledger_url: str | None) -> Home:
    return Home(folder, os.environ.get(LEDGER_URL) if ledger_url is None else ledger_url)
