"""What is wrong in a made world besides single rows: counted in one of 40,000 persons, and held against its truth."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.world import Recipe, make_world
from benchmarks.world_faults import FAULTS, PLACEHOLDERS
from benchmarks.world_people import make_people
from benchmarks.world_places import draw_areas, read_places

#: Faults that every record can have, so that their share is the chance itself.
OF_ALL = ("slip", "nomarks", "year1", "sex", "placeholder")
#: What a record with the fault looks like.
SIGNS = {
    "nomarks": pl.col("full_name").str.contains(r"^[\x00-\x7F]+$"),
    "jan1": pl.col("birth_date").str.ends_with("-01-01"),
    "old_as_pid": pl.col("personal_id").str.contains(r"^\d{9}$") & (pl.col("old_id") == ""),
    "placeholder": pl.col("personal_id").is_in(PLACEHOLDERS["personal_id"])
    | pl.col("old_id").is_in(PLACEHOLDERS["old_id"]),
    "shared_code": pl.col("bhxh_code").is_duplicated(),
    "old_book": pl.col("bhxh_code").str.len_chars() == 7,
}
RATE, PROVINCES = 3.0, ("01", "11", "66", "68", "89", "91")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of provinces where minority peoples live, with three times the usual errors."""
    folder = tmp_path_factory.mktemp("world")
    make_world(folder, Recipe(persons=40_000, seed=5, rate=RATE, rows=6_000, provinces=PROVINCES))
    return folder


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    """The population of such a world."""
    rng, places = np.random.default_rng(8), read_places()
    return make_people(rng, places, draw_areas(rng, places, PROVINCES, 120_000), 120_000, 300)


@pytest.fixture(scope="module")
def register(world: Path) -> pl.DataFrame:
    return pl.read_parquet(world / "register.parquet")


@pytest.fixture(scope="module")
def faults(world: Path) -> dict[str, list[str]]:
    """The codes of the records with each fault."""
    found = pl.read_csv(world / "register_faults.csv", infer_schema=False)
    return dict(found.group_by("fault").agg("bhxh_code").iter_rows())


def rows_by_file(world: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of each change file, with the tags of the truth."""
    tags = {(file, int(row)): tag or "" for file, row, tag in truth(world).select("file", "row", "tags").iter_rows()}
    found = {}
    for path in sorted((world / "inbox").rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        found[path.stem] = [{**row, "tags": f";{tags[path.stem, at]};"} for at, row in enumerate(rows, start=1)]
    return found


def truth(world: Path) -> pl.DataFrame:
    return pl.read_csv(world / "truth.csv", infer_schema=False)


def test_the_register_has_every_fault_by_its_share(register: pl.DataFrame, faults: dict[str, list[str]]) -> None:
    assert set(faults) == {*FAULTS, "shared_code", "old_book"}
    expected = {kind: FAULTS[kind][0] * RATE * len(register) for kind in OF_ALL}
    assert {kind: len(faults[kind]) for kind in OF_ALL} == pytest.approx(expected, rel=0.3)


@pytest.mark.parametrize("kind", SIGNS)
def test_a_fault_shows_in_the_records_that_the_truth_names(
    kind: str, register: pl.DataFrame, faults: dict[str, list[str]]
) -> None:
    shown = register.with_columns(shown=SIGNS[kind]).filter(pl.col("bhxh_code").is_in(faults[kind]))
    # a second fault or the wrong value of a correction may hide the first
    assert shown["shown"].to_numpy().mean() > 0.95


def test_one_code_stands_for_two_persons_and_one_person_has_two(
    world: Path, register: pl.DataFrame, faults: dict[str, list[str]]
) -> None:
    disputed = register.filter(pl.col("bhxh_code").is_in(faults["shared_code"]))
    assert disputed.group_by("bhxh_code").agg(pl.col("birth_date").n_unique())["birth_date"].min() == 2
    pairs = pl.read_csv(world / "register_duplicates.csv", infer_schema=False)
    assert set(faults["old_book"]) < set(pairs["code_b"])


def test_a_register_without_faults_at_rate_nought(tmp_path: Path) -> None:
    make_world(tmp_path, Recipe(persons=3_000, seed=2, rate=0.0, files=4))
    assert (tmp_path / "register_faults.csv").read_text(encoding="utf-8") == "bhxh_code,fault\n"


def test_every_row_of_some_senders_has_no_marks(world: Path) -> None:
    shares = [np.mean([";nomarks;" in row["tags"] for row in rows]) for rows in rows_by_file(world).values()]
    assert sum(share > 0.95 for share in shares) >= 2
    assert sum(share < 0.75 for share in shares) >= 2


def test_a_sender_writes_one_telephone_a_head_s_number_and_days_for_years(world: Path) -> None:
    of = rows_by_file(world)
    phoned = [row for rows in of.values() for row in rows if ";one_phone;" in row["tags"]]
    assert Counter(row.get("Điện thoại", row.get("DienThoai")) for row in phoned).most_common(1)[0][1] > 50
    heads = [row for rows in of.values() for row in rows if ";head_code;" in row["tags"]]
    assert heads
    assert all(row.get("Mã hộ gia đình", row.get("Maho_Giadinh")) == "" for row in heads)
    serials = [row for rows in of.values() for row in rows if ";serial;" in row["tags"]]
    assert serials
    assert all(row.get("Ngày sinh", row.get("NgaySinh", "")).endswith("/1905") for row in serials)


def test_relatives_share_telephones_and_names(people: pl.DataFrame) -> None:
    head = people[people["head"].to_numpy()]
    phone = people["phone"].to_numpy()
    lent = (phone != "") & (phone == head["phone"].to_numpy()) & (people["person"] != people["head"]).to_numpy()
    assert 0.05 < lent.sum() / (phone != "").sum() < 0.25
    sons = people.filter((pl.col("father") >= 0) & (pl.col("sex") == "M") & (pl.col("people") == "Kinh"))
    named = sons["full_name"] == people["full_name"].gather(sons["father"])
    assert 0.001 < named.to_numpy().mean() < 0.006


@pytest.mark.parametrize(
    ("of", "sex", "form", "least"),
    [
        ("Ê Đê", "F", r"^H'", 0.99),
        ("Ê Đê", "M", r"^Y ", 0.99),
        ("Cơ Ho", "M", r" K'", 0.99),
        ("Cơ Ho", "F", r" Ka ", 0.99),
        ("Khmer", "M", r"^Chau ", 0.1),
        ("Khmer", "F", r"^Néang ", 0.1),
        ("Mông", "M", r" (A|Chứ|Bá|Nỏ|Nhìa) ", 0.99),
        ("Mông", "F", r" (Thị|Y|Mỷ|Seo) ", 0.99),
    ],
)
def test_names_of_a_people_have_its_form(of: str, sex: str, form: str, least: float, people: pl.DataFrame) -> None:
    found = people.filter((pl.col("people") == of) & (pl.col("sex") == sex))["full_name"]
    assert len(found) > 100
    assert found.str.contains(form).to_numpy().mean() > least


def test_movers_write_codes_of_both_lists(world: Path) -> None:
    moved = truth(world).filter(pl.col("tags").str.contains("moved"))
    assert set(moved["kind"]) == {"existing", "new"}
    assert 0.05 < moved["tags"].str.contains("list2025").to_numpy().mean() < 0.6


def test_nobody_of_whom_a_row_tells_is_recorded_as_dead(world: Path) -> None:
    register = pl.read_parquet(world / "register.parquet")
    dead = set(register.filter(pl.col("status") == "deceased")["bhxh_code"])
    told = pl.read_csv(world / "truth.csv", infer_schema_length=0).drop_nulls("codes")["codes"].str.split(";").explode()
    assert len(dead) > 100
    assert dead.isdisjoint(told)
