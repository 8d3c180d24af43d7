-- Faults for sql/checks/accounts.sql.

-- fault: account_change_is_logged
create temp table planted as select 900001 as account_id, 1 as seq from ledger_state;
insert into account values (900001, 'nobody', '', 1, '');
insert into account_version values (900001, 1, 'Không Ai', null, null, 0, null, 0);

-- fault: sign_in_is_logged
create temp table planted as select 900001 as attempt_id, 1 as seq from ledger_state;
insert into sign_in_attempt values (900001, '', 0, 1, '');

-- fault: session_is_of_a_sign_in
create temp table planted as select 900001 as account_id from ledger_state;
insert into account values (900001, 'nobody', '', 1, '');
insert into web_session values ('', 900001, 1, '', '', null, null);
