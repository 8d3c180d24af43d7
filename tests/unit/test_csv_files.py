"""A change file becomes RECEIVED: every row, the sender's row numbers, the text as it came."""

from __future__ import annotations

import json
import re
import weakref
from pathlib import Path

import polars as pl
import pytest

from casework.deliveries.intake import RECEIVED, ReceivedFile, ReceivedSheet
from pipelines.change_files import ReadFile, read_path
from pipelines.inbox import read_inbox
from pipelines.profile import known_profiles
from pipelines.sender import Sender, sender_of
from pipelines.unreadable import UnreadableError, told_once

HEADER = "STT,Loại biến động,Họ và tên,Ngày sinh,Giới tính,Số ĐDCN/CCCD,Mã số BHXH,Ghi chú"
ROW = "1,Bổ sung,Lê Văn An,05/03/1987,Nam,001087000123,,"


def read(folder: Path, text: str | bytes, name: str = "commune.csv") -> ReceivedSheet:
    return read_file(folder, text, name).received.sheets[0]


def read_file(folder: Path, text: str | bytes, name: str = "commune.csv") -> ReadFile:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    ((_, found),) = read_path(path, Sender(), known_profiles())
    if isinstance(found, UnreadableError):
        raise found
    return found


def said(folder: Path, text: str | bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        read(folder, text)
    return str(caught.value)


def test_a_row_is_received_as_it_was_written(tmp_path: Path) -> None:
    file = read(tmp_path, f"{HEADER}\n7,Bổ sung, LÊ  Văn An,1987,Nam,,,  \n")
    assert dict(file.rows.schema) == dict(RECEIVED)
    (row,) = file.rows.to_dicts()
    assert (row["row"], row["sheet"], row["sheet_row"], row["shape_fault"]) == (1, None, 2, None)
    assert (row["full_name"], row["birth_date"], row["personal_id"], row["note"]) == (" LÊ  Văn An", "1987", None, None)
    assert json.loads(row["cells"]) == ["Bổ sung", " LÊ  Văn An", "1987", "Nam", "", "", "  "]
    whole = read_file(tmp_path, f"{HEADER}\n{ROW}\n").received
    assert (whole.source, file.layout.profile, whole.province) == ("commune_01bd", "commune_01bd", None)
    assert list(file.layout.titles.items())[4:] == [
        ("personal_id", "Số ĐDCN/CCCD"),
        ("bhxh_code", "Mã số BHXH"),
        ("note", "Ghi chú"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_byte_order_mark_delimiter_and_line_end_do_not_matter(
    tmp_path: Path, mark: str, delimiter: str, end: str
) -> None:
    plain = read_file(tmp_path, f"{HEADER}\n{ROW}\n").received
    other = read_file(tmp_path, mark + f"{HEADER}\n{ROW}\n".replace(",", delimiter).replace("\n", end)).received
    assert plain.sheets[0].rows.equals(other.sheets[0].rows)
    assert plain.digest != other.digest or (mark, delimiter, end) == ("", ",", "\n")


def test_blank_lines_are_left_out_but_counted_and_a_wrapped_name_is_one_row(tmp_path: Path) -> None:
    wrapped = ROW.replace("Lê Văn An", '"Lê Văn\nAn"')
    file = read(tmp_path, f"{HEADER}\n{wrapped}\n\n,,,,,,,\n{ROW}\n")
    assert file.rows["row"].to_list() == [1, 2]
    assert file.rows["sheet_row"].to_list() == [2, 5]
    assert file.rows["full_name"].to_list() == ["Lê Văn\nAn", "Lê Văn An"]


def test_the_running_number_is_no_part_of_a_row_s_identity(tmp_path: Path) -> None:
    file = read(tmp_path, f"{HEADER}\n{ROW}\n9{ROW[1:]}\n")
    assert file.rows["cells"].n_unique() == 1


def test_a_short_row_is_filled_up_and_blank_cells_at_the_end_say_nothing(tmp_path: Path) -> None:
    file = read(tmp_path, f"{HEADER}\n{ROW}\n{ROW[:-2]}\n{ROW},, \n")
    assert file.rows["cells"].n_unique() == 1
    assert file.rows["shape_fault"].to_list() == [None, None, None]


def test_a_row_with_more_cells_than_headings_is_kept_whole_and_flagged(tmp_path: Path) -> None:
    file = read(tmp_path, f"{HEADER}\n{ROW.replace('Lê Văn An', 'Lê Văn An, tức Bình')}x\n{ROW}\n")
    assert file.rows["shape_fault"].to_list() == ["row_shape", None]
    assert json.loads(file.rows["cells"][0])[1:4] == ["Lê Văn An", " tức Bình", "05/03/1987"]
    assert json.loads(file.rows["cells"][0])[-1] == "x"


def test_a_heading_alone_is_a_file_without_rows(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER).rows.is_empty()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "tệp trống"),
        (b"\n\n", "tệp trống"),
        (f"{HEADER}\n".encode() + "1,Bổ sung,Nguyễn".encode("cp1258", "replace") + b"\xd4\n", "dòng 2: .*0xD4"),
        (f'{HEADER}\n{ROW}\n1,Bổ sung,"Lê Văn An,1987\n{ROW}\n'.encode(), "dòng 3: dấu ngoặc kép"),
        (f'{HEADER}\n1,Bổ sung,"Lê "Tý" An",1987\n'.encode(), "dòng 2: dấu ngoặc kép"),
        (b"a,b\n1,2\n", "^không có cột nào của một danh sách người"),
        ("Họ và tên,b\n1,2\n".encode(), "commune_01bd .* thiếu cột"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, content: bytes, complaint: str) -> None:
    assert re.search(complaint, said(tmp_path, content))


def test_every_row_of_the_samples_is_received() -> None:
    samples = Path(__file__).parents[2] / "data_samples"
    inbox = read_inbox([samples / "inbox"], None)
    truth = pl.read_csv(samples / "truth.csv", infer_schema=False)
    received = {
        (file.file_name.removesuffix(".csv"), str(row)) for file in inbox.files for row in file.sheets[0].rows["row"]
    }
    assert received == set(truth.select("file", "row").iter_rows())
    assert (inbox.unreadable, inbox.noticed) == ([], [])


def test_a_folder_gives_its_files_by_name_each_once_and_names_what_it_cannot_read(tmp_path: Path) -> None:
    for name in ("b.csv", "A.CSV", ".hidden.csv", "~$lock.xlsx"):
        (tmp_path / name).write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    (tmp_path / "list.xlsx").write_bytes(b"PK")
    (tmp_path / "done").mkdir()
    (tmp_path / "source.toml").write_text('source = "xa-01"\nprovince = "24"\n', encoding="utf-8")
    inbox = read_inbox([tmp_path / "b.csv", tmp_path, tmp_path / "gone.csv"], None)
    files = list(inbox.files)
    assert [file.file_name for file in files] == ["b.csv", "A.CSV"]
    assert {(file.source, file.province) for file in files} == {("xa-01", "24")}
    assert [Path(remark.file).name for remark in inbox.unreadable] == ["list.xlsx", "gone.csv"]
    assert [file.source for file in read_inbox([tmp_path / "b.csv"], "xa-02").files] == ["xa-02"]


def test_a_folder_gives_the_files_of_the_senders_within_and_names_the_folders_of_nobody(tmp_path: Path) -> None:
    for folder in ("xa-02", "xa-01", "done", ".hidden", "xa-03", "xa-01/deeper"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    for name in ("a.csv", "xa-01/b.csv", "xa-02/c.csv", "xa-03/d.csv", "xa-01/deeper/e.csv", ".hidden/f.csv"):
        (tmp_path / name).write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    for unit, province in (("xa-01", "01"), ("xa-02", "66")):
        text = f'source = "{unit}"\nprovince = "{province}"\n'
        (tmp_path / unit / "source.toml").write_text(text, encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "xa-01")
    inbox = read_inbox([tmp_path], None)
    assert [(file.file_name, file.source, file.province) for file in inbox.files] == [
        ("a.csv", "commune_01bd", None),
        ("b.csv", "xa-01", "01"),
        ("c.csv", "xa-02", "66"),
    ]
    assert [Path(remark.file).name for remark in inbox.unreadable] == ["link"]
    passed, unnamed = inbox.noticed
    assert (passed.file, unnamed.file) == (str(tmp_path / "xa-03"), str(tmp_path))
    assert "không có source.toml" in passed.message


def test_where_nobody_says_who_sent_it_is_told_once_a_folder_whose_name_and_province_are_taken(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    other = tmp_path / "other"
    other.mkdir()
    (other / "c.csv").write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    (other / "source.toml").write_text('province = "66"\n', encoding="utf-8")

    def told(source: str | None) -> list[tuple[str, str]]:
        inbox = read_inbox([tmp_path], source, province="24")
        assert len(list(inbox.files)) == 3
        return [(remark.file, remark.message.split(";")[0]) for remark in inbox.noticed]

    said = "không ai nêu tên đơn vị gửi, nên lấy tên mẫu: commune_01bd (tỉnh {})"
    assert told(None) == [(str(tmp_path), said.format("24")), (str(other), said.format("66"))]
    assert told("xa-01") == []
    (other / "source.toml").write_text('source = "xa-02"\n', encoding="utf-8")
    assert told(None) == [(str(tmp_path), said.format("24"))]


def test_a_fault_of_source_toml_is_told_once_with_every_file_that_it_keeps_out(tmp_path: Path) -> None:
    names = [f"{number:02}.csv" for number in range(22)]
    for name in names:
        (tmp_path / name).write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    (tmp_path / "source.toml").write_text("unit = 'x'", encoding="utf-8")
    inbox = read_inbox([tmp_path, tmp_path / "gone.csv"], None)
    assert list(inbox.files) == []
    assert [Path(one.file).name for one in inbox.unreadable] == [*names, "gone.csv"]
    (told,) = told_once(inbox.unreadable)
    assert told.file == str(tmp_path)
    assert "khóa lạ: unit" in told.message
    assert told.message.endswith("Vì thế chưa đọc 23 tệp: " + ", ".join(names[:20]) + " và 3 tệp nữa.")


def test_a_folder_is_read_file_by_file_and_no_file_is_kept_when_the_next_is_read(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", "d.csv"):
        (tmp_path / name).write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    (tmp_path / "c.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    told: list[tuple[str, int, int]] = []
    kept: list[weakref.ref[ReceivedFile]] = []

    def report(stage: str, done: int, total: int) -> None:
        told.append((stage, done, total))
        assert not any(file() for file in kept)

    inbox = read_inbox([tmp_path], None, report)
    for before, name in ((0, "a.csv"), (1, "b.csv"), (3, "d.csv")):
        file = next(inbox.files)
        assert (file.file_name, len(told)) == (name, before)
        kept.append(weakref.ref(file))
        del file
    assert next(inbox.files, None) is None
    assert told == [("intake", done, 4) for done in (1, 2, 3, 4)]
    assert [Path(remark.file).name for remark in inbox.unreadable] == ["c.csv"]


def test_columns_that_nobody_reads_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADER},Nghề nghiệp\n{ROW},Thợ\n", encoding="utf-8")
    inbox = read_inbox([tmp_path], None)
    ((sheet,),) = [file.sheets for file in inbox.files]
    assert "Nghề nghiệp" in inbox.noticed[0].message
    assert json.loads(sheet.rows["cells"][0])[-1] == "Thợ"
    assert list(sheet.layout.titles.items())[-1] == ("other_9", "Nghề nghiệp")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("source = ", "không đọc được"),
        ("unit = 'x'", "khóa lạ: unit"),
        ("source = ' '", "không để trống"),
        ("province = 1", "không để trống"),
        ("province = '1'", "hai chữ số"),
        ("province = '02'", "không có tỉnh 02"),
    ],
)
def test_a_wrong_source_toml_is_a_reason_not_to_read(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "source.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableError, match=complaint):
        sender_of(tmp_path, "xa-01")
