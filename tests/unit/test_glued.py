"""Spaces that were lost between the syllables of names, and words that only look like it."""

from __future__ import annotations

import polars as pl
import pytest

from matching.glued import parted
from matching.text import norm_name


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Nguyễn BảoAnh", "Nguyễn Bảo Anh"),
        ("LêThị Hoa", "Lê Thị Hoa"),
        ("NguyễnThịMinhAnh", "Nguyễn Thị Minh Anh"),
        ("NguyễnĐức Anh", "Nguyễn Đức Anh"),
        ("TRẦN THỊLOAN", "TRẦN THỊ LOAN"),
        ("trần thịyến", "trần thị yến"),
        ("Hồ VănBình", "Hồ Văn Bình"),
        # no capital and none of the two middles: it may as well be a slip
        ("NGUYEN BAOANH", "NGUYEN BAOANH"),
        ("Ngưyễn Văn Nam", "Ngưyễn Văn Nam"),
        ("PHẠM THỊ LONA", "PHẠM THỊ LONA"),
        ("Đinh Thị Krươnh", "Đinh Thị Krươnh"),
        # whole syllables that begin like a middle
        ("Phạm Hưng Thịnh", "Phạm Hưng Thịnh"),
        ("LÊ THỊ THIÊN", "LÊ THỊ THIÊN"),
        ("Puih HBlơn", "Puih H Blơn"),
        ("YMoan Êban", "Y Moan Êban"),
        ("HUệ", "HUệ"),
        ("Lê KHánh", "Lê KHánh"),
        # the marks of a people's names
        ("H'Hen Niê", "H'Hen Niê"),
        ("Y ÊnuôL", "Y ÊnuôL"),
        ("K'Brêu", "K'Brêu"),
        ("Y", "Y"),
        (None, None),
    ],
)
def test_a_lost_space_is_set_where_it_is_sure(written: str | None, read: str | None) -> None:
    others = ["Lê Văn Tám", "VõThị Sáu", None]
    names = pl.Series("full_name", [written, *others], dtype=pl.String)
    assert parted(names).to_list() == [read, "Lê Văn Tám", "Võ Thị Sáu", None]
    assert names.to_list() == [written, *others]


def test_letters_are_neither_lost_nor_changed() -> None:
    names = pl.Series(["NguyễnThịMinhAnh", "TRẦN THỊLOAN", "VõThị Sáu"])
    assert [norm_name(name).replace(" ", "") for name in parted(names)] == [
        norm_name(name.replace(" ", "")) for name in names
    ]
