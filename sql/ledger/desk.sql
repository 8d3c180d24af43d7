-- name: desk_counts
-- open items of an area by place in the queue and source; overdue are those that were opened before a moment
select
  coalesce(a.place, q.reason) as place, w.source, count(*) as items, min(q.opened_at) as oldest,
  sum(case when q.opened_at < :overdue_before then 1 else 0 end) as overdue
from queue_item as q
join intake_row as w on w.row_id = q.row_id
left join item_asked as a on a.item_id = q.item_id
where q.state = 'open'
  and (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit)
group by coalesce(a.place, q.reason), w.source
order by place, w.source;
