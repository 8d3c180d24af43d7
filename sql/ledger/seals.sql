-- name: last_seal
-- up to which entry the log is sealed
select size, root, key_id from log_seal order by size desc limit 1;

-- name: next_seal
-- the first seal beyond a size
select size, root, key_id from log_seal where size > :size order by size limit 1;

-- name: seals
-- every seal, oldest first
select size, root, key_id from log_seal order by size;

-- name: add_seal
insert into log_seal (size, root, key_id, seq, sealed_at, sealed_by)
values (:size, :root, :key_id, :seq, :at, :by);

-- name: last_entry_no
select coalesce(max(entry_no), 0) from log_entry;

-- name: oldest_unsealed
-- when the first entry was written that no seal holds
select logged_at
from log_entry
where entry_no > (select coalesce(max(size), 0) from log_seal)
order by entry_no
limit 1;

-- name: entries_of_decision
-- the log's entries of a row's decision, the last one where no number is given: its search steps, then itself
select e.entry_no
from decision as d
join log_entry as e on e.row_id = d.row_id
  and e.seq = d.seq
  and e.act in ('search_step', 'decision', 'give_back', 'undo')
where d.row_id = :row_id
  and d.decision_no = coalesce(
    cast(:decision_no as bigint), (select max(f.decision_no) from decision as f where f.row_id = d.row_id)
  )
order by e.entry_no;

-- name: entries_between
-- the log behind an entry and up to another, as it is sealed
select entry_no, seq, logged_at, act, logged_by, purpose, row_id, content
from log_entry
where entry_no > :after and entry_no <= :until
order by entry_no;
