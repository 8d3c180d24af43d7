"""Files typed in old fonts, headings and all, from file to rows in Unicode; what stays in doubt is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from benchmarks.encodings import encode
from benchmarks.intake_legacy import in_legacy, legacy_files, people, raw_bytes
from benchmarks.intake_sheets import ARRIVALS, BLANK_ABOVE, COMMUNE, LAYOUTS, TK1
from benchmarks.intake_writers import csv_bytes, xlsx_bytes
from casework.deliveries.intake import LEGACY_ENCODINGS, understood_sheet
from casework.deliveries.preview import preview
from pipelines import change_files
from pipelines.change_files import ReadFile, read_path
from pipelines.cli import main
from pipelines.layout import find_layout
from pipelines.profile import Profile, fold_heading, known_profiles
from pipelines.sender import Sender, sender_of
from pipelines.tables import Row
from pipelines.text_encoding import Text, read_text
from pipelines.unreadable import UnreadableError

AT = date(2026, 11, 1)
PEOPLE = people(40)
FILES = {name: (encoding, content) for name, encoding, content in legacy_files(PEOPLE)}
UNDECLARED = Sender()
KNOWN = ("event", "full_name", "birth_date", "sex", "relation_to_head", "household_code", "faults")


def attempt(folder: Path, name: str, content: bytes, sender: Sender = UNDECLARED) -> ReadFile | UnreadableError:
    (folder / name).write_bytes(content)
    ((_, found),) = read_path(folder / name, sender, known_profiles())
    return found


def read(folder: Path, name: str, content: bytes, sender: Sender = UNDECLARED) -> ReadFile:
    found = attempt(folder, name, content, sender)
    assert isinstance(found, ReadFile), found
    return found


def rows(found: ReadFile) -> pl.DataFrame:
    (sheet,) = found.received.sheets
    return understood_sheet(sheet, AT).select(KNOWN)


@pytest.mark.parametrize("name", FILES)
def test_a_file_in_an_old_font_gives_the_rows_of_the_same_file_in_unicode(tmp_path: Path, name: str) -> None:
    encoding, content = FILES[name]
    found = read(tmp_path, name, content)
    same = read(tmp_path, "same.csv", csv_bytes(PEOPLE, "utf-8", ","))
    assert rows(found).equals(rows(same))
    (sheet,) = found.sheets
    assert sheet.layout.encoding == encoding
    assert list(sheet.received.layout.titles) == list(same.sheets[0].received.layout.titles)
    assert [fold_heading(text) for text in sheet.layout.headings] == [fold_heading(text) for text in PEOPLE.heading]


@pytest.mark.parametrize("profile", known_profiles(), ids=lambda profile: f"{profile.profile_id}_{profile.sheet}")
@pytest.mark.parametrize("encoding", LEGACY_ENCODINGS)
def test_the_headings_of_every_layout_are_found_in_every_encoding(profile: Profile, encoding: str) -> None:
    headings = [name for column, name in profile.names.items() if column not in profile.default]
    found = find_layout([Row(1, [encode(name, encoding) for name in headings])], known_profiles(), profile.sheet)
    assert found.layout.profile == profile
    assert set(found.layout.columns.values()) == {profile.columns[fold_heading(name)] for name in headings}
    assert found.layout.encoding == (None if all(map(str.isascii, headings)) else encoding)
    assert [name.lower() for name in found.layout.headings] == [name.lower() for name in headings]


@pytest.mark.parametrize("encoding", LEGACY_ENCODINGS)
def test_labels_above_the_table_and_words_below_it_are_read_as_the_headings_are(tmp_path: Path, encoding: str) -> None:
    signed = {"number": "Tổng cộng: 3 người"}
    sheet = in_legacy(replace(TK1, people=[*TK1.people, signed]), encoding)
    found = read(tmp_path, "a.xlsx", xlsx_bytes([sheet]))
    (received,) = found.received.sheets
    assert len(received.rows) == 3
    titles = received.layout.titles
    assert (titles["head_name"], titles["household_code"]) == ("Họ và tên chủ hộ", "Mã hộ gia đình")
    understood = understood_sheet(received, AT)
    assert understood["head_name"].to_list() == ["Trần Văn Hậu"] * 3
    assert understood["household_code"].to_list() == ["3600008451"] * 3


def test_a_label_in_an_old_font_is_read_where_the_headings_are_known_as_they_stand(tmp_path: Path) -> None:
    sheet = in_legacy(TK1, "viqr")
    found = read(tmp_path, "a.xlsx", xlsx_bytes([replace(sheet, heading=TK1.heading)]))
    assert understood_sheet(found.received.sheets[0], AT)["household_code"].to_list() == ["3600008451"] * 3


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("encoding", [encoding for encoding in LEGACY_ENCODINGS if encoding != "viqr"])
def test_three_people_of_every_layout_are_understood_as_in_unicode(tmp_path: Path, layout: str, encoding: str) -> None:
    sheets, above = LAYOUTS[layout], BLANK_ABOVE.get(layout, 0)
    same = read(tmp_path, "a.xlsx", xlsx_bytes(sheets, above))
    found = read(tmp_path, "b.xlsx", xlsx_bytes([in_legacy(sheet, encoding) for sheet in sheets], above))
    for legacy, plain in zip(found.received.sheets, same.received.sheets, strict=True):
        assert understood_sheet(legacy, AT).equals(understood_sheet(plain, AT))


def test_heads_in_an_old_font_under_headings_in_unicode_begin_another_household(tmp_path: Path) -> None:
    typed = replace(in_legacy(ARRIVALS, "tcvn3"), heading=ARRIVALS.heading)
    (sheet,) = read(tmp_path, "a.xlsx", xlsx_bytes([typed])).received.sheets
    assert sheet.rows["household_code"].to_list() == ["0100000011", "0100000011", None]


def test_a_single_person_is_read_as_his_headings_are(tmp_path: Path) -> None:
    few = replace(COMMUNE, people=COMMUNE.people[:1])
    found = read(tmp_path, "a.xlsx", xlsx_bytes([in_legacy(few, "tcvn3")]))
    same = read(tmp_path, "b.xlsx", xlsx_bytes([few]))
    assert rows(found).equals(rows(same))
    told = {one.decoding.column: one.decoding.basis for one in preview(found.received)[0].decoded}
    assert told["full_name"] == "headings"


def test_columns_in_unicode_under_headings_in_an_old_font_stay_as_they_are(tmp_path: Path) -> None:
    heading = [encode(text, "tcvn3") for text in PEOPLE.heading]
    found = read(tmp_path, "a.xlsx", xlsx_bytes([replace(PEOPLE, heading=heading)]))
    assert rows(found).equals(rows(read(tmp_path, "b.csv", csv_bytes(PEOPLE, "utf-8", ","))))
    assert preview(found.received)[0].decoded == []


def test_bytes_of_an_old_font_are_refused_where_headings_and_names_do_not_both_show_it(tmp_path: Path) -> None:
    few = replace(PEOPLE, people=PEOPLE.people[:1])
    plain = replace(PEOPLE, heading=[fold_heading(text) for text in PEOPLE.heading])
    tcvn3, vni = raw_bytes(PEOPLE, "tcvn3"), raw_bytes(PEOPLE, "vni")
    mixed = tcvn3[: tcvn3.index(b"\r\n1,")] + vni[vni.index(b"\r\n1,") :]
    for content in (raw_bytes(few, "tcvn3"), b"\xd4,\xb6\n" * 9, tcvn3 + b'"', mixed):
        said = attempt(tmp_path, "a.csv", content)
        assert "không phải UTF-8" in str(said)
    assert rows(read(tmp_path, "a.csv", raw_bytes(plain, "tcvn3")))["full_name"].equals(
        rows(read(tmp_path, "b.csv", csv_bytes(PEOPLE, "utf-8", ",")))["full_name"]
    )


def test_bytes_without_a_known_heading_are_refused_before_the_whole_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_bytes: list[int] = []

    def counted(content: bytes, declared: str | None = None) -> Text:
        read_bytes.append(len(content))
        return read_text(content, declared)

    monkeypatch.setattr(change_files, "read_text", counted)
    assert "không phải UTF-8" in str(attempt(tmp_path, "a.csv", b"\xd4,\xb6\n" * 2_000_000))
    assert read_bytes == [8_000_000, 1 << 20]


def test_the_sender_says_what_the_names_cannot_show(tmp_path: Path) -> None:
    few = replace(PEOPLE, people=PEOPLE.people[:1])
    content = raw_bytes(few, "tcvn3")
    found = read(tmp_path, "a.csv", content, Sender(text_encoding="tcvn3"))
    assert rows(found).equals(rows(read(tmp_path, "b.csv", csv_bytes(few, "utf-8", ","))))
    assert isinstance(attempt(tmp_path, "a.csv", content, Sender(text_encoding="vni")), UnreadableError)
    assert "không phải UTF-8" in str(
        attempt(tmp_path, "a.csv", FILES["legacy_vni_bytes.csv"][1], Sender(encoding="utf-8"))
    )
    assert isinstance(attempt(tmp_path, "a.csv", content, Sender(text_encoding="unicode")), UnreadableError)
    (tmp_path / "source.toml").write_text('[text]\nencoding = "tcvn3"\n', encoding="utf-8")
    assert sender_of(tmp_path, None).text_encoding == "tcvn3"
    for wrong in ('encoding = "tcvn4"', 'font = "tcvn3"', "encoding = 1"):
        (tmp_path / "source.toml").write_text(f"[text]\n{wrong}\n", encoding="utf-8")
        with pytest.raises(UnreadableError, match="unicode, tcvn3, vni"):
            sender_of(tmp_path, None)


def test_headings_that_two_encodings_make_known_are_refused() -> None:
    headings = [encode(text, "viscii") if text.startswith("Họ") else text for text in PEOPLE.heading]
    with pytest.raises(UnreadableError, match=r'nhiều bảng mã cũ \(viscii, vps\).*encoding = "viscii"'):
        find_layout([Row(1, headings)], known_profiles(), None)
    told = [replace(p, conventions=replace(p.conventions, encoding="viscii")) for p in known_profiles()]
    assert find_layout([Row(1, headings)], told, None).layout.encoding == "viscii"


def test_a_heading_that_an_encoding_makes_known_is_read_beside_those_known_as_they_stand() -> None:
    headings = [encode(text, "vni") if text == "Ghi chú" else text for text in PEOPLE.heading]
    found = find_layout([Row(1, [*headings, "Nghề nghiệp"])], known_profiles(), None)
    assert found.layout.unknown == ("Nghề nghiệp",)
    assert "note" in found.layout.positions


def test_the_check_shows_what_was_decoded_and_what_to_confirm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_bytes(FILES["legacy_vni.csv"][1])
    assert main(["sources", "check", str(tmp_path), "--json"]) == 0
    ((sheet,),) = [file["sheets"] for file in json.loads(capsys.readouterr().out)["files"]]
    names = next(column for column in sheet["decoded"] if column["column"] == "full_name")
    assert (names["encoding"], names["basis"], names["left"], names["to_confirm"]) == ("vni", "column", 0, True)
    assert names["confidence"] > 0.9
    changed = {(encode(name, "vni"), name) for person in PEOPLE.people if not (name := person["full_name"]).isascii()}
    assert len(names["samples"]) == 3
    assert set(map(tuple, names["samples"])) < changed
    assert names["values"] == sum(encode(person["full_name"], "vni") != person["full_name"] for person in PEOPLE.people)
    assert main(["sources", "check", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert names["samples"][0][0] in said
    assert '[text]: encoding = "vni"' in said
    (tmp_path / "source.toml").write_text('[text]\nencoding = "vni"\n', encoding="utf-8")
    assert main(["sources", "check", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "nguồn đã khai" in said
    assert "[text]" not in said


def test_the_check_shows_what_would_change_where_the_evidence_is_too_thin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = [{**PEOPLE.people[0], "full_name": encode("Nguyễn Văn Hòa", "tcvn3")}, *PEOPLE.people[1:2]]
    (tmp_path / "a.csv").write_bytes(csv_bytes(replace(PEOPLE, people=people), "utf-8", ","))
    assert main(["sources", "check", str(tmp_path), "--json"]) == 0
    ((sheet,),) = [file["sheets"] for file in json.loads(capsys.readouterr().out)["files"]]
    (names,) = sheet["decoded"]
    assert (names["basis"], names["values"], names["left"]) == ("possible", 0, 1)
    assert names["samples"] == [[people[0]["full_name"], "Nguyễn Văn Hòa"]]
