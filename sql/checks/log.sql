-- name: log_is_dense
-- 6: the log's entries are numbered 1, 2, … without a gap. Rows: entries behind a gap, or a wrong last number.
select entry_no, entry_before
from (select entry_no, lag(entry_no, 1, 0) over (order by entry_no) as entry_before from log_entry) as entry
where entry_no <> entry_before + 1
union all
select log_no, (select count(*) from log_entry)
from ledger_state
where log_no <> (select coalesce(max(entry_no), 0) from log_entry);

-- name: log_is_in_order
-- 6: entries are written in the transaction of their act, so they stand in its order. Rows: entries out of order.
select entry_no, seq, seq_before
from (
  select entry_no, seq, lag(seq, 1, 0) over (order by entry_no) as seq_before from log_entry
) as entry
where seq < seq_before or seq > (select s.seq from ledger_state as s)
order by entry_no;

-- name: decision_is_logged
-- 6: every decision, every row given back and every undo is logged in its transaction, by whom and when it was. Rows:
-- decisions without their entry.
with logged as (
  select row_id, act, seq, outcome, person_id, logged_at, logged_by
  from log_entry_said
  where act in ('decision', 'give_back', 'undo') and row_id is not null
)
select d.row_id, d.decision_no, d.seq
from decision as d
left join logged as g on g.row_id = d.row_id
  and g.seq = d.seq
  and coalesce(g.outcome, 'returned') = d.outcome
  and coalesce(g.person_id, 0) = coalesce(d.person_id, 0)
  and g.logged_at = d.decided_at
  and g.logged_by = d.decided_by
where g.row_id is null
order by d.row_id, d.decision_no;

-- name: logged_decision_stands
-- 6: a decision that the log tells of stands in the ledger. Rows: entries of decisions that do not.
select e.entry_no, e.row_id
from log_entry as e
where e.act = 'decision'
  and not exists (select 1 from decision as d where d.row_id = e.row_id and d.seq = e.seq)
order by e.entry_no;

-- name: search_is_logged
-- 6: every search step that a decision rests on is logged with it. Rows: steps without their entry.
select row_id, seq, step, status, hits, candidates from decision_step
except
select row_id, seq, step, status, hits, candidates from log_entry_said where act = 'search_step' and row_id is not null;

-- name: searches_are_counted
-- 6: a day has as many search steps as entries of them: no result without its entry. Rows: days on which they differ.
with told as (
  select day, steps as calls, 0 as entries from search_call
  union all
  select substr(logged_at, 1, 10), 0, 1 from log_entry where act = 'search_step'
)
select day, sum(calls) as calls, sum(entries) as entries
from told
group by day
having sum(calls) <> sum(entries)
order by day;

-- name: approval_is_logged
-- 6: an approval is logged in its transaction. Rows: approvals without their entry.
select a.item_id, a.seq
from approval as a
left join queue_item as q on q.item_id = a.item_id
where not exists (
  select 1
  from log_entry as e
  where e.row_id = q.row_id and e.act = 'approval' and e.logged_at = a.approved_at and e.logged_by = a.approved_by
)
order by a.item_id, a.seq;
