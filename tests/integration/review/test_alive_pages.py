"""A recorded death called wrong on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.audit.check import run_checks
from casework.types import Home
from tests.integration.review.conftest import item_of

if TYPE_CHECKING:
    from .conftest import SignIn


def test_two_people_call_a_recorded_death_wrong(sign_in: SignIn, home: Home) -> None:
    item = item_of(home, "Y Bliu Mlô Duôn Du")
    first, second = sign_in("binh"), sign_in("chief")
    page = first.get(f"/items/{item}").text
    assert 'value="alive:6673316006" data-key="s"' in page
    # a reason that is for deaths alone is not offered here
    assert 'value="alive"' not in page
    answer = first.post(f"/items/{item}", data={"verdict": "alive:6673316006"})
    assert f"Mục {item}:" in first.get(answer.headers["location"]).text
    assert "đã ghi “còn sống”" in first.get(answer.headers["location"]).text
    assert "binh nói người này còn sống" in second.get(f"/items/{item}").text
    answer = second.post(f"/items/{item}", data={"verdict": "alive:6673316006"})
    assert answer.status_code == 303
    assert "liên kết" in second.get(answer.headers["location"]).text
    assert '<em class="late">đã chết</em>' not in second.get(f"/items/{item}").text
    assert [check.name for check in run_checks(home) if check.rows] == []
