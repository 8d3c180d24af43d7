-- name: claim_is_logged
-- 6: who claims an item is logged in the same transaction. Rows: claims without their entry.
select c.item_id, c.claimed_by
from claim as c
join queue_item as q on q.item_id = c.item_id
where not exists (
  select 1
  from log_entry as e
  where e.row_id = q.row_id and e.act = 'claim' and e.seq = c.seq and e.logged_by = c.claimed_by
)
order by c.item_id;
