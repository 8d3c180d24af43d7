-- Faults for sql/checks/intake.sql.

-- fault: row_is_delivered also: rows_have_their_identity
create temp table planted as select 900001 as row_id;
insert into intake_row select * from another_row;

-- fault: delivery_is_whole
create temp table planted as select delivery_id, rows + 1 as rows_of_file, rows as rows_held from delivery limit 1;
update delivery set rows = rows + 1 where delivery_id = (select delivery_id from planted);

-- fault: row_is_taken_in_once also: ledger_is_as_made, rows_have_their_identity
create temp table planted as select row_id from intake_row order by row_id limit 2;
-- on sqlite
pragma legacy_alter_table = on;
create table intake_row_without_constraint as select * from intake_row;
drop table intake_row;
alter table intake_row_without_constraint rename to intake_row;
-- on postgresql
alter table intake_row drop constraint intake_row_row_identity_key;
-- on both
update intake_row set row_identity = 'the same' where row_id in (select row_id from planted);

-- fault: equal_rows_came_in_one_file also: rows_have_their_identity
create temp table planted as
select min(row_id) as row_id, 2 as rows_held, 1 as rows_of_file from intake_row where row_id in (
  select row_id from decision where outcome = 'issued'
);
update another_row set
  cells = (select cells from intake_row where row_id = (select row_id from planted)),
  source = (select source from intake_row where row_id = (select row_id from planted)),
  delivery_id = (select delivery_id from intake_row where row_id = (select row_id from planted)) + 900000;
insert into intake_row select * from another_row;
insert into delivery
select
  a.delivery_id, t.source, t.province, 'again.csv', t.digest, t.profile, t.layout, 1, t.received_at, t.received_by
from another_row as a
join delivery as t on t.delivery_id = a.delivery_id - 900000;
insert into delivery_row select delivery_id, row, row_id, sheet, sheet_row from another_row;

-- fault: row_stays_with_its_source also: rows_have_their_identity
create temp table planted as select delivery_id, row, row_id from delivery_row limit 1;
update intake_row set source = 'another' where row_id = (select row_id from planted);

-- fault: batch_row_is_planned also: rows_have_their_identity
create temp table planted as select 900001 as row_id, batch_id from plan limit 1;
insert into intake_row select * from another_row;
insert into delivery_row select delivery_id, row, row_id, sheet, sheet_row from another_row;
update delivery set rows = rows + 1 where delivery_id = (select delivery_id from another_row);
insert into batch_row select row_id, batch_id, 900001 from planted;

-- fault: applied_row_is_decided also: rows_have_their_identity
create temp table planted as select 900001 as row_id, batch_id, attempt from plan limit 1;
insert into intake_row select * from another_row;
insert into delivery_row select delivery_id, row, row_id, sheet, sheet_row from another_row;
update delivery set rows = rows + 1 where delivery_id = (select delivery_id from another_row);
insert into batch_row select row_id, batch_id, 900001 from planted;
insert into plan_row select batch_id, attempt, 900001, row_id, '{}', '[]' from planted;
insert into plan_row_done select batch_id, attempt, 900001, 'applied' from planted;

-- fault: decided_row_has_a_batch (none)
create temp table planted as select row_id from decision limit 1;
delete from batch_row where row_id = (select row_id from planted);

-- fault: decided_row_has_a_batch (another)
create temp table planted as select row_id from first_returned;
insert into batch select 900001, created_at, created_by from batch limit 1;
update batch_row set batch_id = 900001 where row_id = (select row_id from planted);

-- fault: reject_is_kept
create temp table planted as select load_id, rejected + 1 as rejected, rejected as kept from register_load;
update register_load set rejected = rejected + 1;
