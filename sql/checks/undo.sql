-- name: undo_is_logged
-- 6: that a word was taken back is logged in the same transaction. Rows: undos without their entry.
select u.undo_id, u.item_id
from undo as u
where not exists (
  select 1
  from log_entry as e
  where e.row_id = u.row_id and e.act = 'undo' and e.seq = u.seq and e.logged_by = u.undone_by
)
order by u.undo_id;

-- name: issue_is_not_undone
-- 3.1: a number once used is never used again, so what was issued stands. Rows: undos of issues.
select u.undo_id, u.row_id, u.decision_no
from undo as u
join decision as d on d.row_id = u.row_id and d.decision_no = u.decision_no
where d.outcome = 'issued'
order by u.undo_id;

-- name: undone_row_is_in_review_again
-- 4: a row whose decision was undone is in review by the same transaction. Rows: undos behind which it is not.
select u.undo_id, u.row_id, u.decision_no
from undo as u
where u.decision_no is not null
  and not exists (
    select 1
    from decision as d
    where d.row_id = u.row_id and d.decision_no = u.decision_no + 1 and d.seq = u.seq and d.outcome = 'review'
  )
order by u.undo_id;

-- name: undone_item_waits_anew
-- 4: what was taken back waits as another item of the same row and kind, and the old one is closed. Rows: undos where it
-- is not so.
select u.undo_id, u.item_id, u.reopened_as
from undo as u
join queue_item as q on q.item_id = u.item_id
join queue_item as n on n.item_id = u.reopened_as
where n.row_id <> q.row_id or n.kind <> q.kind or u.row_id <> q.row_id or (n.item_id <> q.item_id and q.state = 'open')
order by u.undo_id;

-- name: undone_link_left_nothing
-- 2: what an undone link changed of a person is reversed in the same transaction. Rows: changes that were not.
with undone as (
  select u.undo_id, u.seq, u.row_id, d.person_id, d.seq as linked_seq
  from undo as u
  join decision as d on d.row_id = u.row_id and d.decision_no = u.decision_no
  where d.outcome = 'linked'
)
select u.undo_id as undo_id, 'version' as kind, u.person_id, v.seq as change_seq
from undone as u
join person_version as v on v.person_id = u.person_id and v.row_id = u.row_id
where v.seq >= u.linked_seq
  and v.seq < u.seq
  and not exists (
    select 1
    from person_version as r
    join person_version as b on b.person_id = r.person_id
      and b.seq = (
        select max(x.seq) from person_version as x where x.person_id = u.person_id and x.seq < u.linked_seq
      )
    where r.person_id = u.person_id
      and r.seq = u.seq
      and r.status = b.status
      and coalesce(r.residence_code, '') = coalesce(b.residence_code, '')
      and coalesce(r.full_name, '') = coalesce(b.full_name, '')
  )
union all
select u.undo_id, 'membership', u.person_id, m.seq
from undone as u
join membership as m on m.person_id = u.person_id and m.row_id = u.row_id
where m.seq >= u.linked_seq
  and m.seq < u.seq
  and not exists (
    select 1 from membership_reversed as r where r.person_id = m.person_id and r.membership_seq = m.seq
  )
order by undo_id, kind, change_seq;

-- name: verdict_is_withdrawn_by_an_undo
-- 5: a verdict holds for ever, unless whoever gave it takes it back. Rows: withdrawn verdicts that no undo is behind.
select w.judgement_id, w.seq
from judgement_withdrawn as w
join judgement as j on j.judgement_id = w.judgement_id
where not exists (
  select 1 from undo as u where u.row_id in (j.row_id, coalesce(j.other_row_id, j.row_id)) and u.seq = w.seq
)
order by w.judgement_id;
