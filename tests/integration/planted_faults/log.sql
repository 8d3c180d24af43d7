-- Faults for sql/checks/log.sql.

-- fault: log_is_dense (end)
create temp table planted as select log_no + 1 as entry_no from ledger_state;
update ledger_state set log_no = log_no + 1;

-- fault: log_is_dense (gap)
create temp table planted as select entry_no + 1 as entry_no, entry_no - 1 as entry_before from first_intake;
delete from log_entry where entry_no = (select entry_no from first_intake);

-- fault: log_is_in_order
create temp table planted as
select entry_no, -seq as seq from first_intake;
update log_entry set seq = -seq
where entry_no = (select entry_no from planted);

-- fault: decision_is_logged (by another)
create temp table planted as select row_id from first_returned;
update decision set decided_by = 'officer.9' where row_id = (select row_id from planted);

-- fault: decision_is_logged (at another time)
create temp table planted as select row_id from first_returned;
update decision set decided_at = '2026-01-01T00:00:00Z' where row_id = (select row_id from planted);

-- fault: decision_is_logged (outcome)
create temp table planted as select row_id from linked_once limit 1;
update log_entry set content = replace(content, '"outcome":"linked"', '"outcome":"review"')
where act = 'decision' and row_id = (select row_id from planted);

-- fault: logged_decision_stands
create temp table planted as
select s.log_no + 1 as entry_no, d.row_id, s.seq from ledger_state as s, first_returned as d;
update ledger_state set log_no = log_no + 1, seq = seq + 1;
insert into log_entry select entry_no, seq + 1, 'now', 'decision', 'officer.1', null, row_id, '{}' from planted;
alter table planted drop column seq;

-- fault: search_is_logged
create temp table planted as select row_id, 'code' as step from linked_once limit 1;
update log_entry set content = replace(content, '"hits":', '"hits":90000')
where act = 'search_step'
  and row_id = (select row_id from planted)
  and content like '%"step":"code"%';

-- fault: judgement_is_logged
create temp table planted as select 900001 as judgement_id, row_id from first_returned;
insert into judgement
select judgement_id, row_id, '', null, null, 'not_same', null, 1, 'then', 'officer.9', null from planted;

-- fault: logged_judgement_stands
create temp table planted as
select s.log_no + 1 as entry_no, d.row_id, s.seq from ledger_state as s, first_returned as d;
update ledger_state set log_no = log_no + 1, seq = seq + 1;
insert into log_entry
select entry_no, seq + 1, 'now', 'judgement', 'officer.1', null, row_id, '{"item":1,"pairs":[[null,"new_person"]]}'
from planted;
alter table planted drop column seq;

-- fault: logged_judgement_stands (another verdict) also: judgement_is_logged
create temp table planted as
select s.log_no + 1 as entry_no, d.row_id, s.seq from ledger_state as s, first_returned as d;
update ledger_state set log_no = log_no + 1, seq = seq + 1;
insert into log_entry
select entry_no, seq + 1, 'now', 'judgement', 'officer.1', null, row_id, '{"item":1,"pairs":[[null,"new_person"]]}'
from planted;
insert into judgement
select 900001, row_id, '', null, null, 'not_same', null, seq + 1, 'now', 'officer.1', null from planted;
alter table planted drop column seq;

-- fault: approval_is_logged
create temp table planted as select item_id, 1 as seq from waiting;
insert into approval select item_id, 'officer.9', 'officer.9', 'then', seq from planted;

-- fault: searches_are_counted (unlogged)
create temp table planted as select day, steps + 3 as calls from search_call;
update search_call set steps = steps + 3;

-- fault: searches_are_counted (uncounted)
create temp table planted as select day, 0 as calls from search_call;
delete from search_call;
