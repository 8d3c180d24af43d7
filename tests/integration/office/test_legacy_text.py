"""A file typed in a legacy font is decided as the same file in Unicode, and the log says what was decoded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.encodings import encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Office

FILE = (
    "Bổ sung,Vũ Ngọc Diễm,09/04/1988,Nữ,001188000777,,0190000077,Chủ hộ,09676,09676,,,01/10/2025",
    "Sinh,Đỗ Gia Ân,01/09/2025,Nam,,,0190000001,Cháu,09676,09676,Đỗ Quang Khải,Tạ Thị Liễu,05/09/2025",
    "Chết,Phan Văn Thiện,1938,Nam,,,0190000002,Chủ hộ,09676,09676,,,05/09/2025",
    "Chuyển đến,Mạc Thị Khuyên,15/06/1990,Nữ,,,0190000001,Con dâu,08995,09676,Mạc Đình Trứ,,07/09/2025",
)

TOLD = """
select v.full_name, v.birth_date, v.sex, d.outcome, d.reason
from decision_current as d
left join person_current as v on v.person_id = d.person_id
order by d.row_id
"""


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "utf8-as-cp1252"])
def test_a_legacy_file_is_decided_as_in_unicode(encoding: str, new_office: Callable[..., Office]) -> None:
    plain, legacy = new_office(), new_office()
    plain.run(plain.file("a.csv", *FILE))
    written = [encode(line, encoding) for line in FILE]
    legacy.run(legacy.file("a.csv", *written))
    assert legacy.ask(TOLD) == plain.ask(TOLD)
    cells = [json.loads(cells) for (cells,) in legacy.ask("select cells from intake_row order by row_id")]
    assert [cell[: len(FILE[0].split(","))] for cell in cells] == [line.split(",") for line in written]
    (entry,) = legacy.ask("select content from log_entry where act = 'intake'")
    decoded = json.loads(entry[0])["decoded"]
    assert {(one["sheet"], one["encoding"], one["left"]) for one in decoded} == {(1, encoding, 0)}
    assert {"full_name", "father_name", "sex", "event"} <= {one["column"] for one in decoded}
