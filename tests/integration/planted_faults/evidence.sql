-- Faults for sql/checks/evidence.sql.

-- fault: issue_was_searched (missing) also: search_is_logged
create temp table planted as
select row_id, 'code' as step, 'missing' as status from decision where outcome = 'issued' limit 1;
update decision set evidence = replace(evidence, '["code",', '["none",') where row_id = (select row_id from planted);

-- fault: issue_was_searched (cut) also: search_is_logged
create temp table planted as
select row_id, 'name_birth' as step, 'cut' as status
from decision
where outcome = 'issued' and evidence like '%["name_birth","complete"%'
limit 1;
update decision set evidence = replace(evidence, '["name_birth","complete"', '["name_birth","cut"')
where row_id = (select row_id from planted);

-- fault: issue_was_searched (not run) also: search_is_logged
create temp table planted as
select row_id, 'name_birth' as step, 'not_applicable' as status
from decision
where outcome = 'issued' and evidence like '%["name_birth","complete"%'
limit 1;
update decision set evidence = replace(evidence, '["name_birth","complete"', '["name_birth","not_applicable"')
where row_id = (select row_id from planted);

-- fault: issue_lacked_nothing
create temp table planted as select row_id, decision_no from decision where outcome = 'issued' limit 1;
update decision set evidence = replace(evidence, '"lacks":[]', '"lacks":["sex"]')
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
delete from approval
where approved_by = 'officer.2'
  and item_id in (select item_id from queue_item where row_id = (select row_id from planted));

-- fault: faulty_row_is_returned
create temp table planted as select row_id, 'returned' as outcome from first_returned;
update intake_row set understood = replace(understood, '"faults": [', '"faults": [], "were": [')
where row_id = (select row_id from planted);

-- fault: unrecorded_death_waits
create temp table planted as
select d.row_id, d.person_id
from linked_once as d
join person_current as v on v.person_id = d.person_id and v.status = 'active'
where d.event <> 'correction'
order by d.row_id
limit 1;
update intake_row set event = 'death' where row_id = (select row_id from planted);
