-- name: find_delivery
select delivery_id from delivery where source = :source and file_name = :file_name and digest = :digest;

-- name: add_delivery
insert into delivery (
  delivery_id, source, province, file_name, digest, profile, layout, rows, received_at, received_by
) values (
  :delivery_id, :source, :province, :file_name, :digest, :profile, :layout, :rows, :at, :by
);

-- name: rows_by_identity
select row_id, row_identity from intake_row where row_identity in :identities;

-- name: add_intake_row
insert into intake_row (
  row_id, row_identity, source, province, cells, understood, event, event_date, delivery_id, row, sheet, sheet_row,
  seq, received_at
) values (
  :row_id, :row_identity, :source, :province, :cells, :understood, :event, :event_date, :delivery_id, :row, :sheet,
  :sheet_row, :seq, :at
);

-- name: add_delivery_row
insert into delivery_row (delivery_id, row, row_id, sheet, sheet_row)
values (:delivery_id, :row, :row_id, :sheet, :sheet_row);

-- name: rows_of_delivery
select row_id from delivery_row where delivery_id = :delivery_id order by row;

-- name: rows_without_batch
-- rows of some deliveries that no batch has taken yet, in the order of their event dates; none that is held
select r.row_id, max(d.delivery_id) as delivery_id
from delivery_row as d
join intake_row as r on r.row_id = d.row_id
left join batch_row as b on b.row_id = r.row_id
where d.delivery_id in :delivery_ids and b.row_id is null
  and exists (
    select 1
    from delivery_row as o
    left join delivery_hold as h on h.delivery_id = o.delivery_id
    where o.row_id = r.row_id and coalesce(h.state, 'released') = 'released'
  )
group by r.row_id
order by coalesce(r.event_date, ''), r.row_id;

-- name: all_rows_without_batch
-- every row that no batch has taken yet, in the order of their event dates; none that is held
select r.row_id, (select max(x.delivery_id) from delivery_row as x where x.row_id = r.row_id) as delivery_id
from intake_row as r
left join batch_row as b on b.row_id = r.row_id
where b.row_id is null
  and exists (
    select 1
    from delivery_row as o
    left join delivery_hold as h on h.delivery_id = o.delivery_id
    where o.row_id = r.row_id and coalesce(h.state, 'released') = 'released'
  )
order by coalesce(r.event_date, ''), r.row_id;

-- name: left_deliveries
-- deliveries of the counter, and released ones, with a row that no batch has taken yet
select t.delivery_id
from delivery as t
where (
    t.profile = 'counter'
    or exists (select 1 from delivery_hold as h where h.delivery_id = t.delivery_id and h.state = 'released')
  )
  and exists (
    select 1
    from delivery_row as r
    left join batch_row as b on b.row_id = r.row_id
    where r.delivery_id = t.delivery_id and b.row_id is null
  )
order by t.delivery_id;

-- name: intake_rows
-- some rows as received and understood
select
  r.row_id, r.source, r.province, r.cells, r.understood, r.event, r.event_date, r.row, r.sheet, r.sheet_row,
  r.received_at, d.file_name, d.layout, d.delivery_id
from intake_row as r
join delivery as d on d.delivery_id = r.delivery_id
where r.row_id in :row_ids
order by r.row_id;

-- name: delivery_outcomes
-- outcomes of the rows of some deliveries: one row per delivery, outcome and reason, also of one without rows; the
-- undecided rows of a held one are held
select delivery_id, file_name, source, digest, outcome, reason, count(row_id) as rows
from (
  select
    t.delivery_id, t.file_name, t.source, t.digest, d.reason, r.row_id,
    case when d.outcome is null and r.row_id is not null and h.delivery_id is not null then 'held' else d.outcome end
      as outcome
  from delivery as t
  left join delivery_row as r on r.delivery_id = t.delivery_id
  left join decision_current as d on d.row_id = r.row_id
  left join delivery_hold as h on h.delivery_id = t.delivery_id and h.state = 'held'
  where t.delivery_id in :delivery_ids
) as delivered
group by delivery_id, file_name, source, digest, outcome, reason
order by file_name, delivery_id, outcome, reason;

-- name: returned_rows
-- rows of some deliveries that went back to their sender, with what is needed to say why
select t.file_name, r.sheet, r.sheet_row, w.understood, t.layout, d.evidence
from delivery as t
join delivery_row as r on r.delivery_id = t.delivery_id
join intake_row as w on w.row_id = r.row_id
join decision_current as d on d.row_id = r.row_id
where t.delivery_id in :delivery_ids and d.outcome = 'returned'
order by t.file_name, t.delivery_id, r.row;

-- name: deliveries_of_batches
-- deliveries that hold rows of some batches
select distinct d.delivery_id
from batch_row as b
join delivery_row as d on d.row_id = b.row_id
where b.batch_id in :batch_ids
order by d.delivery_id;

-- name: deliveries_of_source
-- every file that a source delivered, oldest first
select delivery_id from delivery where source = :source order by delivery_id;

-- name: deliveries
-- some deliveries as they came
select delivery_id, source, file_name, digest, layout, received_at from delivery where delivery_id in :delivery_ids;

-- name: delivered_rows
-- every row of a delivery with its current decision; what is needed to say why stands with returned rows only; the
-- undecided rows of a held one are held
select
  r.row, r.sheet, r.sheet_row, w.cells, d.reason,
  case when d.outcome is null and h.delivery_id is not null then 'held' else d.outcome end as outcome,
  case when d.outcome in ('linked', 'issued') then d.bhxh_code end as bhxh_code,
  case when d.outcome = 'returned' then w.understood end as understood,
  case when d.outcome = 'returned' then d.evidence end as evidence
from delivery_row as r
join intake_row as w on w.row_id = r.row_id
left join decision_current as d on d.row_id = r.row_id
left join delivery_hold as h on h.delivery_id = r.delivery_id and h.state = 'held'
where r.delivery_id = :delivery_id
order by r.row;

-- name: items_beside_rows
-- open items of a delivery's rows that are not in review themselves: deaths, household changes
select r.row, q.kind
from delivery_row as r
join queue_item as q on q.row_id = r.row_id
where r.delivery_id = :delivery_id and q.state = 'open' and q.kind <> 'row'
order by r.row, q.kind;
