-- Faults for sql/checks/measures.sql, and for the entries of steps. An account of the control team and one of an officer are made and logged for each.

-- fault: measure_step_is_logged
insert into account values (900001, 'lan', '', 1, ''), (900002, 'kiem', '', 1, '');
insert into account_version select 900001, seq, 'Lan', '01', null, 0, null, 0 from log_entry where act = 'init';
insert into account_version select 900002, seq, 'Kiểm', null, null, 0, null, 1 from log_entry where act = 'init';
update log_entry set act = 'account' where act = 'init';
create temp table planted as select 900001 as measure_id, 1 as step_no;
insert into measure values (900001, 'lan', 'late', '01', null, 900001);
insert into measure_step
values (900001, 1, 'opened', 'reminder', null, 'a', null, '2026-01-01', 900001, '', 'kiem');

-- fault: logged_measure_step_stands (another rung) also: measure_step_is_logged
insert into account values (900001, 'lan', '', 1, ''), (900002, 'kiem', '', 1, '');
insert into account_version select 900001, seq, 'Lan', '01', null, 0, null, 0 from log_entry where act = 'init';
insert into account_version select 900002, seq, 'Kiểm', null, null, 0, null, 1 from log_entry where act = 'init';
update log_entry set act = 'account' where act = 'init';
create temp table planted as select 900001 as measure_id, 1 as step_no;
insert into measure values (900001, 'lan', 'late', '01', null, 900001);
insert into measure_step
values (900001, 1, 'opened', 'reminder', null, 'a', null, '2026-01-01', 900001, '', 'kiem');
update ledger_state set log_no = log_no + 1, seq = seq + 1;
update measure set seq = (select seq from ledger_state);
update measure_step set seq = (select seq from ledger_state);
insert into log_entry
select
  log_no, seq, '', 'measure', 'kiem', null, null,
  '{"answer_until":"2026-01-01","did":"opened","measure":900001,"outcome":null,"rule":null,"rung":"warning","step":1}'
from ledger_state;
drop table planted;
create temp table planted as select log_no as entry_no from ledger_state;

-- fault: measure_climbs_rung_by_rung also: measure_step_is_logged, logged_measure_step_stands
insert into account values (900001, 'lan', '', 1, ''), (900002, 'kiem', '', 1, '');
insert into account_version select 900001, seq, 'Lan', '01', null, 0, null, 0 from log_entry where act = 'init';
insert into account_version select 900002, seq, 'Kiểm', null, null, 0, null, 1 from log_entry where act = 'init';
update log_entry set act = 'measure', logged_by = 'kiem' where act = 'register_load';
update log_entry set act = 'account' where act = 'init';
create temp table planted as select 900001 as measure_id, 1 as step_no, 'proposal' as rung;
insert into measure select 900001, 'lan', 'late', '01', null, seq from log_entry where act = 'measure';
insert into measure_step
select 900001, 1, 'opened', 'proposal', null, 'a', null, '2026-01-01', seq, '', 'kiem' from log_entry where act = 'measure';

-- fault: measure_is_by_whom_it_may_be (nobody of the team) also: measure_step_is_logged, logged_measure_step_stands
insert into account values (900001, 'lan', '', 1, '');
insert into account_version select 900001, seq, 'Lan', '01', null, 0, null, 0 from log_entry where act = 'init';
update log_entry set act = 'measure', logged_by = 'minh' where act = 'register_load';
update log_entry set act = 'account' where act = 'init';
create temp table planted as select 900001 as measure_id, 1 as step_no, 'minh' as said_by;
insert into measure select 900001, 'lan', 'late', '01', null, seq from log_entry where act = 'measure';
insert into measure_step
select 900001, 1, 'opened', 'reminder', null, 'a', null, '2026-01-01', seq, '', 'minh' from log_entry where act = 'measure';

-- fault: measure_is_by_whom_it_may_be (own matter) also: measure_step_is_logged, logged_measure_step_stands
insert into account values (900001, 'lan', '', 1, '');
insert into account_version select 900001, seq, 'Lan', '01', null, 0, null, 1 from log_entry where act = 'init';
update log_entry set act = 'measure', logged_by = 'lan' where act = 'register_load';
update log_entry set act = 'account' where act = 'init';
create temp table planted as select 900001 as measure_id, 1 as step_no, 'lan' as said_by;
insert into measure select 900001, 'lan', 'late', '01', null, seq from log_entry where act = 'measure';
insert into measure_step
select 900001, 1, 'opened', 'reminder', null, 'a', null, '2026-01-01', seq, '', 'lan' from log_entry where act = 'measure';

-- fault: measure_is_by_whom_it_may_be (answer of another) also: measure_step_is_logged, logged_measure_step_stands
insert into account values (900001, 'lan', '', 1, '');
insert into account_version select 900001, seq, 'Lan', '01', null, 0, null, 0 from log_entry where act = 'init';
update log_entry set act = 'measure', logged_by = 'minh' where act = 'register_load';
update log_entry set act = 'account' where act = 'init';
create temp table planted as select 900001 as measure_id, 2 as step_no, 'minh' as said_by;
insert into measure select 900001, 'lan', 'late', '01', null, seq from log_entry where act = 'measure';
insert into measure_step
select 900001, 1, 'opened', 'reminder', null, null, 'x', '2026-01-01', seq, '', 'minh' from log_entry where act = 'measure';
insert into measure_step
select 900001, 2, 'answered', 'reminder', null, 'a', null, null, seq, '', 'minh' from log_entry where act = 'measure';

-- fault: case_is_held_once also: measure_step_is_logged, logged_measure_step_stands
insert into account values (900001, 'lan', '', 1, '');
insert into account_version select 900001, seq, 'Lan', '01', null, 0, null, 0 from log_entry where act = 'init';
update log_entry set act = 'measure', logged_by = 'operator' where act = 'register_load';
update log_entry set act = 'account' where act = 'init';
create temp table planted as select 'lan' as officer, 'late' as figure, '7' as case_id;
insert into measure select 900001, 'lan', 'late', '01', null, seq from log_entry where act = 'measure';
insert into measure select 900002, 'lan', 'late', '01', null, seq from log_entry where act = 'measure';
insert into measure_step
select 900001, 1, 'opened', 'reminder', null, null, 'x', '2026-01-01', seq, '', 'operator' from log_entry
where act = 'measure';
insert into measure_step
select 900002, 1, 'opened', 'reminder', null, null, 'x', '2026-01-01', seq, '', 'operator' from log_entry
where act = 'measure';
insert into measure_case values (900001, 1, 'late', '7', null, null), (900002, 1, 'late', '7', null, null);
