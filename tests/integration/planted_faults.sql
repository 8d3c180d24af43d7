-- Faults planted into a copy of a decided ledger, one after each heading, to show that its check finds them.
-- The table `planted` holds what the check must report, by the names of its columns. In brackets: which fault, where
-- a check has several. `also`: other checks that the same fault breaks. Triggers, foreign keys and check constraints
-- are off meanwhile.

-- fault: person_has_one_code also: ledger_is_as_made
create temp table planted as select min(person_id) as person_id, 2 as codes from quiet;
drop index person_has_one_code;
insert into number_known values ('9900000001', 1);
insert into code select 900001, '9900000001', person_id, 'active', 'extract', 1, '' from planted;
insert into code_status values (900001, 1, 'active');

-- fault: code_has_one_person also: ledger_is_as_made
create temp table planted as
select code_id, person_id from code where person_id in (select person_id from quiet order by person_id limit 2);
drop index code_has_one_person;
update code set code = (select min(c.code) from code as c join planted as p on p.code_id = c.code_id)
where code_id in (select code_id from planted);

-- fault: disputed_code_is_nobodys
create temp table planted as
select c.code_id, c.person_id, d.person_id as other_person_id, d.code_id as other_code_id, c.code
from code as c, code as d
where c.person_id = (select min(person_id) from quiet) and d.person_id = (select max(person_id) from quiet);
update code set status = 'disputed', code = (select code from planted)
where code_id = (select other_code_id from planted);
insert into code_status select other_code_id, 3, 'disputed' from planted;
alter table planted drop column other_code_id;
alter table planted drop column code;

-- fault: issued_number_is_new
create temp table planted as select min(code_id) as code_id, person_id from code where origin = 'issued';
insert into code
select 900001, c.code, (select min(person_id) from quiet), 'retired', 'extract', 1, ''
from code as c
join planted as p on p.code_id = c.code_id;
insert into code_status values (900001, 1, 'retired');

-- fault: every_number_is_remembered (code)
create temp table planted as
select 'code' as kind, code_id as id, code from code where person_id = (select min(person_id) from quiet);
delete from number_known where number = (select code from planted);
alter table planted drop column code;

-- fault: every_number_is_remembered (draw)
create temp table planted as select 'draw' as kind, max(value) + 1 as id, province from code_draw;
update code_counter set value = value + 1 where province = (select province from planted);
insert into code_draw select province, id, province || '12345678', 'skipped', 'other', 1 from planted;
alter table planted drop column province;

-- fault: code_status_has_its_history
create temp table planted as
select code_id, status, 'retired' as last_status from code where person_id = (select min(person_id) from quiet);
insert into code_status select code_id, 3, last_status from planted;

-- fault: draws_are_counted (counter)
create temp table planted as select province, value + 1 as counter, value as draws from code_counter limit 1;
update code_counter set value = value + 1 where province = (select province from planted);

-- fault: draws_are_counted (gap)
create temp table planted as select province, value as counter, value as draws, value + 1 as highest from code_counter;
update code_draw set value = value + 1, key_id = 'other' where value = (select draws from planted);

-- fault: issued_code_was_drawn
create temp table planted as select min(code_id) as code_id, code from code where origin = 'issued';
update code_draw set outcome = 'skipped' where number = (select code from planted);
alter table planted drop column code;

-- fault: drawn_number_was_given
create temp table planted as select province, max(value) + 1 as value from code_draw;
update code_counter set value = value + 1 where province = (select province from planted);
insert into number_known select province || '12345678', 1 from planted;
insert into code_draw select province, value, province || '12345678', 'issued', 'other', 1 from planted;

-- fault: drawn_number_was_free
create temp table planted as select province, max(value) + 1 as value, 'skipped' as outcome from code_draw;
update code_counter set value = value + 1 where province = (select province from planted);
insert into number_known select province || '12345678', 2 from planted;
insert into code_draw select province, value, province || '12345678', outcome, 'other', 1 from planted;

-- fault: drawn_number_is_of_its_province
create temp table planted as select province, max(value) + 1 as value from code_draw;
update code_counter set value = value + 1 where province = (select province from planted);
insert into number_known values ('9912345678', 1);
insert into code_draw select province, value, '9912345678', 'skipped', 'other', 1 from planted;

-- fault: person_is_described
create temp table planted as select 900001 as person_id;
insert into person select person_id, 'extract', (select seq from ledger_state), '' from planted;

-- fault: history_is_of_a_person (person)
create temp table planted as select 'membership' as kind, 900001 as person_id;
insert into membership (person_id, seq) values (900001, 1);

-- fault: history_is_of_a_person (household)
create temp table planted as select 'household' as kind, min(person_id) as person_id from quiet;
insert into membership (person_id, seq, household_id) select person_id, 1, 900001 from planted;

-- fault: issued_person_has_one_issue
create temp table planted as select 900001 as person_id, 0 as issues;
insert into person select person_id, 'issued', (select seq from ledger_state), '' from planted;
insert into person_version (person_id, seq, status, flags) values (900001, 1, 'active', '[]');

-- fault: issue_makes_person_and_code
create temp table planted as select row_id, person_id from decision where outcome = 'issued' limit 1;
update person set seq = seq - 1 where person_id = (select person_id from planted);

-- fault: change_comes_from_a_decision
create temp table planted as
select 'membership' as kind, (select min(person_id) from quiet) as person_id, 1 as seq, min(row_id) as row_id
from decision
where outcome = 'linked';
insert into membership (person_id, seq, row_id) select person_id, seq, row_id from planted;

-- fault: dead_are_linked_by_people
create temp table planted as
select o.row_id, o.person_id from linked_once as o where o.event <> 'death' and o.versions = 1 limit 1;
update person_version set status = 'deceased' where person_id = (select person_id from planted);

-- fault: row_is_delivered
create temp table planted as select 900001 as row_id;
insert into intake_row select * from another_row;

-- fault: delivery_is_whole
create temp table planted as select delivery_id, rows + 1 as rows_of_file, rows as rows_held from delivery limit 1;
update delivery set rows = rows + 1 where delivery_id = (select delivery_id from planted);

-- fault: row_is_taken_in_once also: ledger_is_as_made
create temp table planted as select row_id from intake_row order by row_id limit 2;
pragma legacy_alter_table = on;
create table intake_row_without_constraint as select * from intake_row;
drop table intake_row;
alter table intake_row_without_constraint rename to intake_row;
update intake_row set row_identity = 'the same' where row_id in (select row_id from planted);

-- fault: row_stays_with_its_source
create temp table planted as select delivery_id, row, row_id from delivery_row limit 1;
update intake_row set source = 'another' where row_id = (select row_id from planted);

-- fault: batch_row_is_planned
create temp table planted as select 900001 as row_id, batch_id from plan limit 1;
insert into intake_row select * from another_row;
insert into delivery_row select delivery_id, row, row_id, sheet, sheet_row from another_row;
update delivery set rows = rows + 1 where delivery_id = (select delivery_id from another_row);
insert into batch_row select row_id, batch_id, 900001 from planted;

-- fault: applied_row_is_decided
create temp table planted as select 900001 as row_id, batch_id, attempt from plan limit 1;
insert into intake_row select * from another_row;
insert into delivery_row select delivery_id, row, row_id, sheet, sheet_row from another_row;
update delivery set rows = rows + 1 where delivery_id = (select delivery_id from another_row);
insert into batch_row select row_id, batch_id, 900001 from planted;
insert into plan_row select row_id, batch_id, attempt, 900001, 'applied', '{}', '[]' from planted;

-- fault: decided_row_has_a_batch
create temp table planted as select row_id from decision limit 1;
delete from batch_row where row_id = (select row_id from planted);

-- fault: reject_is_kept
create temp table planted as select load_id, rejected + 1 as rejected, rejected as kept from register_load;
update register_load set rejected = rejected + 1;

-- fault: decisions_stand_in_order
create temp table planted as select row_id, 2 as decision_no from first_returned;
update decision set decision_no = 2 where row_id = (select row_id from planted);

-- fault: outcome_says_what_it_must
create temp table planted as select row_id, decision_no, outcome from decision where outcome = 'linked' limit 1;
update decision set reason = 'weak' where row_id = (select row_id from planted);

-- fault: row_is_issued_once also: issued_person_has_one_issue, ledger_is_as_made
create temp table planted as select row_id, 2 as issues from decision where outcome = 'issued' limit 1;
drop index row_issues_once;
drop index person_is_issued_once;
create temp table second as select * from decision where row_id = (select row_id from planted);
update second set decision_no = 2;
insert into decision select * from second;

-- fault: code_is_the_persons
create temp table planted as select row_id, person_id from linked_once limit 1;
update decision set bhxh_code = (select code from code where person_id = (select min(person_id) from quiet))
where row_id = (select row_id from planted);

-- fault: code_was_active
create temp table planted as select row_id, person_id, 'retired' as status from linked_once limit 1;
insert into code_status
select c.code_id, d.seq, 'retired'
from decision as d
join code as c on c.person_id = d.person_id
where d.row_id = (select row_id from planted);
update code set status = 'retired' where person_id = (select person_id from planted);

-- fault: disputed_person_is_not_linked
create temp table planted as
select o.row_id, o.person_id, c.code_id from linked_once as o join code as c on c.person_id = o.person_id limit 1;
update code_status set status = 'disputed' where code_id = (select code_id from planted);
insert into code_status
select p.code_id, d.seq, 'active' from planted as p join decision as d on d.row_id = p.row_id;

-- fault: issue_is_for_an_arrival
create temp table planted as
select row_id, decision_no, 'move_out' as event from decision where outcome = 'issued' limit 1;
update intake_row set event = 'move_out' where row_id = (select row_id from planted);

-- fault: decision_knows_its_point
create temp table planted as select row_id, seq as tail_seq, seq from first_returned;
update decision set tail_seq = seq, batch_id = null where row_id = (select row_id from planted);

-- fault: decision_follows_its_plan
create temp table planted as select row_id, decision_no, batch_id from first_returned;
update decision set register_seq = register_seq - 1 where row_id = (select row_id from planted);

-- fault: correction_asks_for_changes
create temp table planted as
select request_id, row_id from change_request where row_id = (select min(row_id) from change_request);
update intake_row set event = 'addition' where row_id in (select row_id from planted);

-- fault: candidates_are_ranked
create temp table planted as select row_id, decision_no, 101 as rank from decision_candidate where rank = 1 limit 1;
delete from decision_candidate where rank > 1 and row_id = (select row_id from planted);
update decision_candidate set rank = 101
where row_id = (select row_id from planted) and decision_no = (select decision_no from planted);

-- fault: issue_was_searched (missing)
create temp table planted as
select row_id, 'code' as step, 'missing' as status from decision where outcome = 'issued' limit 1;
update decision set evidence = json_remove(evidence, '$.steps[0]') where row_id = (select row_id from planted);

-- fault: issue_was_searched (cut) also: search_is_logged
create temp table planted as
select row_id, 'code' as step, 'cut' as status from decision where outcome = 'issued' limit 1;
update decision set evidence = json_set(evidence, '$.steps[0][1]', 'cut')
where row_id = (select row_id from planted);

-- fault: issue_was_searched (not run) also: search_is_logged
create temp table planted as
select row_id, 'name_birth' as step, 'not_applicable' as status
from decision
where outcome = 'issued' and evidence like '%["name_birth", "complete"%'
limit 1;
update decision set evidence = replace(evidence, '["name_birth", "complete"', '["name_birth", "not_applicable"')
where row_id = (select row_id from planted);

-- fault: issue_lacked_nothing
create temp table planted as select row_id, decision_no from decision where outcome = 'issued' limit 1;
update decision set evidence = json_set(evidence, '$.lacks', json('["sex"]'))
where row_id = (select row_id from planted);

-- fault: death_is_proven (no death)
create temp table planted as
select v.person_id, v.seq, v.row_id
from person_version as v
join decision as d on d.row_id = v.row_id and d.outcome = 'linked'
where v.status = 'active'
  and (select count(*) from person_version as w where w.person_id = v.person_id and w.seq > v.seq) = 0
limit 1;
update person_version set status = 'deceased'
where person_id = (select person_id from planted) and seq = (select seq from planted);

-- fault: death_is_proven (one approval)
create temp table planted as
select v.person_id, v.row_id
from person_version as v
join queue_item as q on q.row_id = v.row_id and q.kind = 'death' and q.state = 'closed'
limit 1;
delete from approval where approved_by = 'officer.2';

-- fault: faulty_row_is_returned
create temp table planted as select row_id, 'returned' as outcome from first_returned;
update intake_row set understood = json_set(understood, '$.faults', json('[]'))
where row_id = (select row_id from planted);

-- fault: review_is_in_the_queue
create temp table planted as select row_id from waiting;
delete from search_key where record_id = (select -row_id from planted);
update queue_item set state = 'closed', closed_at = '' where row_id = (select row_id from planted);

-- fault: queue_is_in_review
create temp table planted as select item_id, row_id, 'stale' as reason from waiting;
update queue_item set reason = 'stale' where item_id = (select item_id from planted);

-- fault: row_waits_for_review
create temp table planted as
select item_id, row_id, (select min(row_id) from decision where outcome = 'linked') as waits_for_row_id from waiting;
update queue_item set waits_for_row_id = (select waits_for_row_id from planted)
where item_id = (select item_id from planted);

-- fault: rows_wait_in_no_circle
create temp table planted as select row_id from waiting;
update queue_item set waits_for_row_id = row_id where row_id = (select row_id from planted);

-- fault: change_waits_for_its_row
create temp table planted as select 900001 as item_id, row_id, 'death' as kind from first_returned;
insert into queue_item select item_id, row_id, kind, 'death', null, 'open', 1, '', null, null from planted;

-- fault: row_has_one_item also: ledger_is_as_made
create temp table planted as select row_id, 'row' as kind, 2 as items from waiting;
drop index row_waits_once;
insert into queue_item select 900001, row_id, kind, reason, waits_for_row_id, state, 1, '', null, null from waiting;

-- fault: approvals_are_of_two also: approval_is_logged
create temp table planted as select item_id, 2 as approvals from waiting;
insert into approval select item_id, 'officer.1', '', 1 from planted;
insert into approval select item_id, ' Officer.1', '', 1 from planted;

-- fault: waiting_row_has_keys also: tail_finds_everyone
create temp table planted as select item_id, row_id from waiting;
delete from search_key where record_id = (select -row_id from planted);

-- fault: only_waiting_rows_have_keys
create temp table planted as select row_id, 1 as keys from first_returned;
insert into search_key (key_hash, record_id, seq) select 1, -row_id, 1 from planted;

-- fault: changed_person_has_keys also: tail_finds_everyone
create temp table planted as select min(person_id) as person_id from person where origin = 'issued';
delete from search_key where record_id = (select person_id from planted);

-- fault: keys_are_of_the_last_change
create temp table planted as select min(person_id) as person_id, 1 as keys_seq from person where origin = 'issued';
update search_key set seq = 1 where record_id = (select person_id from planted);

-- fault: seq_was_drawn
create temp table planted as select 'queue_item' as kind, item_id as id, 900001 as seq from waiting;
update queue_item set seq = 900001 where item_id = (select id from planted);

-- fault: ids_were_counted
create temp table planted as select 'household' as kind, max(household_id) as id, 1 as counter from household;
update id_counter set value = 1 where kind = 'household';

-- fault: log_is_dense (end)
create temp table planted as select log_no + 1 as entry_no from ledger_state;
update ledger_state set log_no = log_no + 1;

-- fault: log_is_dense (gap)
create temp table planted as select entry_no + 1 as entry_no, entry_no - 1 as entry_before from first_intake;
delete from log_entry where entry_no = (select entry_no from first_intake);

-- fault: log_columns_are_the_bodys
create temp table planted as select entry_no from first_intake;
update log_entry set logged_by = 'another' where entry_no = (select entry_no from planted);

-- fault: log_is_in_order
create temp table planted as select entry_no, 1 as seq from first_intake;
update log_entry set body = cast(json_set(cast(body as text), '$.seq', 1) as blob)
where entry_no = (select entry_no from planted);

-- fault: decision_is_logged
create temp table planted as select row_id from linked_once limit 1;
update log_entry set body = cast(json_set(cast(body as text), '$.outcome', 'review') as blob)
where act = 'decision' and row_id = (select row_id from planted);

-- fault: logged_decision_stands
create temp table planted as
select s.log_no + 1 as entry_no, d.row_id, s.seq from ledger_state as s, first_returned as d;
update ledger_state set log_no = log_no + 1, seq = seq + 1;
insert into log_entry
select
  entry_no, 'now', 'decision', 'officer.1', row_id,
  cast(
    json_object('act', 'decision', 'at', 'now', 'by', 'officer.1', 'no', entry_no, 'row', row_id, 'seq', seq + 1)
    as blob
  )
from planted;
alter table planted drop column seq;

-- fault: search_is_logged
create temp table planted as select row_id, 'code' as step from linked_once limit 1;
update log_entry set body = cast(json_set(cast(body as text), '$.hits', 900001) as blob)
where act = 'search_step'
  and row_id = (select row_id from planted)
  and json_extract(cast(body as text), '$.step') = 'code';

-- fault: judgement_is_logged
create temp table planted as select 900001 as judgement_id, row_id from first_returned;
insert into judgement
select judgement_id, row_id, '', null, null, null, 'not_same', null, 1, 'then', 'officer.9' from planted;

-- fault: approval_is_logged
create temp table planted as select item_id, 1 as seq from waiting;
insert into approval select item_id, 'officer.9', 'then', seq from planted;

-- fault: log_is_canonical
create temp table planted as select entry_no from first_intake;
update log_entry set body = cast(cast(body as text) || ' ' as blob) where entry_no = (select entry_no from planted);

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
where seq = (select seq from code_draw group by seq having count(*) > 1 limit 1)
order by value
limit 2;
create temp table swapped as select d.* from code_draw as d join planted as p on p.value = d.value;
update code_draw set number = (select s.number from swapped as s where s.value <> code_draw.value)
where value in (select value from planted);
