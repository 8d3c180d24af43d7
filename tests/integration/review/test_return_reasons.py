"""Reasons to return a row: chosen on its page, told to the sender, kept by their codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from casework.deliveries.return_reasons import return_reasons
from casework.errors import UsageError
from casework.office import queue
from casework.office.verdicts import Verdict
from casework.types import Home
from tests.integration.review.conftest import CHIEF, item_of
from tests.story import ask

if TYPE_CHECKING:
    from .conftest import SignIn


def test_a_chosen_reason_is_told_to_the_sender_and_kept_by_its_code(sign_in: SignIn, home: Home) -> None:
    item = item_of(home, "Đặng Văn Khởi")
    client = sign_in("lan")
    assert 'value="papers"' in client.get(f"/items/{item}").text
    assert client.post(f"/items/{item}", data={"verdict": "return", "because": "nonsense"}).status_code == 409
    for _ in range(2):
        answer = client.post(f"/items/{item}", data={"verdict": "return", "because": "papers", "note": "trước 30/11"})
        assert answer.status_code == 303
    row = ask(home, "select row_id from queue_item where item_id = ?", item)[0][0]
    ((evidence,),) = ask(home, "select evidence from decision where row_id = ? and outcome = 'returned'", row)
    told = "Gửi kèm bản chụp giấy khai sinh hoặc căn cước của người này. trước 30/11"
    assert json.loads(evidence)["note"] == told
    ((content,),) = ask(home, "select content from log_entry where act = 'give_back'")
    assert json.loads(content)["reason"] == "papers"
    # a reason left chosen by chance belongs to no other word
    other = item_of(home, "Mai Quốc Tuân")
    with pytest.raises(UsageError, match="reason papers: not one of papers_seen"):
        queue.decide(home, other, Verdict("new", reason="papers"), CHIEF)
    assert client.post(f"/items/{other}", data={"verdict": "new", "because": "papers"}).status_code == 303


def test_what_a_verdict_rests_on_is_kept_by_its_code(sign_in: SignIn, home: Home) -> None:
    item = item_of(home, "Mai Quốc Tuân")
    client = sign_in("lan")
    assert 'name="ground" value="papers_seen"' in client.get(f"/items/{item}").text
    assert client.post(f"/items/{item}", data={"verdict": "new", "ground": "nonsense"}).status_code == 409
    data = {"verdict": "new", "ground": "papers_seen", "note": "CCCD"}
    assert client.post(f"/items/{item}", data=data).status_code == 303
    ((content,),) = ask(home, "select content from log_entry where act = 'judgement'")
    assert json.loads(content)["reason"] == "papers_seen"
    assert set(ask(home, "select note from judgement")) == {("CCCD",)}
    # a return takes a reason of its own, an agreement none
    other = item_of(home, "Đặng Văn Khởi")
    back = {"verdict": "return", "because": "papers", "ground": "papers_seen"}
    assert client.post(f"/items/{other}", data=back).status_code == 303
    with pytest.raises(UsageError, match="takes no reason"):
        queue.decide(home, other, Verdict("approve", reason="papers_seen"), CHIEF)


def test_faults_of_the_reasons_are_all_told(home: Home) -> None:
    (home.folder / "rules").mkdir()
    reason = '[[reason]]\ncode = "a"\ntitle = "A"\n'
    text = f'colour = 1\n{reason}text = " "\n{reason}text = "x"\nb = 1\n'
    (home.folder / "rules" / "returns.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        return_reasons(home)
    for fault in ("colour is no setting", "version is missing", "no. 1: text is missing", "no. 2: b is no", "a stands"):
        assert fault in str(caught.value)
