-- name: create_version
-- in small row groups: a key is one row, and the group in which it lies is read
attach $file as version (row_group_size 10240);

-- name: write_version
use version;

-- name: complete_version
checkpoint version;

-- name: create_person_stage
create table person as select * from incoming limit 0;

-- name: create_key_stage
create table key_stage (key_hash bigint not null, step_no utinyint not null, record_id bigint not null);

-- name: add_people
insert into person select * from incoming;

-- name: add_keys
insert into key_stage select key_hash, step_no, record_id from incoming;

-- name: sort_keys
-- sorted by hash, so that a look-up reads one row group of hundreds
create table key as select * from key_stage order by key_hash, step_no, record_id;

-- name: drop_key_stage
drop table key_stage;

-- name: sort_frequencies
create table frequency as
select part, value, sex, cohort, sum(records)::bigint as records
from incoming
group by all
order by value, part, sex, cohort;

-- name: create_meta
create table meta as
select
  $ledger_id as ledger_id, $seq::bigint as seq, $key_version as key_version, $created_at as created_at, $records::bigint as records,
  $keys::bigint as keys, $steps::varchar[] as steps;

-- name: read_meta
select ledger_id, seq, key_version, created_at, records, keys, steps from meta;

-- name: count_all
-- what a version holds, to be compared with what was written
select (select count(*) from person) as records, (select count(*) from key) as keys;

-- name: last_person
-- the newest person of a version; whoever has a higher number came later
select coalesce(max(record_id), 0) as last_person from person;

-- name: block_sizes
-- how many records carry each of some keys
select k.key_hash, k.step_no, count(*) as records
from key as k
join (select unnest($keys::bigint[]) as key_hash) as asked using (key_hash)
group by all;

-- name: find
-- records that carry some keys: one row per key and record
select k.key_hash, k.step_no, k.record_id
from key as k
join (select unnest($keys::bigint[]) as key_hash) as asked using (key_hash);

-- name: people
-- some persons of the register, ready to be compared
select p.*
from person as p
join (select unnest($ids::bigint[]) as record_id) as asked using (record_id);

-- name: frequencies
-- how many records carry some values; the totals stand under the empty value
select f.part, f.value, f.sex, f.cohort, f.records
from frequency as f
join (select unnest($values::varchar[]) as value) as asked using (value);
