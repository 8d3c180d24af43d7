-- Who may use the pages, from where to where they see, and who is signed in.

-- one row per account; a login stays with its person for ever. The password is the only thing here that is replaced:
-- an old one is no fact worth keeping
create table account (
  account_id integer primary key,
  login text not null unique check (login = lower(login)),
  password_hash text not null,
  seq integer not null,
  created_at text not null
) strict;

-- history: what an account is from seq on. Its area is a province (null: the whole country) and a unit of it, which is
-- a source of change files (null: all of them); it signs in until expires_on, a day in Vietnam (null: no end)
create table account_version (
  account_id integer not null references account (account_id),
  seq integer not null,
  full_name text not null,
  province text check (province glob '[0-9][0-9]'),
  unit text,
  is_approver integer not null check (is_approver in (0, 1)),
  expires_on text,
  primary key (account_id, seq),
  check (unit is null or province is not null)
) strict, without rowid;

-- history: attempts to sign in. The login only as a keyed digest, since it may be a password typed into the wrong box
create table sign_in_attempt (
  attempt_id integer primary key,
  login_digest text not null,
  is_success integer not null check (is_success in (0, 1)),
  seq integer not null,
  attempted_at text not null
) strict;
create index sign_in_attempt_login on sign_in_attempt (login_digest, attempt_id);

-- who is signed in: only the digest of the token that the browser holds
create table web_session (
  token_digest text primary key,
  account_id integer not null references account (account_id),
  seq integer not null,
  opened_at text not null,
  seen_at text not null,
  ended_at text
) strict, without rowid;
create index web_session_account on web_session (account_id) where ended_at is null;

create view account_current as
select a.account_id, a.login, a.password_hash, v.full_name, v.province, v.unit, v.is_approver, v.expires_on
from account as a
join account_version as v on v.account_id = a.account_id
where v.seq = (select max(w.seq) from account_version as w where w.account_id = a.account_id);

create trigger account_version_keeps_its_rows_update before update on account_version
begin select raise(abort, 'account_version is history: rows are added, never changed'); end;
create trigger account_version_keeps_its_rows_delete before delete on account_version
begin select raise(abort, 'account_version is history: rows are added, never changed'); end;
create trigger sign_in_attempt_keeps_its_rows_update before update on sign_in_attempt
begin select raise(abort, 'sign_in_attempt is history: rows are added, never changed'); end;
create trigger sign_in_attempt_keeps_its_rows_delete before delete on sign_in_attempt
begin select raise(abort, 'sign_in_attempt is history: rows are added, never changed'); end;
