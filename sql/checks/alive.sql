-- name: alive_word_is_logged
-- 6: that a recorded death is wrong is logged in the transaction in which it is said. Rows: words without their entry.
select a.person_id, a.said_by
from alive_word as a
join queue_item as q on q.item_id = a.item_id
where not exists (
  select 1
  from log_entry as e
  where e.row_id = q.row_id and e.act = 'alive' and e.seq = a.seq and e.logged_by = a.said_by
)
order by a.person_id, a.said_by;

-- name: death_is_taken_back_by_two
-- 3.6: a recorded death is taken back by two different people, by an undo, or by a later extract. Rows: versions by which
-- a dead person lives again otherwise.
select v.person_id, v.seq
from person_version as v
join person_version as b on b.person_id = v.person_id
  and b.seq = (select max(x.seq) from person_version as x where x.person_id = v.person_id and x.seq < v.seq)
where b.status = 'deceased'
  and v.status <> 'deceased'
  and v.load_id is null
  and not exists (select 1 from undo as u where u.seq = v.seq)
  and 2 > (
    select count(*)
    from alive_word as a
    where a.person_id = v.person_id
      and a.seq <= v.seq
      and a.death_seq = (
        select max(s.death_seq) from alive_word as s where s.person_id = v.person_id and s.death_seq < v.seq
      )
  )
order by v.person_id, v.seq;
