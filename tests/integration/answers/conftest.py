"""Desks at which files of senders are run, and answers sent back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from casework.home import open_home
from pipelines.cli import main

SAMPLES = Path(__file__).parents[3] / "data_samples"


@pytest.fixture(scope="session")
def model_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a home whose register is loaded and published, to be copied."""
    home = tmp_path_factory.mktemp("answers") / "home"
    environ = {"MOTMA_HOME": str(home)}
    assert main(["init"], environ) == 0
    assert main(["register", "load", str(SAMPLES / "register.csv")], environ) == 0
    assert main(["register", "publish"], environ) == 0
    open_home(home).ledger.close()
    return home


class Desk:
    """A reviewer's desk with a home of its own, and a folder for what senders send."""

    def __init__(self, home: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.folder, self.capsys = home, folder, capsys

    def json(self, *args: str, code: int = 0, may_be: int = 0) -> Any:
        """What a command says as JSON."""
        self.capsys.readouterr()
        ended = main([*args, "--json"], {"MOTMA_HOME": str(self.home)})
        said = self.capsys.readouterr()
        assert ended in (code, may_be or code), f"{args}: {ended}\n{said.err}"
        return json.loads(said.out) if said.out else said.err

    def send(self, name: str, content: bytes) -> Any:
        """The report of a run of a file of these bytes."""
        path = self.folder / name
        path.write_bytes(content)
        return self.json("run", str(path), "--source", "xa-01")

    def is_whole(self) -> bool:
        """Whether every promise holds."""
        return not any(check["rows"] for check in self.json("check"))


@pytest.fixture
def desk(model_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A desk with the sample register."""
    shutil.copytree(model_home, tmp_path / "home")
    (tmp_path / "sent").mkdir()
    return Desk(tmp_path / "home", tmp_path / "sent", capsys)
