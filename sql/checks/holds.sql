-- name: held_row_waits
-- 3.5: nothing of a held file is applied before an officer releases it: a row that came in held files only is neither
-- decided since nor in a batch. Rows: those that are.
select w.row_id, min(w.delivery_id) as delivery_id
from delivery_row as w
join delivery_hold as h on h.delivery_id = w.delivery_id and h.state = 'held'
where not exists (
    select 1
    from delivery_row as o
    left join delivery_hold as g on g.delivery_id = o.delivery_id
    where o.row_id = w.row_id and coalesce(g.state, 'released') = 'released'
  )
  and (
    exists (select 1 from decision as d where d.row_id = w.row_id and d.seq > h.seq)
    or exists (
      select 1
      from batch_row as b
      where b.row_id = w.row_id and not exists (select 1 from decision as d where d.row_id = w.row_id)
    )
  )
group by w.row_id
order by w.row_id;

-- name: row_of_a_returned_file_is_returned
-- 4: a row goes back with its file: one that came in no other, and was not decided before the file was held, is returned.
-- Rows: those that were decided otherwise.
select w.row_id, d.outcome
from delivery_row as w
join decision_current as d on d.row_id = w.row_id
where d.outcome <> 'returned'
  and exists (
    select 1
    from delivery_hold as h
    where h.delivery_id = w.delivery_id and h.state = 'returned'
      and h.seq < (select min(f.seq) from decision as f where f.row_id = w.row_id)
  )
  and not exists (
    select 1
    from delivery_row as o
    left join delivery_hold as g on g.delivery_id = o.delivery_id
    where o.row_id = w.row_id and coalesce(g.state, 'released') <> 'returned'
  )
group by w.row_id, d.outcome
order by w.row_id;

-- name: hold_is_logged
-- 6: that a file was held, released or given back is logged. Rows: deliveries without the entry.
select h.delivery_id, h.state
from delivery_hold as h
where not exists (
    select 1 from log_entry as e where e.act = 'hold' and e.logged_at = h.held_at and e.logged_by = h.held_by
  )
  or (
    h.state <> 'held'
    and not exists (
      select 1
      from log_entry as e
      where e.act = case h.state when 'released' then 'release' else 'return_file' end
        and e.logged_at = h.settled_at
        and e.logged_by = h.settled_by
    )
  )
order by h.delivery_id;
