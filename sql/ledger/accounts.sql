-- name: add_account
insert into account (account_id, login, password_hash, seq, created_at)
values (:account_id, :login, :password_hash, :seq, :at);

-- name: add_account_version
insert into account_version (account_id, seq, full_name, province, unit, is_approver, expires_on, is_control)
values (:account_id, :seq, :full_name, :province, :unit, :is_approver, :expires_on, :is_control);

-- name: set_password
update account set password_hash = :password_hash where account_id = :account_id;

-- name: account_by_login
select account_id, login, password_hash, full_name, province, unit, is_approver, expires_on, is_control
from account_current
where login = :login;

-- name: accounts
select account_id, login, password_hash, full_name, province, unit, is_approver, expires_on, is_control
from account_current
order by login;

-- name: add_sign_in_attempt
insert into sign_in_attempt (attempt_id, login_digest, is_success, seq, attempted_at)
values (:attempt_id, :login_digest, :is_success, :seq, :at);

-- name: failed_sign_ins
-- the moments of a login's failures since a moment and since its last success, newest first
select t.attempted_at
from sign_in_attempt as t
where t.login_digest = :login_digest
  and t.attempted_at >= :since
  and t.attempt_id > coalesce(
    (select max(s.attempt_id) from sign_in_attempt as s where s.login_digest = :login_digest and s.is_success = 1), 0
  )
order by t.attempt_id desc;

-- name: add_web_session
insert into web_session (token_digest, account_id, seq, opened_at, seen_at)
values (:token_digest, :account_id, :seq, :at, :at);

-- name: web_session
-- who is signed in by a token, as the account is now
select
  s.token_digest, s.opened_at, s.seen_at, s.purpose, a.account_id, a.login, a.full_name, a.province, a.unit, a.is_approver,
  a.expires_on, a.is_control
from web_session as s
join account_current as a on a.account_id = s.account_id
where s.token_digest = :token_digest and s.ended_at is null;

-- name: touch_web_session
update web_session set seen_at = :at where token_digest = :token_digest and ended_at is null;

-- name: end_web_session
update web_session set ended_at = :at where token_digest = :token_digest and ended_at is null;

-- name: end_web_sessions_of
-- everywhere that an account is signed in
update web_session set ended_at = :at where account_id = :account_id and ended_at is null;

-- name: set_purpose
-- what somebody who is signed in searches for from now on
update web_session set purpose = :purpose where token_digest = :token_digest and ended_at is null;
