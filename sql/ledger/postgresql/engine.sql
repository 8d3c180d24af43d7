-- name: has_ledger
select count(*) from pg_class where oid = to_regclass('ledger_state');

-- name: schema_objects
-- every object of the schema with its definition
select 'column' as kind, c.relname || '.' || a.attname as name,
  concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end) as definition
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
union all
select 'constraint', c.relname || '.' || t.conname, pg_get_constraintdef(t.oid)
from pg_constraint as t
join pg_class as c on c.oid = t.conrelid
where c.relnamespace = current_schema()::regnamespace
union all
select 'index', indexname, replace(indexdef, quote_ident(schemaname) || '.', '')
from pg_indexes
where schemaname = current_schema()
union all
select 'view', viewname, definition
from pg_views
where schemaname = current_schema()
union all
select 'trigger', c.relname || '.' || t.tgname,
  replace(pg_get_triggerdef(t.oid), quote_ident(current_schema()) || '.', '') || ' ' || t.tgenabled::text
from pg_trigger as t
join pg_class as c on c.oid = t.tgrelid
where c.relnamespace = current_schema()::regnamespace and not t.tgisinternal
union all
select 'function', p.proname, p.prosrc
from pg_proc as p
where p.pronamespace = current_schema()::regnamespace
order by 1, 2;
