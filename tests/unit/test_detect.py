"""Legacy text is told from Unicode by all values together; what is not certain is said, and nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
import pytest

from benchmarks.encodings import changed_columns, encode, made_names, right_columns, writable
from matching.decode_columns import TEXT_COLUMNS, UNICODE, Decoding, decode_columns
from matching.detect import detect
from matching.encodings import ENCODINGS, decode
from matching.schemas import RECEIVED

NAMES = [writable(name) for name in made_names(2, 400)[0]]
RELATIONS = ["Chủ hộ", "Vợ", "Con", "Cháu", "Mẹ"] * 8
COMMUNES = ["Hoà Vinh", "Hoà Bình", "Hà Nam", "Toà Sen"] * 10


def received(columns: Mapping[str, Sequence[str | None]]) -> pl.DataFrame:
    rows = len(next(iter(columns.values())))
    blank = {name: pl.Series([None] * rows, dtype=kind) for name, kind in RECEIVED.items()}
    return pl.DataFrame({**blank, **columns}, schema=dict(RECEIVED))


def written(texts: Sequence[str], encoding: str) -> list[str]:
    return [encode(text, encoding) for text in texts]


def told(found: list[Decoding]) -> dict[str, tuple[str, str, int]]:
    return {decoding.column: (decoding.encoding, decoding.basis, decoding.values) for decoding in found}


def test_columns_of_twenty_names_are_detected_and_restored() -> None:
    for encoding, found in right_columns(seed=3, columns=40).items():
        assert found == {"columns": 40, "detected": 40, "restored": 40}, encoding


def test_good_names_are_never_changed() -> None:
    found = changed_columns(seed=4, size=2000)
    assert {kind: told["changed"] for kind, told in found.items()} == dict.fromkeys(found, 0)


def test_one_value_tells_nothing() -> None:
    found = detect(["Hoà Vinh"])
    assert (found.encoding, found.possible) == (None, None)
    assert (found.evidence["vni"].gained, found.evidence["vni"].either) == (0, 1)


def test_few_values_are_possible_until_there_is_more() -> None:
    few = detect(["NguyÔn V¨n Hßa", "Lª ThÞ Mai"])
    assert (few.encoding, few.possible) == (None, "tcvn3")
    assert few.sample[0] == ("NguyÔn V¨n Hßa", "Nguyễn Văn Hòa")
    assert detect(["NguyÔn V¨n Hßa", "Lª ThÞ Mai", "TrÇn §øc ThuËn"]).encoding == "tcvn3"


def test_no_value_and_no_letter() -> None:
    for values in ([], ["", "12", "-"], ["Nguyen Van An"] * 30):
        assert (detect(values).encoding, detect(values).possible) == (None, None)


def test_a_few_words_in_a_long_good_column_change_nothing() -> None:
    assert detect([*NAMES, *written(NAMES[:5], "tcvn3")]).encoding is None


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_in_a_mixed_column_unicode_stays(encoding: str) -> None:
    half = NAMES[:200] + written(NAMES[200:], encoding)
    frame, found = decode_columns(received({"full_name": half}), None)
    assert told(found)["full_name"][:2] == (encoding, "column")
    names = frame["full_name"].to_list()
    assert names[:200] == NAMES[:200]
    restored = sum(name.casefold() == true.casefold() for name, true in zip(names[200:], NAMES[200:], strict=True))
    assert restored >= 190
    assert found[0].left >= 200 - restored - sum(name.isascii() for name in NAMES[200:])


def test_a_column_of_few_words_is_read_as_its_file() -> None:
    columns = {"full_name": NAMES[:40], "relation_to_head": RELATIONS, "sex": ["Nam", "Nữ"] * 20, "address": COMMUNES}
    legacy = {name: written(texts, "vni") for name, texts in columns.items()}
    frame, found = decode_columns(received(legacy), None)
    assert {name: frame[name].to_list() for name in columns} == {name: list(texts) for name, texts in columns.items()}
    assert told(found)["sex"] == ("vni", "file", 20)


def test_a_column_that_is_both_is_left_beside_unicode() -> None:
    columns = {"full_name": written(NAMES[:40], "vni"), "residence_name": COMMUNES, "note": ["đã nộp đủ"] * 40}
    frame, found = decode_columns(received(columns), None)
    assert frame["residence_name"].to_list() == COMMUNES
    assert told(found)["full_name"][:2] == ("vni", "column")


def test_short_columns_of_a_file_tell_together() -> None:
    columns = {
        "full_name": ["NguyÔn V¨n Hßa", "Lª ThÞ Mai"],
        "mother_name": ["TrÇn ThÞ HuÖ", "§ç ThÞ V©n"],
        "sex": ["Nam", "N÷"],
    }
    frame, found = decode_columns(received(columns), None)
    assert frame["full_name"].to_list() == ["Nguyễn Văn Hòa", "Lê Thị Mai"]
    assert told(found)["sex"] == ("tcvn3", "file", 1)


def test_too_little_is_reported_and_left() -> None:
    frame, found = decode_columns(received({"full_name": ["NguyÔn V¨n Hßa"]}), None)
    assert frame["full_name"].to_list() == ["NguyÔn V¨n Hßa"]
    assert [(one.column, one.encoding, one.basis, one.values, one.left) for one in found] == [
        ("full_name", "tcvn3", "possible", 0, 1)
    ]


def test_the_profile_settles_it() -> None:
    one = received({"full_name": ["Hoà Vinh", "Nguyễn Văn Hòa", None]})
    frame, found = decode_columns(one, "vni")
    assert frame["full_name"].to_list() == ["Hồ Vinh", "Nguyễn Văn Hòa", None]
    assert told(found) == {"full_name": ("vni", "confirmed", 1)}
    many = received({"full_name": written(NAMES[:40], "tcvn3")})
    assert decode_columns(many, UNICODE)[0].equals(many)
    with pytest.raises(ValueError, match="use one of tcvn3"):
        decode_columns(many, "latin-9")


def test_cells_and_every_other_column_stay_as_received() -> None:
    columns = {name: written(NAMES[:30], "tcvn3") for name in TEXT_COLUMNS}
    others = {"cells": [f'["{name}"]' for name in columns["full_name"]], "phone": ["0912 345 678"] * 30}
    frame = received({**columns, **others})
    decoded, found = decode_columns(frame, None)
    assert {one.column for one in found} == set(TEXT_COLUMNS)
    assert decoded.schema == frame.schema
    unchanged = [name for name in RECEIVED if name not in TEXT_COLUMNS]
    assert decoded.select(unchanged).equals(frame.select(unchanged))


def test_no_row_in_no_row_out() -> None:
    frame, found = decode_columns(received({"full_name": []}), None)
    assert (len(frame), found) == (0, [])


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(ValueError, match="use one of tcvn3, vni"):
        decode("text", "tcvn4")
