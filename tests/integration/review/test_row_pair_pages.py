"""Two rows called one person, or two, on the pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from casework.audit.check import run_checks
from casework.types import Home
from tests.story import ask

if TYPE_CHECKING:
    from .conftest import SignIn


def test_rows_called_one_person_or_two(sign_in: SignIn, home: Home) -> None:
    client = sign_in("chief")
    waiting = """select q.item_id, q.row_id, q.waits_for_row_id from queue_item as q
    where q.state = 'open' and q.waits_for_row_id is not null order by q.item_id"""
    (item, row, leading), *_ = ask(home, waiting)
    page = client.get(f"/items/{item}").text
    assert f'value="same_row:{leading}"' in page
    assert "Cùng một người" in page
    # what it waits for is a link
    ((leading_item,),) = ask(home, "select item_id from queue_item where row_id = ? and state = 'open'", leading)
    assert f'<a href="/items/{leading_item}">dòng {leading}</a>' in page
    answer = client.post(f"/items/{item}", data={"verdict": f"same_row:{leading}"})
    assert answer.headers["location"] == f"/items/{leading_item}?done={item}"
    undone = client.post(f"/items/{item}/undo")
    assert re.fullmatch(rf"/items/{item}\?done={item}", undone.headers["location"])
    answer = client.post(f"/items/{item}", data={"verdict": f"not_same_row:{leading}"})
    assert answer.status_code == 303
    assert ask(
        home,
        "select count(*) from queue_item where state = 'open' and row_id = ? and waits_for_row_id = ?",
        row,
        leading,
    ) == [(0,)]
    refused = client.post(f"/items/{leading_item}", data={"verdict": "same_row:999999"})
    assert refused.status_code == 409
    assert [check.name for check in run_checks(home) if check.rows] == []
