"""Questions between provinces on the pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from casework.audit.check import run_checks
from casework.types import Home
from tests.story import ask

if TYPE_CHECKING:
    from .conftest import SignIn

_ITEMS = """
select q.item_id, w.province
from queue_item as q
join intake_row as w on w.row_id = q.row_id
where q.state = 'open' and q.kind = 'row' and w.province in ('01', '66')
order by q.item_id
"""
OFFICERS = {"01": "lan", "66": "binh"}


def test_a_question_goes_to_another_province_and_its_answer_comes_back(sign_in: SignIn, home: Home) -> None:
    clients = {province: sign_in(login) for province, login in OFFICERS.items()}
    for item, province in ask(home, _ITEMS):
        asker, there = clients[province], clients[{"01": "66", "66": "01"}[province]]
        form = asker.get(f"/items/{item}").text
        button = re.search(r'name="person" value="(\d+)"><span class="rank">\d</span> Hỏi (Hà Nội|Đắk Lắk)<', form)
        if button is not None:
            break
    assert button is not None
    words = {"person": button[1], "about": "papers", "note": "<b>xem & so</b>"}
    refused = asker.post(f"/items/{item}/ask", data={**words, "about": ""})
    assert (refused.status_code, "Chưa hỏi: chọn câu hỏi" in refused.text) == (409, True)
    answer = asker.post(f"/items/{item}/ask", data=words)
    assert answer.status_code == 303
    told = asker.get(answer.headers["location"]).text
    assert f"Mục {item}:" in told
    assert "mục này trở lại khi có trả lời" in told
    assert "<span>đang hỏi tỉnh khác</span>" in asker.get("/queue").text
    assert f"/items/{item}" in asker.get("/queue?reason=asking").text
    # who may not answer is told nothing
    ((question, asked_province),) = ask(home, "select question_id, province from question")
    for login in ("minh", OFFICERS[province]):
        stranger = sign_in(login)
        assert stranger.get(f"/questions/{question}").status_code == 404
        assert f"/questions/{question}" not in stranger.get("/queue").text
    assert asked_province != province

    assert f'href="/questions/{question}"' in there.get("/queue").text
    shown = there.get(f"/questions/{question}").text
    assert "&lt;b&gt;xem &amp; so&lt;/b&gt;" in shown
    assert 'class="grid"' in shown
    # Enter in the note answers nothing
    none = there.post(f"/questions/{question}", data={"word": "", "note": "không phải"})
    assert (none.status_code, "chọn câu trả lời" in none.text, 'value="không phải"' in none.text) == (409, True, True)
    answered = there.post(f"/questions/{question}", data={"word": "not_same", "note": "đã gặp"})
    assert answered.headers["location"] == f"/queue?replied={question}"
    assert f"Đã trả lời câu hỏi {question}" in there.get(answered.headers["location"]).text
    late = sign_in("chief").post(f"/questions/{question}", data={"word": "same"})
    assert (late.status_code, "đã trả lời câu hỏi này" in late.text) == (409, True)

    # the item opens first, with the answer
    opened = asker.get("/queue/next")
    assert opened.headers["location"] == f"/items/{item}"
    assert "không phải người này" in asker.get(f"/items/{item}").text
    assert "“đã gặp”" in asker.get(f"/items/{item}").text
    assert [check.name for check in run_checks(home) if check.rows] == []
