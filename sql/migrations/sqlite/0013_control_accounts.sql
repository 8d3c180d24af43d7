-- Accounts of the control team: they see what their area did, and take measures against officers of it.
alter table account_version add column is_control integer not null default 0 check (is_control in (0, 1));

drop view account_current;
create view account_current as
select a.account_id, a.login, a.password_hash, v.full_name, v.province, v.unit, v.is_approver, v.expires_on, v.is_control
from account as a
join account_version as v on v.account_id = a.account_id
where v.seq = (select max(w.seq) from account_version as w where w.account_id = a.account_id);
