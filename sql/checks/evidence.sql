-- name: issue_lacked_nothing
-- 3.6: the row of an issue has what a code needs. Rows: issues that lacked something.
select d.row_id, d.decision_no
from decision as d
join decision_evidence as e on e.row_id = d.row_id and e.decision_no = d.decision_no
where d.outcome = 'issued' and e.lacks > 0
order by d.row_id, d.decision_no;

-- name: death_is_proven
-- 3.6: a death is recorded for a death row with an agreeing number, or when two people agreed
-- and neither took it back before. Rows: other deaths.
with death as (
  select v.person_id, v.seq, v.row_id
  from person_version as v
  where v.status = 'deceased'
    and v.row_id is not null
    and coalesce(
      (
        select w.status
        from person_version as w
        where w.person_id = v.person_id and w.seq < v.seq
        order by w.seq desc
        limit 1
      ),
      ''
    ) <> 'deceased'
)
select t.person_id, t.seq, t.row_id
from death as t
join intake_row as r on r.row_id = t.row_id
where coalesce(r.event, '') <> 'death'
  or not (
    exists (
      select 1
      from decision as d
      join decision_evidence as e on e.row_id = d.row_id and e.decision_no = d.decision_no
      where d.row_id = t.row_id and d.person_id = t.person_id and d.seq = t.seq and e.number_agrees
    )
    or exists (
      select 1
      from queue_item as q
      join approval as a on a.item_id = q.item_id and a.seq <= t.seq
      where q.row_id = t.row_id
        and q.kind = 'death'
        and not exists (select 1 from undo as u where u.item_id = q.item_id and u.seq < t.seq)
      group by q.item_id
      having count(distinct a.approver) >= 2
    )
  )
order by t.person_id, t.seq;

-- name: faulty_row_is_returned
-- 4: a row goes back to its sender if it has a fault, or by an officer's note; never otherwise.
-- Rows: current decisions that are otherwise.
select d.row_id, d.decision_no, d.outcome
from decision_current as d
join decision_evidence as e on e.row_id = d.row_id and e.decision_no = d.decision_no
join intake_row_faults as f on f.row_id = d.row_id
where (d.outcome = 'returned') <> (f.faults > 0 or e.note is not null)
order by d.row_id;

-- name: unrecorded_death_waits
-- 3.6: a death that is linked and not recorded waits for people until one of them gives it back, or two have taken it back.
-- Rows: deaths of persons who are still alive, and that nothing waits for.
select d.row_id, d.person_id
from decision_current as d
join intake_row as r on r.row_id = d.row_id
join person_current as v on v.person_id = d.person_id
where r.event = 'death'
  and d.outcome = 'linked'
  and v.status <> 'deceased'
  and not exists (
    select 1 from queue_item as q where q.row_id = d.row_id and q.kind = 'death' and q.state = 'open'
  )
  and not exists (select 1 from log_entry as e where e.row_id = d.row_id and e.act = 'give_back')
  and not exists (
    select 1
    from alive_word as a
    where a.person_id = d.person_id
    group by a.death_seq
    having count(*) >= 2 and max(a.seq) > d.seq
  )
order by d.row_id;
