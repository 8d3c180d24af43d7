-- name: add_batch
insert into batch (batch_id, created_at, created_by) values (:batch_id, :at, :by);

-- name: add_batch_row
insert into batch_row (row_id, batch_id, position) values (:row_id, :batch_id, :position);

-- name: batches_of_deliveries
-- batches that hold rows of some deliveries
select distinct b.batch_id
from delivery_row as d
join batch_row as b on b.row_id = d.row_id
where d.delivery_id in :delivery_ids
order by b.batch_id;

-- name: unfinished_batches
-- batches with a row that has no decision yet
select distinct b.batch_id
from batch_row as b
left join decision as d on d.row_id = b.row_id
where d.row_id is null
order by b.batch_id;

-- name: unfinished_of_batches
-- those of some batches that have a row without a decision
select distinct b.batch_id
from batch_row as b
left join decision as d on d.row_id = b.row_id
where b.batch_id in :batch_ids and d.row_id is null
order by b.batch_id;

-- name: undecided_rows
-- rows of a batch without a decision, in order
select b.row_id, b.position
from batch_row as b
left join decision as d on d.row_id = b.row_id
where b.batch_id = :batch_id and d.row_id is null
order by b.position;

-- name: last_plan
-- the newest plan of a batch
select attempt, register_seq, tail_seq, model_version, rules_version
from plan
where batch_id = :batch_id
order by attempt desc
limit 1;

-- name: add_plan
insert into plan (
  batch_id, attempt, register_seq, tail_seq, model_version, rules_version, planned_at
) values (
  :batch_id, :attempt, :register_seq, :tail_seq, :model_version, :rules_version, :at
);

-- name: planned_rows
-- the next rows of a plan that are still to be applied, what was understood of them, and how they stand now
select
  p.row_id, p.position, p.body, p.asked, w.province, w.understood, q.item_id, b.row_id as taken,
  coalesce((select max(d.decision_no) from decision as d where d.row_id = p.row_id), 0) as decision_no
from plan_row as p
join intake_row as w on w.row_id = p.row_id
left join batch_row as b on b.row_id = p.row_id
left join queue_item as q on q.row_id = p.row_id and q.kind = 'row' and q.state = 'open'
where p.batch_id = :batch_id
  and p.attempt = :attempt
  and p.position > :after
  and (
    select d.state
    from plan_row_done as d
    where d.batch_id = p.batch_id and d.attempt = p.attempt and d.position = p.position
  ) is null
order by p.position
limit :limit;

-- name: applied_plan
-- the attempt of a batch by which a row was decided
select p.attempt, p.register_seq, p.tail_seq, p.model_version, p.rules_version
from plan_row as r
join plan as p on p.batch_id = r.batch_id and p.attempt = r.attempt
join plan_row_done as d on d.batch_id = r.batch_id and d.attempt = r.attempt and d.position = r.position
where r.row_id = :row_id and r.batch_id = :batch_id and d.state = 'applied'
order by p.attempt desc
limit 1;

-- name: rows_of_plan
-- every row of a plan, in order, with what was planned
select row_id, position, body, asked
from plan_row
where batch_id = :batch_id and attempt = :attempt
order by position;

-- name: count_planned
select
  (select count(*) from plan_row where batch_id = :batch_id and attempt = :attempt)
  - (select count(*) from plan_row_done where batch_id = :batch_id and attempt = :attempt);

-- name: send_back_open_plans
-- their rows are decided again
insert into plan_row_done (batch_id, attempt, position, state)
select p.batch_id, p.attempt, p.position, 'sent_back'
from plan_row as p
left join plan_row_done as d on d.batch_id = p.batch_id and d.attempt = p.attempt and d.position = p.position
where d.position is null;

-- name: strange_keys
-- which of some keys another batch, load or decision committed after a seq
select distinct key_hash
from search_key
where key_hash in :key_hashes
  and seq > :seq
  and (batch_id is null or batch_id <> :batch_id or attempt <> :attempt);

-- name: batch_places
-- the batch that took each of some rows, and its place there
select row_id, batch_id, position from batch_row where row_id in :row_ids;

-- name: batch
select batch_id, created_at, created_by from batch where batch_id = :batch_id;
