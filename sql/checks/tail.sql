-- name: waiting_row_has_keys
-- 3.2: rows in review are found by their keys. Rows: rows in the queue without keys, though their plan had some.
select q.item_id, q.row_id
from queue_item as q
where q.kind = 'row'
  and q.state = 'open'
  and not exists (select 1 from search_key as k where k.record_id = -q.row_id)
  and exists (
    select 1 from plan_row_keys as p where p.row_id = q.row_id and p.keys > 0
  )
order by q.item_id;

-- name: only_waiting_rows_have_keys
-- 3.3: only rows that wait are matched with. Rows: rows with keys that are not in the queue.
select -k.record_id as row_id, count(*) as keys
from search_key as k
left join queue_item as q on q.row_id = -k.record_id and q.kind = 'row' and q.state = 'open'
where k.record_id < 0 and q.item_id is null
group by k.record_id
order by row_id;

-- name: changed_person_has_keys
-- 3.2: who changed after the oldest usable register version is in the tail. Rows: persons who changed and have no keys.
with state as (
  select floor_seq from ledger_state
),
changed as (
  select person_id from person_version, state where seq > floor_seq
  union
  select person_id from membership, state where seq > floor_seq
  union
  select person_id from membership_reversed, state where seq > floor_seq
  union
  select person_id from code, state where seq > floor_seq
)
select c.person_id
from changed as c
where not exists (select 1 from search_key as k where k.record_id = c.person_id)
order by c.person_id;

-- name: keys_are_of_the_last_change
-- 3.2: a change and its keys are one transaction. Rows: persons with keys older than their last change, or unknown.
with state as (
  select floor_seq from ledger_state
),
changed as (
  select person_id, seq from person_version, state where seq > floor_seq
  union all
  select person_id, seq from membership, state where seq > floor_seq
  union all
  select person_id, seq from membership_reversed, state where seq > floor_seq
  union all
  select person_id, seq from code, state where seq > floor_seq
),
last_change as (
  select person_id, max(seq) as seq from changed group by person_id
),
keyed as (
  select record_id as person_id, min(seq) as seq from search_key where record_id > 0 group by record_id
)
select k.person_id, k.seq as keys_seq, c.seq as change_seq
from keyed as k
left join last_change as c on c.person_id = k.person_id
left join person as p on p.person_id = k.person_id
where k.seq < c.seq or p.person_id is null
order by k.person_id;

-- name: change_is_noted
-- 3.2: whose keys the tail took anew is noted in the transaction of the change, so that a search can be repeated. Rows:
-- changes of persons by rows of the intake, or issues, that are not.
with changed as (
  select person_id, seq from person_version where row_id is not null
  union
  select person_id, seq from membership where row_id is not null
  union
  select person_id, seq from membership_reversed
  union
  select person_id, seq from code where origin = 'issued'
)
select c.person_id, c.seq
from changed as c
where not exists (select 1 from key_change as k where k.person_id = c.person_id and k.seq = c.seq)
order by c.person_id, c.seq;
