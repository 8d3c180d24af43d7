-- name: watched_rows
-- of some rows the newest delivery that is not held, and where the sender sees them in it; none that an officer released
select m.row_id, m.delivery_id, t.source, r.sheet, r.sheet_row
from (
  select x.row_id, max(case when h.delivery_id is null then x.delivery_id end) as delivery_id
  from delivery_row as x
  left join delivery_hold as h on h.delivery_id = x.delivery_id
  where x.row_id in :row_ids
  group by x.row_id
  having max(case when h.state = 'released' then 1 else 0 end) = 0
) as m
join delivery_row as r on r.delivery_id = m.delivery_id and r.row_id = m.row_id
join delivery as t on t.delivery_id = m.delivery_id
order by m.row_id;

-- name: reported_before
-- which changes of some persons were reported and decided
select distinct d.person_id, r.source, r.event, r.event_date
from decision_current as d
join intake_row as r on r.row_id = d.row_id
where d.person_id in :person_ids and d.outcome in ('linked', 'issued');

-- name: add_delivery_hold
insert into delivery_hold (delivery_id, state, signs, rules_version, seq, held_at, held_by)
values (:delivery_id, 'held', :signs, :rules_version, :seq, :at, :by);

-- name: leave_batch
-- undecided rows of some deliveries, without another one that may be decided, leave their batch, whichever it is
delete from batch_row
where row_id in (select r.row_id from delivery_row as r where r.delivery_id in :delivery_ids)
  and not exists (select 1 from decision as d where d.row_id = batch_row.row_id)
  and not exists (
    select 1
    from delivery_row as o
    left join delivery_hold as h on h.delivery_id = o.delivery_id
    where o.row_id = batch_row.row_id and coalesce(h.state, 'released') = 'released'
  );

-- name: delivery_hold
select delivery_id, state, reason, settled_at, settled_by from delivery_hold where delivery_id = :delivery_id;

-- name: settle_hold
-- an officer's word on a held delivery
update delivery_hold
set state = :state, settled_at = :at, settled_by = :by, reason = :reason
where delivery_id = :delivery_id and state = 'held';

-- name: held_deliveries
-- what is held, oldest first, with the number of rows that wait with it
select
  h.delivery_id, t.file_name, t.source, t.rows, h.signs, h.rules_version, h.held_at, h.held_by,
  (
    select count(*)
    from delivery_row as r
    left join batch_row as b on b.row_id = r.row_id
    where r.delivery_id = h.delivery_id and b.row_id is null
  ) as rows_held
from delivery_hold as h
join delivery as t on t.delivery_id = h.delivery_id
where h.state = 'held'
order by h.delivery_id;

-- name: rows_to_give_back
-- rows whose every delivery was given back, and that nobody has decided, nor is about to
select r.row_id
from delivery_hold as h
join delivery_row as r on r.delivery_id = h.delivery_id
left join decision as d on d.row_id = r.row_id
left join batch_row as b on b.row_id = r.row_id
where h.state = 'returned' and d.row_id is null and b.row_id is null
  and not exists (
    select 1
    from delivery_row as o
    left join delivery_hold as g on g.delivery_id = o.delivery_id
    where o.row_id = r.row_id and coalesce(g.state, 'released') <> 'returned'
  )
group by r.row_id
order by r.row_id
limit :limit;

-- name: why_given_back
-- what an officer said when a delivery of some rows was given back; the latest word counts
select r.row_id, h.reason
from delivery_row as r
join delivery_hold as h on h.delivery_id = r.delivery_id
where r.row_id in :row_ids and h.state = 'returned'
order by r.row_id, h.delivery_id;
