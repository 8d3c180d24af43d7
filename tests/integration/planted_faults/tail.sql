-- Faults for sql/checks/tail.sql.

-- fault: waiting_row_has_keys also: tail_finds_everyone
create temp table planted as select item_id, row_id from waiting;
delete from search_key where record_id = (select -row_id from planted);

-- fault: only_waiting_rows_have_keys
create temp table planted as select row_id, 1 as keys from first_returned;
insert into search_key (key_hash, record_id, seq) select 1, -row_id, 1 from planted;

-- fault: changed_person_has_keys also: tail_finds_everyone
create temp table planted as select min(person_id) as person_id from person where origin = 'issued';
delete from search_key where record_id = (select person_id from planted);

-- fault: keys_are_of_the_last_change
create temp table planted as select min(person_id) as person_id, 1 as keys_seq from person where origin = 'issued';
update search_key set seq = 1 where record_id = (select person_id from planted);

-- fault: change_is_noted
create temp table planted as
select person_id, min(seq) as seq from code where origin = 'issued' group by person_id order by person_id limit 1;
delete from key_change where person_id = (select person_id from planted);
