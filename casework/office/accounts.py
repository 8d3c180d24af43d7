"""Accounts: who may use the pages, signing in and out.

A password is kept as its Argon2id hash, a session as the SHA-256 of its token; neither stands in any log.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from casework.errors import OnlyLooksError, UsageError
from casework.policy import settings
from casework.types import Home, Scope, Viewer
from casework.vietnam_time import vietnam_time
from matching.places import known_province
from registry import accounts, claims, log
from registry.accounts import Account, SignedIn
from registry.engine import Session, now
from registry.moments import moment
from registry.queue import one_form

__all__ = ["Account", "SignedIn"]

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_NUMBERS = ("fewest_characters", "failures", "failure_minutes", "idle_minutes", "session_hours")
_TOKEN_BYTES = 32
#: how old "last seen" may be before it is written anew: a page is no reason to write
_SEEN_EVERY = timedelta(seconds=60)
#: who acts where nobody is known yet
_DOORKEEPER = "motma serve"


class SignInRefusedError(UsageError):
    """Nobody was signed in; `why` is wrong, locked or expired."""

    def __init__(self, why: str) -> None:
        super().__init__(f"sign-in refused: {why}")
        self.why = why


@dataclass(frozen=True)
class AccountRules:
    """How people sign in: figures of rules/accounts.toml."""

    version: str
    fewest_characters: int
    failures: int
    failure_minutes: int
    idle_minutes: int
    session_hours: int


def account_rules(home: Home) -> AccountRules:
    """The rules of a home; PolicyError names every fault."""
    return AccountRules(**settings(home, "accounts", {"version": str, **dict.fromkeys(_NUMBERS, int)}))


def add_account(home: Home, account: Account, password: str, viewer: Viewer) -> Account:
    """The new account with its id; UsageError for a login that is none or taken, no area, a weak password."""
    if not _LOGIN.fullmatch(account.login):
        raise UsageError(f"login {account.login}: 2 to 64 of a-z, 0-9 and . _ @ -, beginning with a letter or digit")
    _check_scope(account.scope)
    hashed = _hash(home, account.login, password)
    with home.ledger.writing() as session:
        if accounts.by_login(session, account.login) is not None:
            raise UsageError(f"login {account.login}: there is one already; a login is never given to another person")
        added = replace(account, account_id=accounts.add(session, account.login, hashed))
        accounts.add_version(session, added)
        log.append(session, viewer, [_act(added, "added")])
    return added


def change_account(home: Home, login: str, changes: dict[str, Any], viewer: Viewer) -> Account:
    """The account with full_name, scope, is_approver, is_control or expires_on changed; UsageError where not."""
    with home.ledger.writing() as session:
        account, _ = _known(session, login)
        changed = replace(account, **changes)
        _check_scope(changed.scope)
        accounts.add_version(session, changed)
        log.append(session, viewer, [_act(changed, "changed")])
    return changed


def change_password(home: Home, login: str, password: str, viewer: Viewer) -> None:
    """Another password; whoever is signed in by the old one must sign in again, and a login that is locked is free."""
    hashed = _hash(home, login, password)
    with home.ledger.writing() as session:
        account, _ = _known(session, login)
        accounts.set_password(session, account.account_id, hashed)
        # failures count since the last success
        accounts.add_attempt(session, _login_digest(home, account.login), is_success=True)
        log.append(session, viewer, [_act(account, "password")])


def all_accounts(home: Home, viewer: Viewer) -> Sequence[Account]:
    """Every account by login; the look is logged."""
    with home.ledger.writing() as session:
        found = accounts.every(session)
        log.append(session, viewer, [log.Act("account_list", {"accounts": len(found)})])
    return found


def sign_in(home: Home, login: str, password: str) -> str:
    """The token of a new session; SignInRefusedError, which does not tell whether there is such a login."""
    rules = account_rules(home)
    login = login.strip().lower()
    digest = _login_digest(home, login)
    with home.ledger.reading() as session:
        held = accounts.by_login(session, login)
        is_locked = _is_locked(session, digest, rules)
    # what takes its time is done before the lock is taken, and takes it for an unknown login as well
    is_right = not is_locked and _verify(None if held is None else held[1], password)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    why = None
    with home.ledger.writing() as session:
        if is_locked or _is_locked(session, digest, rules):
            why = "locked"
        elif held is None or not is_right:
            why = "wrong"
        elif has_ended(held[0], session.at):
            why = "expired"
        # while it is locked nothing is counted, or whoever tries on would keep it locked for ever
        if why != "locked":
            accounts.add_attempt(session, digest, is_success=why is None)
        if held is None or why is not None:
            failed = log.Act("sign_in_failed", {"login": digest, "why": why})
            log.append(session, Viewer(_DOORKEEPER, "sign in"), [failed])
        else:
            accounts.open_session(session, _digest(token), held[0].account_id)
            log.append(session, Viewer(login, "sign in"), [log.Act("sign_in", {"account": held[0].account_id})])
    if why is not None:
        raise SignInRefusedError(why)
    return token


def signed_in(home: Home, token: str) -> SignedIn | None:
    """Who is signed in by a token, seen just now; None when nobody is, or not for that long, or no longer."""
    rules = account_rules(home)
    with home.ledger.reading() as session:
        found = accounts.signed_in(session, _digest(token))
    if found is None:
        return None
    at = now()
    idle = _since(found.seen_at, at)
    is_over = idle > timedelta(minutes=rules.idle_minutes) or _since(found.opened_at, at) > timedelta(
        hours=rules.session_hours
    )
    if is_over or has_ended(found.account, at):
        return None
    if idle > _SEEN_EVERY:
        with home.ledger.writing() as session:
            accounts.touch(session, _digest(token))
    return found


def ends_in(home: Home, found: SignedIn) -> int:
    """In how many seconds a session ends where nothing more is done in it; what is done puts off its idle end alone."""
    rules, at = account_rules(home), now()
    idle = _since(found.seen_at, at)
    idle_left = timedelta(minutes=rules.idle_minutes) - (timedelta(0) if idle > _SEEN_EVERY else idle)
    left = min(idle_left, timedelta(hours=rules.session_hours) - _since(found.opened_at, at))
    return max(0, int(left.total_seconds()))


def sign_out(home: Home, token: str) -> None:
    """Ends the session of a token, where there is one, and gives up what its holder was at work on."""
    with home.ledger.writing() as session:
        found = accounts.signed_in(session, _digest(token))
        if found is not None and accounts.end_session(session, _digest(token)):
            who = Viewer(found.account.login, "sign out")
            claims.drop_all(session, who)
            log.append(session, who, [log.Act("sign_out", {"account": found.account.account_id})])


def set_purpose(home: Home, token: str, purpose: str) -> None:
    """Keeps what a session searches people for; every search of it says so in the log."""
    with home.ledger.writing() as session:
        accounts.set_purpose(session, _digest(token), purpose)


def control_account(session: Session, login: str) -> Account | None:
    """The account of this login where it is of the control team and has not ended."""
    held = accounts.by_login(session, login)
    if held is None or not held[0].is_control or has_ended(held[0], now()):
        return None
    return held[0]


def may_decide(session: Session, viewer: Viewer) -> None:
    """OnlyLooksError where the viewer has an account of the control team, however his login was typed."""
    held = accounts.by_login(session, one_form(viewer.by))
    if held is not None and held[0].is_control:
        raise OnlyLooksError(viewer.by)


def has_ended(account: Account, at: str) -> bool:
    """Whether an account's last day was over at a moment (UTC)."""
    return account.expires_on is not None and vietnam_time(at).date() > date.fromisoformat(account.expires_on)


def viewer_of(account: Account, purpose: str) -> Viewer:
    """Who looks, as the other use cases take it."""
    return Viewer(account.login, purpose, account.scope, account.is_approver)


def _known(session: Session, login: str) -> tuple[Account, str]:
    found = accounts.by_login(session, login)
    if found is None:
        raise UsageError(f"login {login}: there is no such account; `motma account list` shows them")
    return found


def _act(account: Account, what: str) -> log.Act:
    content = {
        "account": account.account_id,
        "change": what,
        **account.scope.limits,
        "approver": account.is_approver,
        "control": account.is_control,
        "expires_on": account.expires_on,
    }
    return log.Act("account", content)


def _check_scope(scope: Scope) -> None:
    if scope.province is not None and not known_province(scope.province):
        raise UsageError(f"area {scope.province}: not on the list of provinces in force since 1/7/2025")
    if scope.unit is not None and scope.province is None:
        raise UsageError(f"unit {scope.unit}: a unit needs the province that it belongs to")


def _hash(home: Home, login: str, password: str) -> str:
    from argon2 import PasswordHasher

    least = account_rules(home).fewest_characters
    if len(_one_form(password)) < least:
        raise UsageError(f"password: at least {least} characters; a few words are easy to keep in mind")
    if login.lower() in password.lower():
        raise UsageError("password: it holds the login; take another")
    return PasswordHasher().hash(_one_form(password))


def _verify(hashed: str | None, password: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error

    hasher = PasswordHasher()
    if hashed is None:
        hasher.hash(_one_form(password))
        return False
    try:
        return hasher.verify(hashed, _one_form(password))
    except Argon2Error:
        return False


def _one_form(password: str) -> str:
    """A password as every keyboard gives it: Vietnamese letters are typed in two forms."""
    return unicodedata.normalize("NFC", password)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


def _login_digest(home: Home, login: str) -> str:
    return home.key("log_digest").digest(f"login:{login}")


def _is_locked(session: Session, digest: str, rules: AccountRules) -> bool:
    since = datetime.fromisoformat(now()) - timedelta(minutes=rules.failure_minutes)
    return len(accounts.failures(session, digest, moment(since))) >= rules.failures


def _since(moment: str, at: str) -> timedelta:
    return datetime.fromisoformat(at) - datetime.fromisoformat(moment)
