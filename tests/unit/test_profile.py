"""A file's layout is recognised by its headings, however they are written; where it is not, the message says why."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.layout import Layout, find_layout
from pipelines.profile import FOLDER, fold_heading, known_profiles, read_profiles
from pipelines.tables import Row
from pipelines.unreadable import UnreadableError

COMMUNE, POST = csv.reader(
    (
        "STT,Loại biến động,Mã hộ gia đình,Họ và tên,Ngày sinh,Giới tính,Số ĐDCN/CCCD,Số CMND,Mã số BHXH,"
        "Mối quan hệ với chủ hộ,Mã xã nơi cấp giấy khai sinh,Nơi cấp giấy khai sinh,Mã xã nơi cư trú,Địa chỉ,Dân tộc,"
        "Quốc tịch,Họ tên cha,Họ tên mẹ,Ngày biến động,Điện thoại,Ghi chú",
        "STT,HoTen,MasoBHXH,NgaySinh,CCNS,GioiTinh,CMND,SoCCCD,Maho_Giadinh,MQHChuHo,Maxa_KS,Maxa_DangSS,"
        "Diachi_DangSS,DanToc,QuocTich,HoTenCha,HoTenMe,PhuongAn,NgayBienDong,DienThoai,Ghichu",
    )
)


def recognise(headings: list[str], *below: list[str]) -> Layout:
    """The layout of a sheet with this heading."""
    rows = [Row(number, cells) for number, cells in enumerate((headings, *below), start=1)]
    return find_layout(rows, known_profiles(), None).layout


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Họ và tên", "hovaten"),
        ("HỌ VÀ\nTÊN ", "hovaten"),
        ("Số ĐDCN/CCCD/\nCMND", "soddcncccdcmnd"),
        ("Ho va te\u0302n", "hovaten"),
        ("Maho_Giadinh", "mahogiadinh"),
    ],
)
def test_headings_are_compared_without_case_marks_breaks_and_signs(written: str, folded: str) -> None:
    assert fold_heading(written) == folded


@pytest.mark.parametrize(("headings", "profile_id"), [(COMMUNE, "commune_01bd"), (POST, "post_d03")])
def test_every_column_of_the_two_layouts_has_a_place(headings: list[str], profile_id: str) -> None:
    layout = recognise(headings)
    assert layout.profile.profile_id == profile_id
    assert layout.unknown == ()
    assert layout.running_numbers == {0}
    assert sorted(layout.columns) == list(range(1, len(headings)))


def test_a_differently_written_heading_is_the_same_column() -> None:
    headings = [{"Số ĐDCN/CCCD": "SỐ ĐDCN/CCCD/\nCMND", "Họ và tên": "TÊN"}.get(name, name) for name in COMMUNE]
    layout = recognise(headings)
    assert layout.positions["personal_id"] == (COMMUNE.index("Số ĐDCN/CCCD"),)
    assert layout.positions["full_name"] == (COMMUNE.index("Họ và tên"),)


def test_a_missing_heading_is_named() -> None:
    with pytest.raises(UnreadableError, match=r"commune_01bd .* thiếu cột “Ngày sinh”\."):
        recognise([name for name in COMMUNE if name != "Ngày sinh"])


def test_two_fitting_profiles_are_a_question_for_the_sender() -> None:
    with pytest.raises(UnreadableError, match="commune_01bd, post_d03"):
        recognise([*COMMUNE, "PhuongAn"])


def test_two_columns_of_one_meaning_are_refused() -> None:
    with pytest.raises(UnreadableError, match="“Ngày sinh”, “Năm sinh”"):
        recognise([*COMMUNE, "Năm sinh"])


def test_unknown_columns_are_named() -> None:
    assert recognise([*COMMUNE, "Nghề nghiệp", ""]).unknown == ("Nghề nghiệp",)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('title = "UBND', 'titel = "UBND', "titel"),
        ("full_name = [", "fullname = [", "fullname"),
        ('note = ["Ghi chú"]', 'note = ["Tên"]', "full_name and note"),
        ('F = ["Nữ"]', 'F = ["Nam"]', "M and F"),
    ],
)
def test_a_wrong_profile_says_what_is_wrong(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = (FOLDER / "commune_01bd.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "wrong.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=complaint):
        read_profiles(tmp_path / "wrong.toml")


def test_a_profile_may_say_what_its_text_is_written_in(tmp_path: Path) -> None:
    text = (FOLDER / "commune_01bd.toml").read_text(encoding="utf-8")
    assert {profile.conventions.encoding for profile in known_profiles()} == {None}
    for told in ("tcvn3", "unicode"):
        (tmp_path / "told.toml").write_text(f'{text}\n[text]\nencoding = "{told}"\n', encoding="utf-8")
        assert [profile.conventions.encoding for profile in read_profiles(tmp_path / "told.toml")] == [told]
    (tmp_path / "told.toml").write_text(f'{text}\n[text]\nencoding = "tcvn4"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="one of unicode, tcvn3, vni"):
        read_profiles(tmp_path / "told.toml")


def test_conventions_differ_where_senders_do() -> None:
    commune, post = (profile for profile in known_profiles() if profile.profile_id in ("commune_01bd", "post_d03"))
    assert "1" not in commune.conventions.sex_words
    assert post.conventions.sex_words == {"1": "M", "Nam": "M", "0": "F", "Nữ": "F"}
    assert post.conventions.precision_words == {"0": 0, "1": 1, "2": 2}
    assert (commune.conventions.commune_list, post.conventions.commune_list) == (None, None)
