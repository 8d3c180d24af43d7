"""The yardstick itself: small tables in which each harm occurs once, and none that is not there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from benchmarks.quality import WorldError, decide, main, register_codes, register_of, report
from benchmarks.verdicts import HARMS, YardstickError, count, harmful, judge, reasons, table_by, unexpected
from tests.truths import truth

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
REGISTER = ["0100000001", "0100000002", "0100000003"]
ANNA, BOTH, OTHER = "0100000001", "0100000001;0100000002", "0100000003"
NEW_A, NEW_B = "0199999991", "0199999992"


def decisions(*rows: tuple[str, str | None]) -> pl.DataFrame:
    """Decisions from (outcome, code) on rows 1, 2, … of one file, made in that order."""
    return pl.DataFrame(
        [
            {"file": "commune_01.csv", "row": number, "outcome": outcome,
             "reason": "weak" if outcome == "review" else None, "bhxh_code": code,
             "decided_at": f"2026-10-30T08:00:{number:02d}Z"}
            for number, (outcome, code) in enumerate(rows, start=1)
        ],
        schema_overrides={"bhxh_code": pl.String, "reason": pl.String},
    )  # fmt: skip


def verdicts(known: pl.DataFrame, decided: pl.DataFrame) -> list[str]:
    return judge(known, decided, REGISTER)["verdict"].to_list()


ONE_ROW = [
    ("existing", BOTH, "linked", "0100000001", "right_link"),
    ("existing", BOTH, "linked", "0100000002", "right_link"),
    ("existing", ANNA, "linked", OTHER, "false_link"),
    ("existing", ANNA, "linked", None, "false_link"),
    ("existing", ANNA, "linked", NEW_A, "false_link"),
    ("existing", ANNA, "issued", NEW_A, "duplicate_issue"),
    ("existing", ANNA, "review", None, "review"),
    ("existing", ANNA, "returned", None, "valid_returned"),
    ("existing", ANNA, "lost", None, "unknown_outcome"),
    ("new", "", "issued", NEW_A, "right_issue"),
    ("new", "", "issued", OTHER, "false_link"),
    ("new", "", "issued", None, "false_link"),
    ("new", "", "linked", OTHER, "false_link"),
    ("new", "", "linked", NEW_A, "false_link"),
    ("new", "", "review", None, "review"),
    ("new", "", "returned", None, "valid_returned"),
    ("invalid", "", "linked", ANNA, "invalid_accepted"),
    ("invalid", "", "issued", NEW_A, "invalid_accepted"),
    ("invalid", "", "review", None, "invalid_accepted"),
    ("invalid", "", "returned", None, "invalid_returned"),
]


@pytest.mark.parametrize(("kind", "codes", "outcome", "code", "verdict"), ONE_ROW)
def test_the_verdict_on_a_row_alone(kind: str, codes: str, outcome: str, code: str | None, verdict: str) -> None:
    person = "-1" if kind == "invalid" else "7"
    assert verdicts(truth((kind, person, codes)), decisions((outcome, code))) == [verdict]


TWO_ROWS: list[tuple[str, Sequence[tuple[str, str, str]], Sequence[tuple[str, str | None]], list[str]]] = [
    (
        "a second row of a new person linked to the code of the first",
        [("new", "7", ""), ("new", "7", "")],
        [("issued", NEW_A), ("linked", NEW_A)],
        ["right_issue", "right_link"],
    ),
    (
        "the row that was linked may stand before the row that was issued",
        [("new", "7", ""), ("new", "7", "")],
        [("linked", NEW_A), ("issued", NEW_A)],
        ["right_link", "right_issue"],
    ),
    (
        "two codes for one new person: the first is right, the second one code too many",
        [("new", "7", ""), ("new", "7", "")],
        [("issued", NEW_A), ("issued", NEW_B)],
        ["right_issue", "double_issue"],
    ),
    (
        "three rows and two codes are one code too many",
        [("new", "7", ""), ("new", "7", ""), ("new", "7", "")],
        [("issued", NEW_A), ("issued", NEW_B), ("linked", NEW_B)],
        ["right_issue", "double_issue", "right_link"],
    ),
    (
        "a new person linked to the code issued to another",
        [("new", "7", ""), ("new", "8", "")],
        [("issued", NEW_A), ("linked", NEW_A)],
        ["right_issue", "false_link"],
    ),
    (
        "one code issued to two new persons",
        [("new", "7", ""), ("new", "8", "")],
        [("issued", NEW_A), ("issued", NEW_A)],
        ["right_issue", "false_link"],
    ),
    (
        "one code issued for two rows of one new person",
        [("new", "7", ""), ("new", "7", "")],
        [("issued", NEW_A), ("issued", NEW_A)],
        ["right_issue", "right_issue"],
    ),
    (
        "a new person linked to a code issued in vain to an existing one",
        [("existing", "7", ANNA), ("new", "8", "")],
        [("issued", NEW_A), ("linked", NEW_A)],
        ["duplicate_issue", "false_link"],
    ),
    (
        "a new person linked to a code issued for an invalid row",
        [("invalid", "-1", ""), ("new", "8", "")],
        [("issued", NEW_A), ("linked", NEW_A)],
        ["invalid_accepted", "false_link"],
    ),
    (
        "a review and an issue of one new person are no double issue",
        [("new", "7", ""), ("new", "7", "")],
        [("review", None), ("issued", NEW_A)],
        ["review", "right_issue"],
    ),
]


@pytest.mark.parametrize(
    ("known", "decided", "expected"), [case[1:] for case in TWO_ROWS], ids=[c[0] for c in TWO_ROWS]
)
def test_the_verdicts_on_rows_together(
    known: Sequence[tuple[str, str, str]], decided: Sequence[tuple[str, str | None]], expected: list[str]
) -> None:
    assert verdicts(truth(*known), decisions(*decided)) == expected


def test_the_first_code_is_the_one_decided_first_not_the_one_that_stands_first() -> None:
    decided = decisions(("issued", NEW_A), ("issued", NEW_B)).with_columns(
        pl.Series("decided_at", ["2026-10-30T09:00:00Z", "2026-10-30T08:00:00Z"])
    )
    assert verdicts(truth(("new", "7", ""), ("new", "7", "")), decided) == ["double_issue", "right_issue"]


def test_each_harm_once_is_counted_once() -> None:
    known = truth(
        ("existing", "1", ANNA), ("existing", "2", OTHER), ("existing", "3", BOTH), ("new", "4", ""), ("new", "4", ""),
        ("existing", "5", ANNA), ("existing", "5", ANNA), ("invalid", "-1", ""), ("invalid", "-1", ""),
        ("new", "6", ""),
    )  # fmt: skip
    decided = decisions(
        ("linked", ANNA), ("linked", ANNA), ("issued", "0199999993"), ("issued", NEW_A), ("issued", NEW_B),
        ("review", None), ("returned", None), ("returned", None), ("review", None),
    )  # fmt: skip
    judged = judge(known, decided, REGISTER)
    found = count(judged)
    assert [found[name] for name in HARMS] == [1, 1, 1]
    assert (found["harm"], found["harm_share"]) == (3, 0.3)
    assert (found["review"], found["review_share"]) == (1, 1 / 8)
    assert (found["valid_returned"], found["valid_returned_share"]) == (1, 1 / 8)
    assert (found["invalid_accepted"], found["invalid_accepted_share"]) == (1, 1 / 2)
    assert (found["missing"], found["missing_share"]) == (1, 0.1)
    assert found["outcome_review"] == 2
    assert harmful(judged).rows() == [
        ("double_issue", "commune_01", 5),
        ("duplicate_issue", "commune_01", 3),
        ("false_link", "commune_01", 2),
    ]
    assert reasons(judged).rows() == [("weak", 1, 1, 0)]


def test_a_row_with_two_tags_counts_under_both_and_a_twin_under_twin() -> None:
    known = truth(("existing", "1", ANNA), ("existing", "2", ANNA)).with_columns(
        pl.Series("tags", ["tone;day", None]), pl.Series("twin", ["twin", None])
    )
    table = table_by(judge(known, decisions(("linked", OTHER), ("review", None)), REGISTER), "tags")
    assert table.select("tags", "rows", "false_link", "review").rows() == [
        ("(none)", 1, 0, 1),
        ("day", 1, 1, 0),
        ("tone", 1, 1, 0),
        ("twin", 1, 1, 0),
    ]


def test_an_empty_table_of_decisions_leaves_every_row_missing() -> None:
    judged = judge(truth(("existing", "1", ANNA)), decisions(("linked", ANNA)).clear(), REGISTER)
    assert count(judged)["missing"] == 1


def test_rows_that_the_truth_does_not_know_are_told() -> None:
    assert unexpected(truth(("existing", "1", ANNA)), decisions(("linked", ANNA), ("linked", ANNA))) == 1


def test_a_row_decided_twice_is_refused() -> None:
    decided = decisions(("linked", ANNA))
    with pytest.raises(YardstickError, match="decisions holds 1 rows more than once, first: commune_01 1"):
        judge(truth(("existing", "1", ANNA)), pl.concat([decided, decided]), REGISTER)


def test_a_table_without_a_column_is_refused() -> None:
    with pytest.raises(YardstickError, match="decisions lacks decided_at"):
        judge(truth(("existing", "1", ANNA)), decisions(("linked", ANNA)).drop("decided_at"), REGISTER)


def made(folder: Path) -> Path:
    """A world of two rows on disk, with its decisions."""
    truth(("existing", "1", ANNA), ("new", "2", "")).write_csv(folder / "truth.csv")
    pl.DataFrame({"bhxh_code": REGISTER}).write_csv(folder / "register.csv")
    decisions(("linked", ANNA), ("linked", OTHER)).write_parquet(folder / "decisions.parquet")
    return folder


def test_codes_of_a_csv_register_keep_their_zeros(tmp_path: Path) -> None:
    assert register_codes(register_of(made(tmp_path))) == REGISTER


def test_kept_decisions_are_judged_without_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = made(tmp_path)
    assert report(world, pl.read_parquet(world / "decisions.parquet"), [])["counts"]["false_link"] == 1
    assert main([str(world), "--decisions", str(world / "decisions.parquet"), "--detail"]) == 0
    printed = capsys.readouterr().out
    assert "false_link  commune_01  2" in printed
    assert OTHER not in printed


STAND_IN = """
import os, pathlib, shutil, sys
home = pathlib.Path(os.environ["MOTMA_HOME"])
home.mkdir(exist_ok=True)
with (home / "calls").open("a") as calls:
    print(*sys.argv[1:], file=calls)
if "decisions" in sys.argv:
    shutil.copy("decisions.parquet", sys.argv[-1])
raise SystemExit(EXITS.get(sys.argv[1], 0))
"""


def stand_in(folder: Path, exits: dict[str, int]) -> None:
    """A program in the folder that takes the commands, writes them down and hands out kept decisions."""
    (folder / "pipelines").mkdir()
    (folder / "pipelines" / "__init__.py").write_text("", encoding="utf-8")
    (folder / "pipelines" / "cli.py").write_text(f"EXITS = {exits}\n{STAND_IN}", encoding="utf-8")


def test_the_program_is_run_as_its_users_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(made(tmp_path), {"run": 10})
    monkeypatch.chdir(tmp_path)
    assert main([".", "--home", "home", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(step["command"], step["exit_code"]) for step in found["steps"]] == [
        ("init", 0), ("register load", 0), ("register publish", 0), ("run", 10), ("decisions", 0),
    ]  # fmt: skip
    assert all(step["seconds"] > 0 and step["peak_mb"] > 1 for step in found["steps"])
    assert (tmp_path / "home" / "calls").read_text(encoding="utf-8").splitlines() == [
        "init",
        f"register load {tmp_path / 'register.csv'}",
        "register publish",
        f"run {tmp_path / 'inbox'}",
        f"decisions --out {tmp_path / 'home-decisions.parquet'}",
    ]
    assert found["counts"]["false_link"] == 1


def test_a_command_that_fails_ends_the_measurement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(made(tmp_path), {"register": 13})
    monkeypatch.chdir(tmp_path)
    assert main(["."]) == 2
    assert "motma register load ended with 13" in capsys.readouterr().err


def test_a_perfect_program_does_no_harm() -> None:
    known = pl.read_csv(SAMPLES / "truth.csv", infer_schema=False)
    first = pl.col("codes").str.split(";").list.first()
    again = (pl.col("kind") == "new") & ~pl.struct("kind", "person").is_first_distinct()
    known_now = pl.when((pl.col("kind") == "existing") | again).then(pl.lit("linked")).otherwise(pl.lit("issued"))
    outcome = pl.when(pl.col("kind") == "invalid").then(pl.lit("returned")).otherwise(known_now)
    decided = known.select(
        "file",
        "row",
        outcome=outcome,
        reason=pl.lit(None),
        bhxh_code=pl.when(pl.col("kind") == "existing").then(first).otherwise("N" + pl.col("person")),
        decided_at=pl.lit("2026-10-30T08:00:00Z"),
    )
    found = count(judge(known, decided, register_codes(register_of(SAMPLES))))
    assert (found["harm"], found["review"], found["valid_returned"], found["invalid_accepted"]) == (0, 0, 0, 0)
    assert found["right_link"] + found["right_issue"] == found["valid"]


def test_a_home_that_holds_something_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="is not empty"):
        decide(tmp_path, made(tmp_path))


def test_a_folder_without_a_register_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--home", str(tmp_path / "home")]) == 2
    assert "neither register.parquet nor register.csv" in capsys.readouterr().err
