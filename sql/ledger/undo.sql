-- name: add_undo
insert into undo (undo_id, item_id, row_id, decision_no, reopened_as, seq, undone_at, undone_by)
values (:undo_id, :item_id, :row_id, :decision_no, :reopened_as, :seq, :at, :by);

-- name: undo_of_item
-- what was taken back of what was said on an item, last
select undo_id, item_id, row_id, decision_no, reopened_as, seq, undone_at, undone_by
from undo
where item_id = :item_id
order by undo_id desc
limit 1;

-- name: withdraw_judgement
insert into judgement_withdrawn (judgement_id, seq) values (:judgement_id, :seq);

-- name: linked_since
-- rows that were linked to a person after a seq, and are
select d.row_id, w.event
from decision_current as d
join intake_row as w on w.row_id = d.row_id
where d.person_id = :person_id and d.outcome = 'linked' and d.seq > :seq
order by d.row_id;
