"""Who may use the pages: accounts, signing in and out, and the area that each sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from casework.errors import UsageError
from casework.home import open_home
from casework.office import accounts, queue
from casework.office.accounts import (
    Account,
    SignInRefusedError,
    add_account,
    change_account,
    change_password,
    ends_in,
    set_purpose,
    sign_in,
    signed_in,
    viewer_of,
)
from casework.office.verdicts import Verdict
from casework.types import Scope, Viewer
from casework.vietnam_time import today
from registry.engine import now
from registry.moments import moment
from tests.integration.office.test_queue import DEATH, UNKNOWN, one

if TYPE_CHECKING:
    from .conftest import Office

#: the password of the accounts that a test makes
PHRASE = "ba con mèo vàng"
CHIEF = Viewer("chief", "accounts")
HANOI = Scope("01")


def account(login: str = "lan", scope: Scope = HANOI, **parts: Any) -> Account:
    """An account that can be added."""
    made = {"full_name": "Trần Thị Lan", "is_approver": False, "expires_on": None, **parts}
    return Account(0, login, scope=scope, **made)


def refused(office: Office, login: str, password: str) -> str:
    """Why a sign-in was refused."""
    with pytest.raises(SignInRefusedError) as caught:
        sign_in(office.home, login, password)
    return caught.value.why


def acts(office: Office) -> list[tuple[str, str]]:
    """What was logged: act and by whom."""
    return [(act, by) for act, by in office.ask("select act, logged_by from log_entry order by entry_no")]


def test_in_and_out(empty_office: Office) -> None:
    home = empty_office.home
    added = add_account(home, account(), PHRASE, CHIEF)
    # Vietnamese letters come from keyboards in two forms
    token = sign_in(home, " Lan ", "ba con me\u0300o va\u0300ng")
    found = signed_in(home, token)
    assert found is not None
    assert (found.account, found.purpose) == (added, None)
    set_purpose(home, token, "tiếp dân")
    assert signed_in(home, token) == replace(found, purpose="tiếp dân")
    assert signed_in(home, token + "x") is None
    accounts.sign_out(home, token)
    accounts.sign_out(home, token)
    assert signed_in(home, token) is None
    assert acts(empty_office)[1:] == [("account", "chief"), ("sign_in", "lan"), ("sign_out", "lan")]
    assert empty_office.broken() == {}


def test_nothing_secret_is_kept_or_logged(empty_office: Office) -> None:
    add_account(empty_office.home, account(), PHRASE, CHIEF)
    token = sign_in(empty_office.home, "lan", PHRASE)
    refused(empty_office, PHRASE, "typed into the wrong box")
    ((hashed,),) = empty_office.ask("select password_hash from account")
    assert hashed.startswith("$argon2id$")
    kept = repr(
        [
            empty_office.ask("select * from account"),
            empty_office.ask("select * from sign_in_attempt"),
            empty_office.ask("select * from web_session"),
            empty_office.ask("select * from log_entry"),
        ]
    )
    assert [word for word in (PHRASE, token, "wrong box") if word in kept] == []


def test_failures_lock_a_login_whether_or_not_there_is_such_an_account(
    empty_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_account(empty_office.home, account(), PHRASE, CHIEF)
    for login in ("lan", "nobody"):
        assert [refused(empty_office, login, "no password") for _ in range(6)] == ["wrong"] * 5 + ["locked"]
    assert refused(empty_office, "lan", PHRASE) == "locked"
    assert empty_office.ask("select count(*) from sign_in_attempt") == [(10,)]
    # a new password frees it at once, and that login alone
    change_password(empty_office.home, "lan", f"{PHRASE} anew", CHIEF)
    assert [refused(empty_office, login, "no password") for login in ("lan", "nobody")] == ["wrong", "locked"]
    assert sign_in(empty_office.home, "lan", f"{PHRASE} anew")
    assert [refused(empty_office, "lan", "no password") for _ in range(6)] == ["wrong"] * 5 + ["locked"]
    # a quarter of an hour later
    monkeypatch.setattr(accounts, "now", lambda: "2999-01-01T00:00:00.000000Z")
    assert sign_in(empty_office.home, "lan", f"{PHRASE} anew")
    assert empty_office.broken() == {}


def test_a_success_forgets_the_failures_before_it(empty_office: Office) -> None:
    add_account(empty_office.home, account(), PHRASE, CHIEF)
    for _ in range(2):
        assert [refused(empty_office, "lan", "no password") for _ in range(4)] == ["wrong"] * 4
        assert sign_in(empty_office.home, "lan", PHRASE)


def test_how_long_a_session_lasts_is_told(empty_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an hour from what is done now, and never longer than ten hours from its beginning."""
    add_account(empty_office.home, account(), PHRASE, CHIEF)
    token = sign_in(empty_office.home, "lan", PHRASE)
    opened = signed_in(empty_office.home, token)
    assert opened is not None
    begin = datetime.fromisoformat(opened.opened_at)
    for minutes, seen, left in (
        (0, 0, 30),
        (0.5, 0, 29.5),
        (20, 0, 30),
        (9 * 60 + 50, 9 * 60 + 49.5, 10),
        (601, 600, 0),
    ):
        monkeypatch.setattr(accounts, "now", lambda at=minutes: moment(begin + timedelta(minutes=at)))
        found = replace(opened, seen_at=moment(begin + timedelta(minutes=seen)))
        assert ends_in(empty_office.home, found) == left * 60


def test_an_account_signs_in_until_the_end_of_its_last_day(empty_office: Office) -> None:
    home = empty_office.home
    add_account(home, account(expires_on=today().isoformat()), PHRASE, CHIEF)
    token = sign_in(home, "lan", PHRASE)
    yesterday = (today() - timedelta(days=1)).isoformat()
    change_account(home, "lan", {"expires_on": yesterday}, CHIEF)
    assert signed_in(home, token) is None
    assert refused(empty_office, "lan", PHRASE) == "expired"
    assert refused(empty_office, "lan", "another password") == "wrong"


@pytest.mark.parametrize(
    ("after", "is_in"),
    [(timedelta(minutes=29), True), (timedelta(minutes=31), False), (timedelta(hours=11), False)],
)
def test_a_session_ends(
    empty_office: Office, monkeypatch: pytest.MonkeyPatch, after: timedelta, *, is_in: bool
) -> None:
    add_account(empty_office.home, account(), PHRASE, CHIEF)
    token = sign_in(empty_office.home, "lan", PHRASE)
    later = datetime.fromisoformat(now()) + after
    monkeypatch.setattr(accounts, "now", lambda: later.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    assert (signed_in(empty_office.home, token) is not None) == is_in


def test_another_password_ends_every_session(empty_office: Office) -> None:
    add_account(empty_office.home, account(), PHRASE, CHIEF)
    token = sign_in(empty_office.home, "lan", PHRASE)
    change_password(empty_office.home, "lan", "bốn con mèo đen", CHIEF)
    assert signed_in(empty_office.home, token) is None
    assert refused(empty_office, "lan", PHRASE) == "wrong"
    assert sign_in(empty_office.home, "lan", "bốn con mèo đen")


@pytest.mark.parametrize(
    ("wanted", "password", "said"),
    [
        (account("Lan"), PHRASE, "2 to 64 of a-z"),
        (account("lan"), PHRASE, "never given to another"),
        (account("minh", Scope("99")), PHRASE, "area 99: not on the list"),
        (account("minh", Scope(None, "xa-01")), PHRASE, "a unit needs the province"),
        (account("minh"), "ngắn quá", "at least 12 characters"),
        (account("minh"), "tôi là Minh đây mà", "it holds the login"),
    ],
)
def test_no_account_is_made(empty_office: Office, wanted: Account, password: str, said: str) -> None:
    add_account(empty_office.home, account(), PHRASE, CHIEF)
    with pytest.raises(UsageError, match=said):
        add_account(empty_office.home, wanted, password, CHIEF)
    assert empty_office.ask("select login from account") == [("lan",)]


def test_rules_of_the_home_count(empty_office: Office) -> None:
    rules = empty_office.home.folder / "rules"
    rules.mkdir()
    (rules / "accounts.toml").write_text('version = "x"\nfewest_characters = 0\ntries = 3\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"tries is no setting; fewest_characters is 0, not a number from 1; failures"):
        add_account(empty_office.home, account(), PHRASE, CHIEF)


def test_the_command_line(empty_office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "password"
    file.write_text(PHRASE + "\r\nnot this line\n", encoding="utf-8")
    given = ("--name", "Trần Thị Lan", "--area", "01", "--unit", "xa-01", "--approver", "--password-file", str(file))
    assert empty_office.main("account", "add", "lan", *given) == 0
    assert PHRASE not in capsys.readouterr().out
    home = open_home(empty_office.home.folder, empty_office.home.ledger_url)
    found = signed_in(home, sign_in(home, "lan", PHRASE))
    assert found is not None
    assert (found.account.scope, found.account.is_approver) == (Scope("01", "xa-01"), True)
    assert empty_office.main("account", "change", "lan", "--unit", "xa-02", "--no-approver", "--control") == 0
    assert empty_office.main("account", "change", "nobody", "--name", "Ai") == 2
    assert "there is no such account" in capsys.readouterr().err
    assert empty_office.main("account", "list") == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == [
        "lan",
        "Trần",
        "Thị",
        "Lan",
        "01",
        "xa-02",
        "không",
        "có",
        "·",
    ]
    assert empty_office.main("account", "change", "lan", "--area", "country") == 0
    file.write_text("bốn con mèo đen", encoding="utf-8")
    assert empty_office.main("account", "password", "lan", "--password-file", str(file)) == 0
    found = signed_in(home, sign_in(home, "lan", "bốn con mèo đen"))
    home.ledger.close()
    assert found is not None
    assert found.account.scope == Scope()
    assert empty_office.main("account", "password", "lan", "--password-file", str(tmp_path / "none")) == 2


# areas --------------------------------------------------------------------------------------------------------------


def test_everybody_sees_the_rows_of_his_area(office: Office) -> None:
    for number, source in enumerate(("xa-01", "xa-02")):
        one(office, UNKNOWN.replace("Tường", f"Tường {'AB'[number]}"), f"{source}.csv", source)
    with office.home.ledger.reading() as session:
        (province,) = {row.province for row in session.rows_for("intake_rows", "row_ids", [1, 2])}
    seen = {}
    for scope in (Scope(), Scope(province), Scope(province, "xa-02"), Scope("44")):
        viewer = Viewer("lan", "queue", scope)
        found = queue.listing(office.home, None, 100, viewer)
        seen[scope.province, scope.unit] = (
            [item.source for item in found.items],
            sum(count["items"] for count in found.counts),
        )
    assert seen == {
        (None, None): (["xa-01", "xa-02"], 2),
        (province, None): (["xa-01", "xa-02"], 2),
        (province, "xa-02"): (["xa-02"], 1),
        ("44", None): ([], 0),
    }


def test_an_item_of_another_area_is_neither_shown_nor_decided(office: Office) -> None:
    item = office.item(one(office, UNKNOWN))
    elsewhere = Viewer("minh", "queue", Scope("44"))
    before = office.counts(), acts(office)
    for look in (
        lambda: queue.show(office.home, item, elsewhere),
        lambda: queue.decide(office.home, item, Verdict("return", note="thiếu"), elsewhere),
    ):
        with pytest.raises(UsageError, match="not in the queue"):
            look()
    assert (office.counts(), acts(office)) == before


def test_the_second_agreement_to_a_death_is_an_approvers(office: Office) -> None:
    item = office.item(one(office, DEATH), "death")
    for login, is_approver in (("lan", False), ("minh", False), ("chief", True)):
        add_account(office.home, account(login, Scope(), is_approver=is_approver), PHRASE, CHIEF)
    lan, minh, chief = (
        viewer_of(found.account, "queue")
        for found in (signed_in(office.home, sign_in(office.home, login, PHRASE)) for login in ("lan", "minh", "chief"))
        if found is not None
    )
    approve = Verdict("approve")
    assert queue.decide(office.home, item, approve, lan).approved_by == ["lan"]
    assert queue.decide(office.home, item, approve, lan).needs_approval
    with pytest.raises(UsageError, match="the second agreement to a death is an approver's"):
        queue.decide(office.home, item, approve, minh)
    assert queue.decide(office.home, item, approve, chief).approved_by == ["lan", "chief"]
    assert office.broken() == {}
