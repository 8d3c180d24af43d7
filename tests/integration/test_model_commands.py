"""motma model show, train, blocks and thresholds, as an engineer runs them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from benchmarks.world import main as make_world
from casework.home import open_home
from casework.model.blocks import block_report
from casework.types import Home
from matching.model_files import load_model
from matching.steps import search_rules
from pipelines.cli import main
from pipelines.unreadable import EXIT_UNREADABLE

SAMPLES = Path(__file__).parents[2] / "data_samples"
NEWEST = load_model()


def said(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    """What a command says as JSON."""
    assert main([*args, "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_show_tells_every_level_and_its_weight(capsys: pytest.CaptureFixture[str]) -> None:
    view = said(capsys, "model", "show")
    assert view["version"] == NEWEST.version
    sex = view["comparisons"][NEWEST.names.index("sex")]
    assert sex["columns"] == ["sex"]
    same = NEWEST.comparison("sex").levels[0]
    assert (sex["levels"][0]["m"], sex["levels"][0]["u"]) == (same.same, same.stranger)
    assert sex["levels"][0]["weight"] == pytest.approx(0.9894, abs=1e-4)
    assert main(["model", "show"]) == 0
    table = capsys.readouterr().out
    assert all(level.label in table for comparison in NEWEST.comparisons for level in comparison.levels)


def test_show_takes_the_model_of_another_register(capsys: pytest.CaptureFixture[str]) -> None:
    febrl = SAMPLES.parent / "benchmarks" / "data" / "febrl" / "febrl.toml"
    assert main(["model", "show", "--model", str(febrl)]) == 0
    assert "sinh đôi" not in capsys.readouterr().out


def test_a_chart_has_every_label_and_is_svg_or_png(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    svg, png = tmp_path / "weights.svg", tmp_path / "weights.PNG"
    for file in (svg, png):
        assert main(["model", "show", "--chart", str(file)]) == 0
    capsys.readouterr()
    drawn = svg.read_text(encoding="utf-8")
    labels = [comparison.label for comparison in NEWEST.comparisons]
    labels += [level.label for comparison in NEWEST.comparisons for level in comparison.levels]
    assert [label for label in labels if f">{label}<" not in drawn] == []
    assert png.read_bytes().startswith(b"\x89PNG")


def test_blocks_are_those_that_a_search_would_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    environ = {"MOTMA_HOME": str(home)}
    assert main(["init"], environ) == 0
    assert main(["model", "blocks"], environ) == 12  # nothing was published yet
    assert main(["register", "load", str(SAMPLES / "register.csv")], environ) == 0
    assert main(["register", "publish"], environ) == 0
    capsys.readouterr()
    assert main(["model", "blocks", "--json"], environ) == 0
    report = json.loads(capsys.readouterr().out)
    register = pl.read_csv(SAMPLES / "register.csv", infer_schema=False)
    assert report["persons"] == report["asked"] == register.height
    keys = {(each["step"], each["key"]): each for each in report["keys"]}
    # a card's number of nine digits in that column is searched as a card's
    numbers = register["personal_id"].drop_nulls().filter(register["personal_id"].drop_nulls().str.len_chars() == 12)
    of_number = keys["personal_id", "personal_id"]
    counted = numbers.value_counts()["count"]
    assert of_number["asking"] == numbers.len()
    assert of_number["candidates"] == of_number["read"] == int((counted**2).sum())
    assert of_number["largest"] == counted.sort(descending=True).head(5).to_list()
    assert all(each["cut"] == each["over"] == 0 for each in report["keys"])
    assert main(["model", "blocks"], environ) == 0
    told = capsys.readouterr().out
    assert not any(name in told for name in register["full_name"].drop_nulls())


def test_blocks_tell_what_the_cap_narrows_and_cuts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty persons of one name and birth date, half of them in another province."""
    home, extract = tmp_path / "home", tmp_path / "extract.csv"
    places = ("00004", "26740")
    rows = [f"{10**9 + at},Lê Văn An,1980-05-{17:02d},M,{places[at % 2]},2025" for at in range(40)]
    heading = "bhxh_code,full_name,birth_date,sex,residence_code,residence_list"
    extract.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    environ = {"MOTMA_HOME": str(home)}
    for args in (["init"], ["register", "load", str(extract)], ["register", "publish"]):
        assert main(args, environ) == 0
    monkeypatch.setattr("casework.model.blocks.search_rules", lambda: replace(search_rules(), cap=30))
    keys = {each.key: each for each in block_report(open_home(home), 1000).keys}
    by_province, by_sex = keys["name + birth"], keys["sound + birth"]
    assert (by_province.over, by_province.narrowed, by_province.cut) == (40, 40, 0)
    assert (by_province.candidates, by_province.read) == (40 * 40, 40 * 20)
    # The block of forty men is as large when it is narrowed by the sex.
    assert (by_sex.over, by_sex.narrowed, by_sex.cut, by_sex.read) == (40, 0, 40, 0)
    assert keys["name + place"].over == 0


def test_thresholds_are_told_of_what_the_program_decided_first(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An officer gave a row back since, which is no word of the program's."""
    monkeypatch.setenv("MOTMA_HOME", str(home.folder))
    out = tmp_path / "decisions.parquet"
    report = said(capsys, "model", "thresholds", "--review", "0", "0.3", "1")
    assert main(["decisions", "--out", str(out)]) == 0
    now = dict(pl.read_parquet(out)["outcome"].value_counts().iter_rows())
    standing = report["standing"]["best"]
    assert (report["model"], standing["upper"]) == (NEWEST.version, NEWEST.thresholds["upper"])
    assert standing["linked"] + standing["issued"] + standing["review"] == report["rows"]
    assert report["rows"] > now["linked"] + now["issued"] + now["review"]
    none, some, whole = (choice["best"] for choice in report["choices"])
    assert none is None
    assert some["review"] <= 0.3 * report["rows"]
    assert whole["false_links"] + whole["duplicate_issues"] <= some["false_links"] + some["duplicate_issues"]
    capsys.readouterr()
    assert main(["model", "thresholds", "--review", "0"]) == 0
    assert "không đủ" in capsys.readouterr().out
    assert main(["model", "thresholds", "--batch", "99"]) == 2
    assert "batch 99: there is none" in capsys.readouterr().err
    assert main(["model", "thresholds", "--review", "2"]) == 2


def test_thresholds_need_decided_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environ = {"MOTMA_HOME": str(tmp_path / "home")}
    assert main(["init"], environ) == 0
    assert main(["model", "thresholds"], environ) == 2
    assert "no row was decided yet" in capsys.readouterr().err


def test_training_needs_change_files_that_teach_something(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "model.toml"
    register = str(SAMPLES / "register.csv")
    asked = ["model", "train", register, "--out", str(out), "--seed", "1", "--at", "2026-11-01"]
    assert main(asked) == 2
    assert "give more change files" in capsys.readouterr().err
    assert main([*asked, "--inbox", str(tmp_path), "--inbox", str(tmp_path)]) == 2
    assert "1 registers need as many inboxes" in capsys.readouterr().err
    assert main([*asked[:2], str(tmp_path / "absent.csv"), *asked[3:]]) == EXIT_UNREADABLE
    assert "absent.csv" in capsys.readouterr().err
    febrl = SAMPLES.parent / "benchmarks" / "data" / "febrl" / "febrl.toml"
    assert main([*asked, "--base", str(febrl)]) == 2
    assert "model febrl reads given_name, surname" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.slow
def test_training_by_command_is_repeatable_and_looks_at_no_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = tmp_path / "world"
    assert make_world([str(world), "--persons", "6000", "--seed", "5", "--files", "4"]) == 0
    (world / "truth.csv").unlink()
    files = [tmp_path / name for name in ("one.toml", "other.toml", "else.toml")]
    for file, seed in zip(files, ("1", "1", "2"), strict=True):
        asked = ["model", "train", str(world / "register.parquet"), "--out", str(file), "--seed", seed]
        assert main([*asked, "--at", "2026-11-01", "--version", "2026-11-30"]) == 0
    assert files[0].read_bytes() == files[1].read_bytes() != files[2].read_bytes()
    learnt = load_model(files[0])
    assert learnt.version == "2026-11-30"
    assert learnt.trained_on.endswith(f"seed 1; base {NEWEST.version}")
    assert [each.columns for each in learnt.comparisons] == [each.columns for each in NEWEST.comparisons]
    assert learnt.comparison("surname").levels != NEWEST.comparison("surname").levels
    capsys.readouterr()
    assert said(capsys, "model", "show", "--model", str(files[0]))["trained_on"] == learnt.trained_on
