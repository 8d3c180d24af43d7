-- name: load_by_digest
select load_id, file_name, rows, persons, rejected from register_load where digest = :digest;

-- name: add_load
insert into register_load (load_id, digest, file_name, as_of, rows, persons, rejected, seq, loaded_at, loaded_by)
values (:load_id, :digest, :file_name, :as_of, :rows, :persons, :rejected, :seq, :at, :by);

-- name: add_reject
insert into register_reject (load_id, row, cells) values (:load_id, :row, :cells);

-- name: ledger_in_use
-- whether anything was loaded or decided
select (select count(*) from register_load) as loads, (select count(*) from decision) as decisions;

-- name: disputed_codes
-- codes that two persons brought with them, to be re-issued
select code, person_id from code where status = 'disputed' order by code, person_id limit :limit;
