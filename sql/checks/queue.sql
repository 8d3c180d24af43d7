-- name: review_is_in_the_queue
-- 4: what is in review is in the queue. Rows: rows in review without an open item.
select d.row_id, d.decision_no
from decision_current as d
left join queue_item as q on q.row_id = d.row_id and q.kind = 'row' and q.state = 'open'
where d.outcome = 'review' and q.item_id is null
order by d.row_id;

-- name: queue_is_in_review
-- 4: an open item of a row says why its current decision is review. Rows: items whose row is decided otherwise.
select q.item_id, q.row_id, q.reason
from queue_item as q
left join decision_current as d on d.row_id = q.row_id
where q.kind = 'row'
  and q.state = 'open'
  and (d.row_id is null or d.outcome <> 'review' or d.reason <> q.reason)
order by q.item_id;

-- name: row_waits_for_review
-- 3.3: what waits for a row is decided again when that row is. Rows: open items that wait for a row not in review.
select q.item_id, q.row_id, q.waits_for_row_id
from queue_item as q
left join decision_current as d on d.row_id = q.waits_for_row_id
where q.state = 'open' and q.waits_for_row_id is not null and (d.row_id is null or d.outcome <> 'review')
order by q.item_id;

-- name: rows_wait_in_no_circle
-- 3.3: deciding a row frees those that wait for it, so no row waits, by way of others, for itself. Rows: those that do.
with recursive waits as (
  select row_id, waits_for_row_id from queue_item where state = 'open' and waits_for_row_id is not null
),
reached as (
  select row_id, waits_for_row_id from waits
  union
  select r.row_id, w.waits_for_row_id
  from reached as r
  join waits as w on w.row_id = r.waits_for_row_id
)
select row_id from reached where row_id = waits_for_row_id order by row_id;

-- name: change_waits_for_its_row
-- 4: a death or household change waits beside a link or an issue. Rows: open items whose row is neither.
select q.item_id, q.row_id, q.kind
from queue_item as q
left join decision_current as d on d.row_id = q.row_id
where q.kind <> 'row' and q.state = 'open' and (d.row_id is null or d.outcome not in ('linked', 'issued'))
order by q.item_id;

-- name: row_has_one_item
-- 4: a row has one open item of a kind. Rows: rows with several.
select row_id, kind, count(*) as items
from queue_item
where state = 'open'
group by row_id, kind
having count(*) > 1
order by row_id, kind;

-- name: approvals_are_of_two
-- 3.6: approvals of one item are of different people. Rows: items that one person approved twice.
select item_id, count(*) as approvals
from approval
group by item_id, lower(trim(approved_by))
having count(*) > 1
order by item_id;
