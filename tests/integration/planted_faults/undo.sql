-- Faults for sql/checks/undo.sql.

-- fault: undo_is_logged
create temp table planted as select 900001 as undo_id, item_id from waiting;
insert into undo select 900001, item_id, row_id, null, item_id, 1, '', 'officer.1' from waiting;

-- fault: issue_is_not_undone also: undo_is_logged, undone_row_is_in_review_again, undone_item_waits_anew
create temp table planted as
select 900001 as undo_id, row_id, decision_no from decision where outcome = 'issued' order by row_id limit 1;
insert into undo
select p.undo_id, w.item_id, p.row_id, p.decision_no, w.item_id, 1, '', 'officer.1' from planted as p, waiting as w;

-- fault: undone_row_is_in_review_again also: undo_is_logged, undone_item_waits_anew
create temp table planted as
select 900001 as undo_id, row_id, decision_no from first_returned;
insert into undo
select p.undo_id, w.item_id, p.row_id, p.decision_no, w.item_id, 1, '', 'officer.1' from planted as p, waiting as w;

-- fault: undone_item_waits_anew also: undo_is_logged
create temp table planted as
select 900001 as undo_id, w.item_id, (select max(q.item_id) from queue_item as q where q.row_id <> w.row_id) as reopened_as
from waiting as w;
insert into undo
select p.undo_id, w.item_id, w.row_id, null, p.reopened_as, 1, '', 'officer.1' from planted as p, waiting as w;

-- fault: undone_link_left_nothing (version) also: undo_is_logged, undone_row_is_in_review_again, undone_item_waits_anew
create temp table changed as
select d.row_id, d.decision_no, d.person_id, v.seq
from decision as d
join person_version as v on v.row_id = d.row_id and v.person_id = d.person_id and v.seq = d.seq
where d.outcome = 'linked'
  and not exists (select 1 from membership as m where m.person_id = d.person_id and m.row_id = d.row_id)
order by d.row_id
limit 1;
create temp table planted as select 900001 as undo_id, 'version' as kind, person_id, seq as change_seq from changed;
insert into undo
select 900001, w.item_id, c.row_id, c.decision_no, w.item_id, s.seq, '', 'officer.1'
from changed as c, waiting as w, ledger_state as s;

-- fault: undone_link_left_nothing (membership) also: undo_is_logged, undone_row_is_in_review_again, undone_item_waits_anew
create temp table changed as
select d.row_id, d.decision_no, d.person_id, m.seq
from decision as d
join membership as m on m.row_id = d.row_id and m.person_id = d.person_id and m.seq = d.seq
where d.outcome = 'linked'
  and not exists (select 1 from person_version as v where v.person_id = d.person_id and v.row_id = d.row_id)
order by d.row_id
limit 1;
create temp table planted as select 900001 as undo_id, 'membership' as kind, person_id, seq as change_seq from changed;
insert into undo
select 900001, w.item_id, c.row_id, c.decision_no, w.item_id, s.seq, '', 'officer.1'
from changed as c, waiting as w, ledger_state as s;

-- fault: verdict_is_withdrawn_by_an_undo also: judgement_is_logged
create temp table planted as select 900001 as judgement_id, 1 as seq from waiting;
insert into judgement select 900001, row_id, '', null, null, 'not_same', null, 1, '', 'officer.1', null from waiting;
insert into judgement_withdrawn select judgement_id, seq from planted;
