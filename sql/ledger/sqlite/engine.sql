-- name: has_ledger
select count(*) from sqlite_master where name = 'ledger_state';

-- name: schema_objects
-- every object of the schema with its definition
select type as kind, name, sql as definition
from sqlite_master
where name not like 'sqlite~_%' escape '~'
order by type, name;
