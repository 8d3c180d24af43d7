-- Faults for sql/checks/queue.sql.

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

-- fault: approvals_are_of_two also: approval_is_logged, approvers_are_who_approved
create temp table planted as select item_id, 2 as approvals from waiting;
insert into approval select item_id, 'officer.1', 'officer.1', '', 1 from planted;
insert into approval select item_id, ' Officer.1', ' officer.1', '', 1 from planted;
