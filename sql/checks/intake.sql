-- name: row_is_delivered
-- 3.4: every row of the intake came in a delivery. Rows: those that no delivery holds.
select r.row_id
from intake_row as r
where not exists (select 1 from delivery_row as d where d.row_id = r.row_id)
order by r.row_id;

-- name: delivery_is_whole
-- 4: a row is never dropped: a delivery holds as many rows as its file had. Rows: deliveries that hold more or fewer.
select t.delivery_id, t.rows as rows_of_file, count(r.row_id) as rows_held
from delivery as t
left join delivery_row as r on r.delivery_id = t.delivery_id
group by t.delivery_id, t.rows
having count(r.row_id) <> t.rows
order by t.delivery_id;

-- name: row_is_taken_in_once
-- 3.4: one identity is one row for ever. Rows: rows that share their identity with another.
select row_id
from intake_row
where row_identity in (select row_identity from intake_row group by row_identity having count(*) > 1)
order by row_id;

-- name: equal_rows_came_in_one_file
-- 3.4: a row that comes again is the row that came before, so a source has as many equal rows as one of its files held.
-- Rows: the first of equal rows that are more.
with equal_rows as (
  select source, cells, min(row_id) as row_id, count(*) as rows_held
  from intake_row
  group by source, cells
  having count(*) > 1
)
select e.row_id, e.rows_held, max(f.rows_of_file) as rows_of_file
from equal_rows as e
join (
  select r.source, r.cells, d.delivery_id, count(*) as rows_of_file
  from equal_rows as q
  join intake_row as r on r.source = q.source and r.cells = q.cells
  join delivery_row as d on d.row_id = r.row_id
  group by r.source, r.cells, d.delivery_id
) as f on f.source = e.source and f.cells = e.cells
group by e.row_id, e.rows_held
having max(f.rows_of_file) < e.rows_held
order by e.row_id;

-- name: row_stays_with_its_source
-- 3.4: a row's identity includes its source, so no other source delivers it. Rows: deliveries of another source's row.
select d.delivery_id, d.row, d.row_id
from delivery_row as d
join delivery as t on t.delivery_id = d.delivery_id
join intake_row as r on r.row_id = d.row_id
where r.source <> t.source
order by d.delivery_id, d.row;

-- name: batch_row_is_planned
-- 4: a row is never dropped: a planned batch has a plan for each row. Rows: undecided rows without one.
select b.row_id, b.batch_id
from batch_row as b
left join decision as d on d.row_id = b.row_id
where d.row_id is null
  and exists (select 1 from plan as p where p.batch_id = b.batch_id)
  and not exists (select 1 from plan_row as p where p.row_id = b.row_id and p.batch_id = b.batch_id)
order by b.row_id;

-- name: applied_row_is_decided
-- 4: rows in = linked + issued + review + returned: an applied row has its decision. Rows: those that have none.
select p.row_id, p.batch_id, p.attempt
from plan_row_done as s
join plan_row as p on p.batch_id = s.batch_id and p.attempt = s.attempt and p.position = s.position
left join decision as d on d.row_id = p.row_id
where s.state = 'applied' and d.row_id is null
order by p.row_id, p.attempt;

-- name: decided_row_has_a_batch
-- 3.5: only rows of a batch are decided: the first time with the one that took them, then with any that planned them.
-- Rows: decided rows that no batch took, or decided with another.
select distinct d.row_id
from decision as d
left join batch_row as b on b.row_id = d.row_id
where b.row_id is null
  or (
    b.batch_id <> d.batch_id
    and (
      d.decision_no = 1
      or not exists (
        select 1
        from plan_row as p
        join plan as t on t.batch_id = p.batch_id and t.attempt = p.attempt
        where p.row_id = d.row_id and p.batch_id = d.batch_id
          and t.register_seq = d.register_seq and t.tail_seq = d.tail_seq
      )
    )
  )
order by d.row_id;

-- name: reject_is_kept
-- 7: a load keeps every row that it rejects. Rows: loads with another number of rejected rows.
select l.load_id, l.rejected, count(r.row) as kept
from register_load as l
left join register_reject as r on r.load_id = l.load_id
group by l.load_id, l.rejected
having count(r.row) <> l.rejected
order by l.load_id;
