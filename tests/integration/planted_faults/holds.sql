-- Faults for sql/checks/holds.sql. A hold that is planted is not logged.

-- fault: held_row_waits (decided) also: hold_is_logged
create temp table planted as
select r.row_id, r.delivery_id
from delivery_row as r
where r.delivery_id = (select min(delivery_id) from delivery)
  and not exists (select 1 from delivery_row as o where o.row_id = r.row_id and o.delivery_id <> r.delivery_id);
insert into delivery_hold select distinct delivery_id, 'held', '[]', '', 1, '', '', null, null, null from planted;

-- fault: held_row_waits (in a batch) also: hold_is_logged, rows_have_their_identity
create temp table planted as select 900001 as row_id, 900001 as delivery_id;
create temp table another_delivery as select * from delivery order by delivery_id limit 1;
update another_delivery set delivery_id = 900001, file_name = 'another', rows = 1;
insert into delivery select * from another_delivery;
update another_row set delivery_id = 900001;
insert into intake_row select * from another_row;
insert into delivery_row select delivery_id, row, row_id, sheet, sheet_row from another_row;
insert into delivery_hold values (900001, 'held', '[]', '', 1, '', '', null, null, null);
insert into batch values (900001, '', '');
insert into batch_row values (900001, 900001, 0);

-- fault: row_of_a_returned_file_is_returned also: hold_is_logged
create temp table planted as
select r.row_id, d.outcome
from delivery_row as r
join decision_current as d on d.row_id = r.row_id and d.outcome <> 'returned'
where r.delivery_id = (select min(delivery_id) from delivery)
  and not exists (select 1 from delivery_row as o where o.row_id = r.row_id and o.delivery_id <> r.delivery_id);
insert into delivery_hold
select min(delivery_id), 'returned', '[]', '', 1, '', '', '', '', '' from delivery;

-- fault: hold_is_logged
create temp table planted as select min(delivery_id) as delivery_id, 'released' as state from delivery;
insert into delivery_hold select delivery_id, state, '[]', '', 1, '', '', '', '', '' from planted;
