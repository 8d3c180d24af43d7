"""The command line as scripts rely on it: exit codes, streams, JSON, and no traceback for what users do wrong."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from casework.office.queue import DecideResult
from pipelines.cli import build_parser, main
from pipelines.cli_call import Commands, add_command, operating_system_user, plain
from pipelines.cli_queue import result_text
from pipelines.cli_table import shown, table, width

ROOT = Path(__file__).parents[2]


def parsers(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """The parsers of all commands below a parser."""
    below = [
        sub
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for sub in action.choices.values()
    ]
    return [found for sub in below for found in (parsers(sub) or [sub])]


COMMANDS = [parser.prog for parser in parsers(build_parser())]


def test_the_commands_are_those_of_the_design() -> None:
    assert sorted(COMMANDS) == [
        "motma account add",
        "motma account change",
        "motma account list",
        "motma account password",
        "motma check",
        *(f"motma control {word}" for word in ("answer", "close", "escalate", "ladder", "letter", "list", "open")),
        "motma control report",
        "motma control show",
        "motma decisions",
        "motma demo",
        "motma init",
        "motma log proof",
        "motma log replay",
        "motma log seal",
        "motma log show",
        "motma log verify",
        "motma log witness",
        "motma model blocks",
        "motma model show",
        "motma model thresholds",
        "motma model train",
        "motma queue answer",
        "motma queue ask",
        "motma queue decide",
        "motma queue list",
        "motma queue questions",
        "motma queue show",
        "motma queue undo",
        "motma register codes",
        "motma register load",
        "motma register publish",
        "motma run",
        "motma search",
        "motma serve",
        "motma sources answer",
        "motma sources check",
        "motma sources held",
        "motma sources release",
        "motma sources return",
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_json_and_by(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*name.split()[1:], "--help"]) == 0
    said = capsys.readouterr().out
    assert f"example: {name}" in said
    assert "--json" in said
    assert "--by" in said


def test_the_readme_names_every_command_and_no_other() -> None:
    named = re.findall(r"`(motma(?: [a-z]+)+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert set(named) == set(COMMANDS)


@pytest.mark.parametrize("parser", parsers(build_parser()), ids=lambda parser: parser.prog)
def test_every_argument_has_its_help(parser: argparse.ArgumentParser) -> None:
    assert [action.dest for action in parser._actions if not action.help] == []


def test_the_help_of_all_names_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "10 a file could not be read" in capsys.readouterr().out


def test_help_loads_no_heavy_part() -> None:
    program = (
        "import sys; from pipelines.cli import main; main(['--help']); "
        "heavy = {'polars', 'rich', 'duckdb', 'prefect', 'numpy', 'argon2', 'fastapi'}; "
        "print(*sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stderr.strip() == ""


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["nonsense"],
        ["run"],
        ["register"],
        ["register", "load", "a.csv", "--as-of", "1/2/2026"],
        ["decisions"],
        ["queue", "show", "1"],
        ["queue", "show", "0", "--purpose", "x"],
        ["queue", "decide", "1"],
        ["queue", "decide", "1", "--new", "--approve"],
        ["queue", "list", "--reason", "nonsense"],
        ["search", "--name", "An"],
        ["search", "--name", "An", "--purpose", " "],
        ["log", "show", "--limit", "-1"],
        ["check", "--by", ""],
        ["model", "show", "--chart", "weights.pdf"],
        ["model", "show", "--model", "1999-01-01"],
        ["model", "train", "register.csv", "--out", "model.toml"],
        ["model", "blocks", "--sample", "0"],
    ],
)
def test_wrong_usage_is_2(args: list[str], tmp_path: Path) -> None:
    assert main(args, {"MOTMA_HOME": str(tmp_path)}) == 2


@pytest.mark.parametrize(
    "args",
    [
        ["register", "load", "a.csv"],
        ["register", "publish"],
        ["run", "."],
        ["decisions", "--out", "a.csv"],
        ["queue", "list"],
        ["queue", "show", "1", "--purpose", "x"],
        ["queue", "decide", "1", "--new"],
        ["search", "--name", "An", "--birth", "1987", "--purpose", "x"],
        ["check"],
        ["log", "show"],
    ],
)
def test_without_a_home_every_command_says_what_to_do(
    args: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(args, {"MOTMA_HOME": str(tmp_path / "none")}) == 2
    said = capsys.readouterr()
    assert "motma init" in said.err
    assert said.out == ""
    assert not (tmp_path / "none").exists()


def test_init_makes_a_home_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environ = {"MOTMA_HOME": str(tmp_path / "home")}
    assert main(["init", "--province", "24", "--json"], environ) == 0
    assert json.loads(capsys.readouterr().out) == {"home": str(tmp_path / "home"), "created": True}
    assert main(["init", "--json"], environ) == 0
    assert json.loads(capsys.readouterr().out)["created"] is False
    assert main(["init", "--province", "99"], {"MOTMA_HOME": str(tmp_path / "other")}) == 2


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of an empty home."""
    environ = {"MOTMA_HOME": str(tmp_path / "home")}
    assert main(["init"], environ) == 0
    return environ


def test_extracts_that_cannot_be_read_are_10_and_named_after_the_others_are_done(
    home: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad, ragged = tmp_path / "good.csv", tmp_path / "bad.parquet", tmp_path / "ragged.csv"
    good.write_text("bhxh_code,full_name,birth_date,sex,job\n0100000001,Lê An,1987,M,x\n", encoding="utf-8")
    bad.write_bytes(b"no parquet")
    ragged.write_text("bhxh_code,full_name,birth_date,sex\n1,Lê An\n", encoding="utf-8")
    poor = tmp_path / "poor.csv"
    poor.write_text("bhxh_code,full_name\n1,Lê An\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["register", "load", "--json", *map(str, (bad, ragged, poor, good, tmp_path / "gone.csv"))], home) == 10
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert [(load["file_name"], load["persons"]) for load in report["loads"]] == [("good.csv", 1)]
    assert [Path(remark["file"]).name for remark in report["unreadable"]] == [
        "bad.parquet",
        "ragged.csv",
        "poor.csv",
        "gone.csv",
    ]
    assert "birth_date, sex" in said.err
    assert "dòng 2 có 2 ô" in said.err
    assert "job" in said.err


def test_run_without_a_register_is_refused(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    assert main(["run", str(tmp_path / "inbox")], home) == 12


@pytest.mark.parametrize("out", ["decisions.docx", "no-folder/decisions.csv"])
def test_decisions_go_where_they_can(
    out: str, home: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["decisions", "--out", str(tmp_path / out)], home) == 2
    assert out.rsplit("/", maxsplit=1)[-1] in capsys.readouterr().err


def test_who_acts_is_the_user_of_the_operating_system_unless_said(
    home: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--json"], {**home, "USER": "somebody-else", "LOGNAME": "somebody-else"}) == 0
    capsys.readouterr()
    assert main(["log", "show", "--json"], home) == 0
    entries = json.loads(capsys.readouterr().out)
    assert {entry["by"] for entry in entries if entry["act"] == "init"} == {operating_system_user()}


def test_demo_does_not_take_a_folder_that_it_did_not_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var-demo").mkdir()
    (tmp_path / "var-demo" / "mine.txt").touch()
    assert main(["demo"], {}) == 2
    assert "did not make this folder" in capsys.readouterr().err
    assert (tmp_path / "var-demo" / "mine.txt").exists()


def test_a_table_is_aligned_whatever_the_letters() -> None:
    text = table(["Tên", "Dòng"], [("Nguyễn", 7), ("Lê\nAn", 12), (None, -3)])
    assert text.splitlines() == ["Tên     Dòng", "──────  ────", "Nguyễn     7", "Lê An     12", "·         -3"]
    assert {width(line) for line in text.splitlines()} == {12}


def test_a_cell_cannot_speak_to_the_terminal() -> None:
    assert shown("Lê\x1b[31m An\u202e") == "Lê[31m An"


@pytest.mark.parametrize(
    ("verdict", "outcome", "waits", "agreed", "said"),
    [
        ("link", "linked", False, [], "liên kết (linked)"),
        ("link", "linked", True, ["an"], "liên kết (linked)"),
        ("approve", "linked", True, ["an"], "cần thêm một người khác đồng ý"),
        ("approve", "linked", False, ["an", "binh"], "đã ghi nhận người này đã chết"),
        ("approve", "linked", False, ["an"], "đã ghi biến động hộ"),
        ("return", "linked", False, ["an"], "không đồng ý, biến động không được ghi; dòng vẫn liên kết"),
        ("return", "returned", False, [], "trả lại (returned)"),
    ],
)
def test_a_decision_says_what_was_written(
    verdict: str, outcome: str, waits: bool, agreed: list[str], said: str
) -> None:
    result = DecideResult(7, outcome, None, "0110301408", waits, agreed, 0, ())
    assert result_text(verdict, result).splitlines()[0] == f"Mục 7: {said}, mã số 0110301408."


def test_json_knows_paths_and_sets() -> None:
    assert plain({"a": Path("x"), 1: {"b"}, "c": (1.5, None, True)}) == {"a": "x", "1": ["b"], "c": [1.5, None, True]}


def test_a_command_shares_the_common_arguments() -> None:
    commands: Commands = argparse.ArgumentParser().add_subparsers()
    parser = add_command(commands, "do", lambda _call: 0, "does", "motma do")
    assert parser.parse_args(["--by", " Lê  An "]).by == "Lê An"


def test_a_full_disk_under_the_output_is_told() -> None:
    command = [sys.executable, "-m", "pipelines.cli", "sources", "check", str(ROOT / "data_samples" / "inbox")]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 12
    assert "no space left to write" in ended.stderr
    assert "Traceback" not in ended.stderr
