-- Faults for sql/checks/codes.sql.

-- fault: person_has_one_code also: ledger_is_as_made
create temp table planted as select min(person_id) as person_id, 2 as codes from quiet;
drop index person_has_one_code;
insert into number_known values ('9900000001', 1);
insert into code select 900001, '9900000001', person_id, 'active', 'extract', 1, '' from planted;
insert into code_status values (900001, 1, 'active');

-- fault: code_has_one_person also: remembered_number_is_a_code, ledger_is_as_made
create temp table planted as
select code_id, person_id from code where person_id in (select person_id from quiet order by person_id limit 2);
drop index code_has_one_person;
update code set code = (select min(c.code) from code as c join planted as p on p.code_id = c.code_id)
where code_id in (select code_id from planted);

-- fault: active_code_is_nobody_elses (disputed) also: remembered_number_is_a_code
create temp table planted as
select c.code_id, c.person_id, d.person_id as other_person_id, d.code_id as other_code_id, c.code
from code as c, code as d
where c.person_id = (select min(person_id) from quiet) and d.person_id = (select max(person_id) from quiet);
update code set status = 'disputed', code = (select code from planted)
where code_id = (select other_code_id from planted);
insert into code_status select other_code_id, 3, 'disputed' from planted;
alter table planted drop column other_code_id;
alter table planted drop column code;

-- fault: active_code_is_nobody_elses (alias)
create temp table planted as
select code_id, person_id, (select max(person_id) from quiet) as other_person_id
from code
where person_id = (select min(person_id) from quiet);
insert into code
select 900001, c.code, p.other_person_id, 'alias', 'extract', 1, ''
from planted as p
join code as c on c.code_id = p.code_id;
insert into code_status values (900001, 1, 'alias');

-- fault: issued_code_stays_active
create temp table planted as select code_id, person_id, 'retired' as status from code where origin = 'issued' limit 1;
update code set status = 'retired' where code_id = (select code_id from planted);
insert into code_status select p.code_id, s.seq, 'retired' from planted as p, ledger_state as s;

-- fault: issued_number_is_new also: active_code_is_nobody_elses
create temp table planted as select code_id, person_id from code where origin = 'issued' order by code_id limit 1;
insert into code
select 900001, c.code, (select min(person_id) from quiet), 'retired', 'extract', 1, ''
from code as c
join planted as p on p.code_id = c.code_id;
insert into code_status values (900001, 1, 'retired');

-- fault: every_number_is_remembered (code)
create temp table planted as
select 'code' as kind, code_id as id, code from code where person_id = (select min(person_id) from quiet);
delete from number_known where number = (select code from planted);
alter table planted drop column code;

-- fault: every_number_is_remembered (draw)
create temp table planted as select 'draw' as kind, value + 1 as id, province from code_draw order by value desc limit 1;
update code_counter set value = value + 1 where province = (select province from planted);
insert into code_draw select province, id, province || '12345678', 'skipped', 'other', 1 from planted;
alter table planted drop column province;

-- fault: remembered_number_is_a_code (never one)
create temp table planted as select 1 as seq, 1 as numbers;
insert into number_known values ('9900000001', 1);

-- fault: remembered_number_is_a_code (vanished)
create temp table planted as
select c.seq, 1 as numbers, c.code_id from code as c where c.person_id = (select min(person_id) from quiet);
delete from code_status where code_id = (select code_id from planted);
delete from code where code_id = (select code_id from planted);
alter table planted drop column code_id;

-- fault: code_status_has_its_history
create temp table planted as
select code_id, status, 'retired' as last_status from code where person_id = (select min(person_id) from quiet);
insert into code_status select code_id, 3, last_status from planted;
