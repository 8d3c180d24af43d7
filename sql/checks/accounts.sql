-- name: account_change_is_logged
-- 6: every change of an account is logged in its transaction. Rows: versions of accounts without their entry.
select v.account_id, v.seq
from account_version as v
where not exists (select 1 from log_entry as e where e.act = 'account' and e.seq = v.seq)
order by v.account_id, v.seq;

-- name: sign_in_is_logged
-- 6: every attempt to sign in is logged in its transaction; a new password counts as a success, from which failures
-- count anew. Rows: attempts without their entry.
select t.attempt_id, t.seq
from sign_in_attempt as t
where not exists (
  select 1
  from log_entry as e
  where e.seq = t.seq
    and case t.is_success when 1 then e.act in ('sign_in', 'account') else e.act = 'sign_in_failed' end
)
order by t.attempt_id;

-- name: session_is_of_a_sign_in
-- 6: nobody is signed in who did not sign in. Rows: accounts with a session that no attempt opened.
select s.account_id, s.seq
from web_session as s
where not exists (select 1 from sign_in_attempt as t where t.seq = s.seq and t.is_success = 1)
order by s.account_id, s.seq;
