-- Faults for sql/checks/draws.sql.

-- fault: draws_are_counted (counter)
create temp table planted as select province, value + 1 as counter, value as draws from code_counter limit 1;
update code_counter set value = value + 1 where province = (select province from planted);

-- fault: draws_are_counted (gap)
create temp table planted as
select province, value as counter, value as draws, value + 1 as highest from code_counter order by province limit 1;
update code_draw set value = value + 1, key_id = 'other'
where province = (select province from planted) and value = (select draws from planted);

-- fault: issued_code_was_drawn (number of another) also: codes_follow_the_policy, issued_code_stays_active, change_is_noted
create temp table planted as select 900001 as code_id, min(person_id) as person_id, '001099900001' as code from quiet;
insert into number_known select code, 1 from planted;
insert into code select code_id, code, person_id, 'retired', 'issued', 1, '2026-09-01T00:00:00Z' from planted;
insert into code_status values (900001, 1, 'retired');
alter table planted drop column code;

-- fault: issued_code_was_drawn (draw)
create temp table planted as select code_id, code from code where origin = 'issued' order by code_id limit 1;
update code_draw set outcome = 'skipped' where number = (select code from planted);
alter table planted drop column code;

-- fault: drawn_number_was_given also: remembered_number_is_a_code
create temp table planted as select province, value + 1 as value from code_draw order by value desc limit 1;
update code_counter set value = value + 1 where province = (select province from planted);
insert into number_known select province || '12345678', 1 from planted;
insert into code_draw select province, value, province || '12345678', 'issued', 'other', 1 from planted;

-- fault: drawn_number_was_free also: remembered_number_is_a_code
create temp table planted as select province, value + 1 as value, 'skipped' as outcome from code_draw order by value desc limit 1;
update code_counter set value = value + 1 where province = (select province from planted);
insert into number_known select province || '12345678', 2 from planted;
insert into code_draw select province, value, province || '12345678', outcome, 'other', 1 from planted;

-- fault: drawn_number_is_of_its_province also: remembered_number_is_a_code
create temp table planted as select province, value + 1 as value from code_draw order by value desc limit 1;
update code_counter set value = value + 1 where province = (select province from planted);
insert into number_known values ('9912345678', 1);
insert into code_draw select province, value, '9912345678', 'skipped', 'other', 1 from planted;
