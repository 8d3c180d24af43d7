-- Faults for the checks that are no queries.

-- fault: log_is_canonical
create temp table planted as select entry_no from first_intake;
update log_entry set content = content || ' '
where entry_no = (select entry_no from planted);

-- fault: ledger_is_as_made
create temp table planted as select 'index' as kind, 'code_person' as name, 'missing' as fault;
drop index code_person;

-- fault: tail_finds_everyone
create temp table planted as select -row_id as record_id, 1 as keys from waiting;
delete from search_key
where record_id = (select record_id from planted)
  and key_hash = (select min(key_hash) from search_key where record_id = (select record_id from planted));

-- fault: register_fits_the_ledger
create temp table planted as select 'holds another number of persons' as fault;
update person set seq = (select seq from ledger_state) where person_id = (select min(person_id) from quiet);

-- fault: draws_follow_the_key
create temp table planted as
select province, value
from code_draw
where (seq, province) = (
  select seq, province from code_draw group by seq, province having count(*) > 1 order by seq, province limit 1
)
order by value
limit 2;
create temp table swapped as
select d.* from code_draw as d join planted as p on p.province = d.province and p.value = d.value;
update code_draw set number = (select s.number from swapped as s where s.value <> code_draw.value)
where province = (select min(province) from planted) and value in (select value from planted);

-- fault: decided_code_is_logged
create temp table planted as
select row_id, decision_no from decision where outcome = 'issued' order by row_id limit 1;
update log_entry set content = replace(content, '"code":"', '"code":"0')
where act = 'decision' and row_id = (select row_id from planted);

-- fault: codes_follow_the_policy also: issued_code_was_drawn, issued_code_stays_active, change_is_noted
create temp table planted as select 900001 as code_id, '2026-08-31T00:00:00Z' as created_at;
insert into number_known values ('001099900001', 1);
insert into code
select 900001, '001099900001', min(person_id), 'retired', 'issued', 1, '2026-08-31T00:00:00Z' from quiet;
insert into code_status values (900001, 1, 'retired');

-- fault: rows_have_their_identity
create temp table planted as select min(row_id) as row_id from intake_row;
update intake_row set cells = cells || ' ' where row_id = (select row_id from planted);

-- fault: approvers_are_who_approved
create temp table planted as select item_id, approved_by from approval order by item_id, approved_by limit 1;
update approval set approver = 'somebody else'
where (item_id, approved_by) = (select item_id, approved_by from planted);
