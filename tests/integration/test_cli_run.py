"""The whole way through the command line on the sample data, as an operator goes it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from casework.home import open_home
from casework.office.accounts import sign_in, signed_in
from pipelines.cli import main

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "data_samples"
COLUMNS = (
    "batch,file,row,outcome,reason,bhxh_code,person_id,match_weight,runner_up_weight,candidates,model_version,"
    "decided_at,decided_by,sheet,sheet_row,source"
)


class Operator:
    """Somebody at a terminal, with a home of his own."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.environ = {"MOTMA_HOME": str(home)}
        self.capsys = capsys

    def text(self, *args: str, code: int = 0) -> str:
        """What a command prints on stdout."""
        self.capsys.readouterr()
        ended = main(args, self.environ)
        said = self.capsys.readouterr()
        assert ended == code, f"{args}: {ended}\n{said.err}"
        return said.out

    def json(self, *args: str, code: int = 0) -> Any:
        """What a command says as JSON."""
        return json.loads(self.text(*args, "--json", code=code))

    def decisions(self, folder: Path) -> pl.DataFrame:
        """The decisions of all batches."""
        self.json("decisions", "--out", str(folder / "decisions.parquet"))
        return pl.read_parquet(folder / "decisions.parquet")


@pytest.fixture
def operator(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Operator:
    """An operator whose register is loaded and published."""
    found = Operator(tmp_path / "home", capsys)
    found.json("init")
    found.json("register", "load", str(SAMPLES / "register.csv"))
    found.json("register", "publish")
    return found


def truth() -> dict[tuple[str, int], dict[str, str]]:
    with (SAMPLES / "truth.csv").open(encoding="utf-8", newline="") as file:
        return {(f"{row['file']}.csv", int(row["row"])): row for row in csv.DictReader(file)}


def test_loading_again_changes_nothing(operator: Operator) -> None:
    again = operator.json("register", "load", str(SAMPLES / "register.csv"))
    assert [load["is_new"] for load in again["loads"]] == [False]
    assert operator.json("register", "publish")["persons"] == again["loads"][0]["persons"]


def test_every_row_has_one_outcome_and_the_same_files_decide_nothing_twice(operator: Operator, tmp_path: Path) -> None:
    first = operator.json("run", str(SAMPLES / "inbox"))
    known = truth()
    assert first["decided"] == sum(first["outcomes"].values()) == len(known)
    decided = operator.decisions(tmp_path)
    assert ",".join(decided.columns) == COLUMNS
    rows = {(row["file"], row["row"]): row for row in decided.iter_rows(named=True)}
    assert rows.keys() == known.keys()
    for place, row in rows.items():
        told = known[place]
        assert (row["outcome"] == "returned") == (told["kind"] == "invalid"), place
        if row["outcome"] == "linked" and told["kind"] == "existing":
            assert row["bhxh_code"] in told["codes"].split(";"), place
    issued = decided.filter(pl.col("outcome") == "issued")["bhxh_code"]
    assert issued.n_unique() == len(issued)
    assert issued.str.contains(r"^\d{10}$").all()
    drawn = decided.filter(pl.col("outcome") == "issued").select(pl.col("file").str.extract(r"_(\d\d)"), "bhxh_code")
    assert (drawn["bhxh_code"].str.head(2) == drawn["file"]).all()

    again = operator.json("run", str(SAMPLES / "inbox"))
    assert again["decided"] == 0
    assert again["outcomes"] == first["outcomes"]
    assert operator.decisions(tmp_path).equals(decided)


def test_a_renamed_reordered_and_cut_file_gets_the_same_receipts(operator: Operator, tmp_path: Path) -> None:
    operator.json("run", str(SAMPLES / "inbox"))
    before = operator.decisions(tmp_path)
    lines = (SAMPLES / "inbox" / "bd-08995" / "post_01.csv").read_text(encoding="utf-8-sig").splitlines()
    (tmp_path / "again.csv").write_text("\n".join([lines[0], *reversed(lines[5:])]), encoding="utf-8")
    again = operator.json("run", str(tmp_path / "again.csv"), "--source", "bd-08995")
    assert again["decided"] == 0
    assert again["files"][0]["rows"] == len(lines) - 5
    assert operator.decisions(tmp_path).equals(before)


def test_the_summary_is_for_people(operator: Operator) -> None:
    said = operator.text("run", str(SAMPLES / "inbox"))
    assert "Quyết định lần này: 150 dòng.\n" in said
    for word in ("liên kết (linked)", "cấp mã mới (issued)", "chờ xem xét (review)", "trả lại (returned)", "Cộng"):
        assert word in said
    assert "31/02/1990" in said
    assert "motma queue list" in said
    again = operator.text("run", str(SAMPLES / "inbox" / "xa-08995" / "commune_01.csv"))
    assert "Quyết định lần này: 0 dòng; các dòng khác đã quyết định từ trước.\n" in again


def test_a_check_tells_faults_in_the_words_of_their_sender(operator: Operator) -> None:
    said = operator.text("sources", "check", str(SAMPLES / "inbox" / "bd-08995" / "post_01.csv"))
    assert "1  Ngày không có trong lịch. Đối chiếu lại" in said
    assert "Nguồn: bd-08995. Tỉnh của mã số mới: 01." in said
    assert "(date_impossible)" in said
    assert not re.search(r"\b\d{4}-\d\d", said)


def test_a_check_says_whose_name_and_province_are_taken_with_a_home_and_without(
    operator: Operator, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes((SAMPLES / "inbox" / "xa-24301" / "commune_66.csv").read_bytes())
    found = operator.json("sources", "check", str(tmp_path / "a.csv"))
    assert [(file["source"], file["province"]) for file in found["files"]] == [("commune_01bd", "01")]
    (remark,) = found["noticed"]
    assert (remark["file"], "commune_01bd (tỉnh 01)" in remark["message"]) == (str(tmp_path), True)
    operator.environ = {"MOTMA_HOME": str(tmp_path / "none")}
    assert "Tỉnh của mã số mới: mặc định của sổ." in operator.text("sources", "check", str(tmp_path / "a.csv"))


def test_a_row_that_does_not_fit_its_heading_goes_back_with_its_number(operator: Operator, tmp_path: Path) -> None:
    lines = (SAMPLES / "inbox" / "xa-08995" / "commune_01.csv").read_text(encoding="utf-8-sig").splitlines()
    (tmp_path / "odd.csv").write_text("\n".join([lines[0], "", lines[1], lines[2] + ",thừa"]), encoding="utf-8")
    report = operator.json("run", str(tmp_path / "odd.csv"), "--source", "xa-01")
    (file,) = report["files"]
    told = {"file_name": "odd.csv", "source": "xa-01", "rows": 2, "outcomes": report["outcomes"]}
    assert {name: file[name] for name in told} == told
    (returned,) = report["returned"]
    assert (returned["file"], returned["sheet_row"]) == ("odd.csv", 4)
    assert "nhiều ô hơn" in returned["message"]
    assert "(cả dòng)" in operator.text("run", str(tmp_path / "odd.csv"), "--source", "xa-01")


def test_files_that_cannot_be_read_are_10_after_the_others(operator: Operator, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.csv").write_bytes(b"a,b\n1,2\n")
    (inbox / "b.csv").write_bytes((SAMPLES / "inbox" / "bd-08995" / "post_01.csv").read_bytes())
    report = operator.json("run", str(inbox), str(tmp_path / "c.csv"), code=10)
    assert [file["file_name"] for file in report["files"]] == ["b.csv"]
    assert [Path(remark["file"]).name for remark in report["unreadable"]] == ["a.csv", "c.csv"]
    assert report["unreadable"][1]["message"] == "không mở được: không có tệp hay thư mục này."
    assert report["decided"] == report["files"][0]["rows"]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_decisions_are_written_in_each_form(operator: Operator, tmp_path: Path, suffix: str) -> None:
    operator.json("run", str(SAMPLES / "inbox"))
    said = operator.json("decisions", "--batch", "1", "--out", str(tmp_path / f"out.{suffix}"))
    assert said == {"file": str(tmp_path / f"out.{suffix}"), "rows": len(truth())}
    assert (tmp_path / f"out.{suffix}").stat().st_size > 1000


def test_the_queue_holds_what_waits_and_shows_each_case(operator: Operator) -> None:
    report = operator.json("run", str(SAMPLES / "inbox"))
    items = operator.json("queue", "list")["items"]
    assert len(items) == report["outcomes"]["review"] + sum(report["waiting"].values())
    assert Counter(item["reason"] for item in items if item["kind"] == "row") == report["reasons"]
    listed = operator.text("queue", "list")
    assert not re.search(r"\b\d{4}-\d\d", listed)
    for item in items:
        assert item["full_name"] in listed
        assert "/".join(reversed(item["birth_date"].split("-"))) in listed
        said = operator.text("queue", "show", str(item["item_id"]), "--purpose", "kiểm thử")
        assert f"{item['file_name']}, dòng {item['sheet_row']}," in said
        assert f"motma queue decide {item['item_id']} --" in said
        if item["waits_for_row"]:
            assert f"(mã dòng {item['waits_for_row']}): đang chờ xem xét;" in said
    looks = operator.json("log", "show", "--act", "queue_show")
    assert [(entry["item"], entry["purpose"]) for entry in looks] == [(i["item_id"], "kiểm thử") for i in items]


def test_an_officer_links_and_another_returns(operator: Operator) -> None:
    operator.json("run", str(SAMPLES / "inbox"), str(SAMPLES / "desk"))
    rows = [line for line in operator.json("queue", "list")["items"] if line["kind"] == "row"]
    shown = {line["item_id"]: operator.json("queue", "show", str(line["item_id"]), "--purpose", "x") for line in rows}
    item, code = next(
        (line["item_id"], candidate["code"])
        for line in rows
        for candidate in shown[line["item_id"]]["candidates"]
        if line["event"] != "death" and candidate["code"]
    )
    operator.text("queue", "decide", str(item), "--link", "9999999999", code=2)
    linked = operator.json("queue", "decide", str(item), "--link", code, "--note", "đã xem giấy tờ", "--by", "an")
    assert (linked["outcome"], linked["code"]) == ("linked", code)
    operator.text("queue", "decide", str(item), "--new", code=2)

    other = next(line["item_id"] for line in operator.json("queue", "list")["items"] if line["kind"] == "row")
    operator.text("queue", "decide", str(other), "--return", code=2)
    returned = operator.json("queue", "decide", str(other), "--return", "--note", "thiếu CCCD", "--by", "binh")
    assert returned["outcome"] == "returned"
    assert other not in [line["item_id"] for line in operator.json("queue", "list")["items"]]


def test_a_row_that_lacks_what_a_code_needs_is_not_offered_one(operator: Operator, tmp_path: Path) -> None:
    with (SAMPLES / "inbox" / "bd-08995" / "post_01.csv").open(encoding="utf-8-sig", newline="") as file:
        headings = csv.DictReader(file).fieldnames or []
    told = {"HoTen": "Không Có Ai", "PhuongAn": "BS", "GioiTinh": "1", "NgaySinh": "05/03/1987"}
    told |= {"NgayBienDong": "01/06/2026", "CCNS": "0"}
    with (tmp_path / "new.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headings)
        writer.writeheader()
        writer.writerow(told)
    assert operator.json("run", str(tmp_path / "new.csv"))["reasons"] == {"weak": 1}
    said = operator.text("queue", "show", "1", "--purpose", "x")
    assert "Còn thiếu: Nơi cư trú" in said
    assert "decide 1 --return" in said
    assert "decide 1 --new" not in said


def test_a_death_without_a_strong_number_takes_two_people(operator: Operator) -> None:
    operator.json("run", str(SAMPLES / "inbox"))
    waiting = [line["item_id"] for line in operator.json("queue", "list", "--reason", "death")["items"]]
    item = waiting[0]
    first = operator.json("queue", "decide", str(item), "--approve", "--by", "an")
    assert (first["needs_approval"], first["approved_by"]) == (True, ["an"])
    assert operator.json("queue", "decide", str(item), "--approve", "--by", "an") == first
    assert "đã ghi nhận người này đã chết" in operator.text("queue", "decide", str(item), "--approve", "--by", "binh")
    left = operator.json("queue", "list", "--reason", "death")["items"]
    assert [line["item_id"] for line in left] == waiting[1:]


def test_what_corrections_ask_is_listed(operator: Operator) -> None:
    operator.json("run", str(SAMPLES / "inbox"))
    requests = operator.json("queue", "list", "--changes", "--limit", "500")["requests"]
    assert requests
    listed = operator.text("queue", "list", "--changes", "--limit", "500")
    for request in requests:
        value = request["new_value"]
        assert ("/".join(reversed(value.split("-"))) if request["field"] == "birth_date" else value) in listed


def test_a_search_finds_a_person_and_is_logged_without_naming_him(operator: Operator) -> None:
    with (SAMPLES / "register.csv").open(encoding="utf-8", newline="") as file:
        person = next(
            row for row in csv.DictReader(file) if len(row["birth_date"]) == 10 and row["full_name"].istitle()
        )
    year, month, day = person["birth_date"].split("-")
    asked = ["--name", person["full_name"].upper(), "--birth", f"{day}/{month}/{year}", "--sex", person["sex"]]
    found = operator.json("search", *asked, "--purpose", "công văn 12")
    assert found["hits"][0]["code"] == person["bhxh_code"]
    said = operator.text("search", *asked, "--purpose", "công văn 12")
    assert f"≈ {person['full_name']}" in said
    assert f"= {day}/{month}/{year}" in said
    assert person["birth_date"] not in said
    logged = operator.json("log", "show", "--act", "search")
    assert [entry["purpose"] for entry in logged] == ["công văn 12"] * 2
    assert person["full_name"].casefold() not in json.dumps(logged, ensure_ascii=False).casefold()


@pytest.mark.parametrize("asked", [[], ["--name", "Lê An", "--birth", "31/02/1990"]])
def test_a_search_that_asks_nothing_clear_is_2(operator: Operator, asked: list[str]) -> None:
    operator.text("search", "--purpose", "x", *asked, code=2)


def test_a_search_that_finds_nobody_says_so(operator: Operator) -> None:
    said = operator.text("search", "--purpose", "x", "--name", "Không Có Ai", "--birth", "1900")
    assert said.startswith("Không tìm thấy ai trong sổ.")
    (step,) = (line for line in said.splitlines() if line.startswith("Số định danh cá nhân "))
    assert step.endswith("câu hỏi không có giá trị này")


def test_check_is_clean_after_all_that_and_13_when_a_promise_is_broken(operator: Operator, tmp_path: Path) -> None:
    operator.json("run", str(SAMPLES / "inbox"))
    assert {len(check["rows"]) for check in operator.json("check")} == {0}
    assert "tất cả đều giữ" in operator.text("check")
    (tmp_path / "home").chmod(0o755)
    assert "home_is_closed: 1 dòng" in operator.text("check", code=13)


def test_the_demo_prints_what_the_readme_shows_and_its_commands_read_its_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    drawn = set[str]()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (summary,) = re.findall(r"^```\n(Tệp .*?)^```", readme, re.DOTALL | re.MULTILINE)
    shown = [line for line in summary.splitlines() if line != "…"]
    for url, before in (("postgresql://nobody@localhost/none", "unset MOTMA_LEDGER_URL; "), ("", "")):
        monkeypatch.setenv("MOTMA_LEDGER_URL", url)
        assert main(["demo"]) == 0
        printed = capsys.readouterr().out.splitlines()
        assert set(shown) <= set(printed)
        export, _, serve, accounts = printed[-4:]
        assert export.startswith(f"  {before}export MOTMA_HOME={tmp_path}/var-demo ")
        assert serve == "  motma serve"
        login, password = accounts.split()[2], accounts.split()[-1]
        home = open_home(tmp_path / "var-demo", "")
        assert signed_in(home, sign_in(home, login, password)) is not None
        home.ledger.close()
        drawn.add(password)
    assert len(drawn) == 2
