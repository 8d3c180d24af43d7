-- name: add_schema_version
-- records a migration in the transaction that made it
insert into schema_version (version, applied_at) values (:version, :at);

-- name: add_ledger_state
-- the ledger's only row of state
insert into ledger_state (id, ledger_id, seq, floor_seq, log_no, province, key_version, created_at)
values (1, :ledger_id, 0, 0, 0, :province, :key_version, :at);

-- name: raise_seq
-- the issuing lock's number: one more, and where the ledger stands
update ledger_state set seq = seq + 1 where id = 1 returning seq, floor_seq, key_version;

-- name: state
-- where the ledger stands
select ledger_id, seq, floor_seq, log_no, province, key_version from ledger_state where id = 1;

-- name: raise_floor_seq
-- searches need a register version at this seq or later: a bulk load has no keys in the tail
update ledger_state set floor_seq = :seq where id = 1 and floor_seq < :seq;

-- name: set_key_version
-- the normaliser and key rules that the search keys were made with
update ledger_state set key_version = :key_version where id = 1;

-- name: raise_id
-- the last of :count fresh ids of one kind
insert into id_counter (kind, value) values (:kind, :count)
on conflict (kind) do update set value = id_counter.value + :count
returning value;

-- name: raise_log_no
-- the last of :count fresh entry numbers
update ledger_state set log_no = log_no + :count where id = 1 returning log_no;

-- name: log_entries
-- the log from an entry on, filtered by row and act where given
select entry_no, seq, logged_at, act, logged_by, purpose, row_id, content
from log_entry
where entry_no > :after
  and (cast(:row_id as bigint) is null or row_id = :row_id)
  and (cast(:act as text) is null or act = :act)
order by entry_no
limit :limit;

-- name: last_log_entries
-- the newest entries, newest first, filtered by row and act where given
select entry_no, seq, logged_at, act, logged_by, purpose, row_id, content
from log_entry
where (cast(:row_id as bigint) is null or row_id = :row_id)
  and (cast(:act as text) is null or act = :act)
order by entry_no desc
limit :limit;

-- name: last_look
-- when somebody last looked at a row's case
select max(seq) as seq from log_entry where row_id = :row_id and act = 'queue_show' and logged_by = :by;

-- name: raise_search_calls
-- counts the search steps of a day
insert into search_call (day, steps) values (:day, :steps)
on conflict (day) do update set steps = search_call.steps + excluded.steps;

-- name: set_as_of
-- where the views of a transaction end
insert into as_of (seq, key_version) values (:seq, :key_version);
