"""What is taken from the standing model, one part at a time, and nothing else; and that the program runs under it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks import under_model
from benchmarks.ablation import VARIANTS, pooled, table
from matching import model_files
from matching.model import MODELS, Model
from matching.model_files import load_model, write_model
from matching.schemas import levels_schema
from matching.score import score

STANDING = load_model()
#: What each variant says otherwise than the standing model.
CHANGED = {
    "as it stands": set(),
    "no class of twins": {"others"},
    "no class of relatives": {"others"},
    "strangers alone": {"others"},
    "names by Jaro-Winkler": {"given", "middle", "surname"},
    "no parents": {"parents"},
    "no places": {"place"},
}


def as_read(model: Model, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The model, read as the program reads its standing one, with every demand on that."""
    monkeypatch.setattr(model_files, "MODELS", folder)
    write_model(model, folder / f"{model.version}.toml")
    return load_model()


def told(model: Model) -> dict[str, object]:
    """What a model says, but for how it is trained."""
    head = ("version", "search", "priors", "others", "likeness", "missed", "thresholds")
    return {**{name: getattr(model, name) for name in head}, **{each.name: each for each in model.comparisons}}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_can_stand_and_only_its_part_is_other(
    variant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, whole = told(as_read(VARIANTS[variant](STANDING), tmp_path, monkeypatch)), told(STANDING)
    assert {name for name in own.keys() | whole.keys() if own.get(name) != whole.get(name)} == CHANGED[variant]


def scored(model: Model) -> pl.DataFrame:
    """Pairs of which one comparison after the other shows one level after the other, the rest being missing."""
    seen = [(each.name, code) for each in model.comparisons for code in range(1, len(each.levels) + 1)]
    columns: dict[str, object] = {name: np.arange(len(seen)) for name in ("record_id_l", "record_id_r")}
    for name in model.names:
        columns[f"level_{name}"] = [code if of == name else 0 for of, code in seen]
    schema = levels_schema(model.names, model.shares)
    shares = {name: [None] * len(seen) for name in schema if name.startswith("share_")}
    return score(pl.DataFrame({**columns, **shares}, schema=dict(schema)), model, 1000)


@pytest.mark.parametrize(("variant", "name"), [("no parents", "parents"), ("no places", "place")])
def test_what_is_off_weighs_nothing(variant: str, name: str) -> None:
    assert scored(STANDING)[f"weight_{name}"].abs().to_numpy().max() > 1
    assert scored(VARIANTS[variant](STANDING))[f"weight_{name}"].abs().to_numpy().max() == 0


@pytest.mark.parametrize(
    ("variant", "left"),
    [
        ("no class of twins", {"stranger", "relative"}),
        ("no class of relatives", {"stranger", "twin"}),
        ("strangers alone", {"stranger"}),
    ],
)
def test_nobody_is_taken_for_a_class_that_is_off(variant: str, left: set[str]) -> None:
    assert set(scored(STANDING)["likeliest_other"]) == {"stranger", "twin", "relative"}
    assert set(scored(VARIANTS[variant](STANDING))["likeliest_other"]) == left


def test_the_program_runs_under_the_model_of_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(model_files, "MODELS", MODELS)
    write_model(replace(STANDING, version="of the folder"), tmp_path / "of the folder.toml")
    assert under_model.main([str(tmp_path), "model", "show"]) == 0
    assert "Mô hình of the folder" in capsys.readouterr().out


def test_the_worlds_are_added_up() -> None:
    line = {"variant": "no parents", "rows": 10, "valid": 8, "review": 2, "false_link": 1, "duplicate_issue": 0,
            "double_issue": 1, "harm": 2, "seconds": 1.5}  # fmt: skip
    (both,) = pooled([{"world": "a", **line}, {"world": "b", **line}])
    assert both["rows"] == 20
    assert table([both])[2] == "| all | no parents | 20 | 25.00% | 2 | 0 | 2 | 4 |"
