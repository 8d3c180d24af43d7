-- Faults for sql/checks/seq.sql.

-- fault: seq_was_drawn
create temp table planted as select 'queue_item' as kind, item_id as id, 900001 as seq from waiting;
update queue_item set seq = 900001 where item_id = (select id from planted);

-- fault: ids_were_counted
create temp table planted as select 'household' as kind, max(household_id) as id, 1 as counter from household;
update id_counter set value = 1 where kind = 'household';
