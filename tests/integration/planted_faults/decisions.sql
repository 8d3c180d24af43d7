-- Faults for sql/checks/decisions.sql.

-- fault: decisions_stand_in_order
create temp table planted as select row_id, 2 as decision_no from first_returned;
update decision set decision_no = 2 where row_id = (select row_id from planted);

-- fault: settled_row_stays_settled also: decision_is_logged, search_is_logged
create temp table planted as select row_id, 2 as decision_no, 'linked' as outcome_before from linked_once limit 1;
create temp table second as select * from decision where row_id = (select row_id from planted);
update second set decision_no = 2, seq = seq + 1;
insert into decision select * from second;

-- fault: outcome_says_what_it_must
create temp table planted as select row_id, decision_no, outcome from decision where outcome = 'linked' limit 1;
update decision set reason = 'weak' where row_id = (select row_id from planted);

-- fault: row_is_issued_once also: issued_person_has_one_issue, settled_row_stays_settled, ledger_is_as_made
create temp table planted as select row_id, 2 as issues from decision where outcome = 'issued' limit 1;
drop index row_issues_once;
drop index person_is_issued_once;
create temp table second as select * from decision where row_id = (select row_id from planted);
update second set decision_no = 2;
insert into decision select * from second;

-- fault: code_is_the_persons also: decided_code_is_logged
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
