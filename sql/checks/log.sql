-- name: log_is_dense
-- 6: the log's entries are numbered 1, 2, … without a gap. Rows: entries behind a gap, or a wrong last number.
select entry_no, entry_before
from (select entry_no, lag(entry_no, 1, 0) over (order by entry_no) as entry_before from log_entry)
where entry_no <> entry_before + 1
union all
select log_no, (select count(*) from log_entry)
from ledger_state
where log_no <> (select coalesce(max(entry_no), 0) from log_entry);

-- name: log_columns_are_the_bodys
-- 6: the columns by which the log is read say what the entry says. Rows: entries where they differ.
select entry_no
from (select e.*, cast(e.body as text) as text from log_entry as e)
where json_extract(text, '$.no') <> entry_no
  or json_extract(text, '$.at') <> logged_at
  or json_extract(text, '$.act') <> act
  or json_extract(text, '$.by') <> logged_by
  or coalesce(json_extract(text, '$.row'), 0) <> coalesce(row_id, 0)
order by entry_no;

-- name: log_is_in_order
-- 6: entries are written in the transaction of their act, so they stand in its order. Rows: entries out of order.
select entry_no, seq, seq_before
from (
  select entry_no, seq, lag(seq, 1, 0) over (order by entry_no) as seq_before
  from (select entry_no, json_extract(cast(body as text), '$.seq') as seq from log_entry)
)
where seq < seq_before or seq > (select s.seq from ledger_state as s)
order by entry_no;

-- name: decision_is_logged
-- 6: every decision, and every row given back, is logged in its transaction. Rows: decisions without their entry.
with logged as (
  select
    row_id, act, json_extract(text, '$.seq') as seq, json_extract(text, '$.outcome') as outcome,
    json_extract(text, '$.person') as person_id
  from (
    select row_id, act, cast(body as text) as text
    from log_entry
    where act in ('decision', 'give_back') and row_id is not null
  )
)
select d.row_id, d.decision_no, d.seq
from decision as d
left join logged as g on g.row_id = d.row_id
  and g.seq = d.seq
  and coalesce(g.outcome, 'returned') = d.outcome
  and coalesce(g.person_id, 0) = coalesce(d.person_id, 0)
where g.row_id is null
order by d.row_id, d.decision_no;

-- name: logged_decision_stands
-- 6: a decision that the log tells of stands in the ledger. Rows: entries of decisions that do not.
select e.entry_no, e.row_id
from log_entry as e
where e.act = 'decision'
  and not exists (
    select 1
    from decision as d
    where d.row_id = e.row_id and d.seq = json_extract(cast(e.body as text), '$.seq')
  )
order by e.entry_no;

-- name: search_is_logged
-- 6: every search step that a decision rests on is logged with it. Rows: steps without their entry.
select
  d.row_id, d.seq, json_extract(s.value, '$[0]') as step, json_extract(s.value, '$[1]') as status,
  json_extract(s.value, '$[2]') as hits, json_extract(s.value, '$[3]') as candidates
from decision as d, json_each(d.evidence, '$.steps') as s
where s.type = 'array'
except
select
  row_id, json_extract(text, '$.seq'), json_extract(text, '$.step'), json_extract(text, '$.status'),
  json_extract(text, '$.hits'), json_extract(text, '$.candidates')
from (select row_id, cast(body as text) as text from log_entry where act = 'search_step' and row_id is not null);

-- name: judgement_is_logged
-- 6: an officer's verdict is logged in its transaction. Rows: judgements without their entry.
select j.judgement_id, j.row_id
from judgement as j
where not exists (
  select 1
  from log_entry as e
  where e.row_id = j.row_id and e.act = 'judgement' and e.logged_at = j.judged_at and e.logged_by = j.judged_by
)
order by j.judgement_id;

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
