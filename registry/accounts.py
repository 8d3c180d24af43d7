"""Accounts, attempts to sign in, and who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from registry.engine import Session, WriteSession
from registry.viewer import Scope


@dataclass(frozen=True)
class Account:
    """An account as it is now. It signs in until `expires_on` (a day in Vietnam, yyyy-mm-dd); None: without end.

    `is_control`: it is of the control team of its area.
    """

    account_id: int
    login: str
    full_name: str
    scope: Scope
    is_approver: bool
    expires_on: str | None
    is_control: bool = False


@dataclass(frozen=True)
class SignedIn:
    """Somebody who is signed in, since when, when last seen (UTC, as the ledger writes it), what he searches for."""

    account: Account
    opened_at: str
    seen_at: str
    purpose: str | None


def _account(row: sa.Row[Any]) -> Account:
    scope = Scope(row.province, row.unit)
    return Account(
        row.account_id, row.login, row.full_name, scope, bool(row.is_approver), row.expires_on, bool(row.is_control)
    )


def add(session: WriteSession, login: str, password_hash: str) -> int:
    """The id of a new account, which has no version yet."""
    (number,) = session.next_ids("account", 1)
    session.run(
        "add_account", account_id=number, login=login, password_hash=password_hash, seq=session.seq, at=session.at
    )
    return number


def add_version(session: WriteSession, account: Account) -> None:
    """What an account is from now on."""
    session.run(
        "add_account_version",
        account_id=account.account_id,
        seq=session.seq,
        full_name=account.full_name,
        is_approver=int(account.is_approver),
        expires_on=account.expires_on,
        is_control=int(account.is_control),
        **account.scope.limits,
    )


def by_login(session: Session, login: str) -> tuple[Account, str] | None:
    """An account with the hash of its password; None when there is none of this login."""
    row = session.one("account_by_login", login=login)
    return None if row is None else (_account(row), row.password_hash)


def every(session: Session) -> list[Account]:
    """All accounts by login."""
    return [_account(row) for row in session.rows("accounts")]


def set_password(session: WriteSession, account_id: int, password_hash: str) -> None:
    """Another password; who was signed in by the old one is so no longer."""
    session.run("set_password", account_id=account_id, password_hash=password_hash)
    session.run("end_web_sessions_of", account_id=account_id, at=session.at)


def add_attempt(session: WriteSession, login_digest: str, *, is_success: bool) -> None:
    """Keeps an attempt to sign in."""
    (number,) = session.next_ids("sign_in_attempt", 1)
    session.run(
        "add_sign_in_attempt",
        attempt_id=number,
        login_digest=login_digest,
        is_success=int(is_success),
        seq=session.seq,
        at=session.at,
    )


def failures(session: Session, login_digest: str, since: str) -> list[str]:
    """The moments of a login's failures since a moment and since its last success, newest first."""
    found = session.rows("failed_sign_ins", login_digest=login_digest, since=since)
    return [row.attempted_at for row in found]


def open_session(session: WriteSession, token_digest: str, account_id: int) -> None:
    """From now on whoever holds the token is signed in."""
    session.run("add_web_session", token_digest=token_digest, account_id=account_id, seq=session.seq, at=session.at)


def signed_in(session: Session, token_digest: str) -> SignedIn | None:
    """Who is signed in by a token; the caller judges whether that was too long ago."""
    row = session.one("web_session", token_digest=token_digest)
    return None if row is None else SignedIn(_account(row), row.opened_at, row.seen_at, row.purpose)


def touch(session: WriteSession, token_digest: str) -> None:
    """He was seen just now."""
    session.run("touch_web_session", token_digest=token_digest, at=session.at)


def end_session(session: WriteSession, token_digest: str) -> bool:
    """Whether somebody was signed in by the token, and is so no longer."""
    return session.run("end_web_session", token_digest=token_digest, at=session.at) > 0


def set_purpose(session: WriteSession, token_digest: str, purpose: str) -> None:
    """What whoever is signed in by the token searches for from now on."""
    session.run("set_purpose", token_digest=token_digest, purpose=purpose)
