-- Faults for sql/checks/questions.sql.

-- fault: question_is_logged (question)
create temp table planted as select 900001 as question_id, 'question' as act from waiting;
insert into question
select 900001, w.item_id, w.row_id, p.person_id, '92', 'papers', null, 1, '', 'officer.1', 'officer.1'
from waiting as w, (select min(person_id) as person_id from quiet) as p;

-- fault: question_is_logged (answer)
create temp table planted as
select 900001 as question_id, 'answer' as act from waiting
union all
select 900001, 'question' from waiting;
insert into question
select 900001, w.item_id, w.row_id, p.person_id, '92', 'papers', null, 1, '', 'officer.1', 'officer.1'
from waiting as w, (select min(person_id) as person_id from quiet) as p;
insert into answer values (900001, 'same', null, 1, '', 'officer.2', 'officer.2', null);

-- fault: answer_is_anothers also: question_is_logged
create temp table planted as select 900001 as question_id from waiting;
insert into question
select 900001, w.item_id, w.row_id, p.person_id, '92', 'papers', null, 1, '', 'officer.1', 'officer.1'
from waiting as w, (select min(person_id) as person_id from quiet) as p;
insert into answer values (900001, 'same', null, 1, '', 'Officer.1', 'officer.1', null);

-- fault: answer_is_of_the_province_asked also: question_is_logged
create temp table planted as select 900001 as question_id, '01' as area from waiting;
insert into question
select 900001, w.item_id, w.row_id, p.person_id, '92', 'papers', null, 1, '', 'officer.1', 'officer.1'
from waiting as w, (select min(person_id) as person_id from quiet) as p;
insert into answer values (900001, 'same', null, 1, '', 'officer.2', 'officer.2', '01');

-- fault: question_is_to_another_province also: question_is_logged
create temp table planted as
select 900001 as question_id, r.province from waiting as w join intake_row as r on r.row_id = w.row_id;
insert into question
select 900001, w.item_id, w.row_id, p.person_id, r.province, 'papers', null, 1, '', 'officer.1', 'officer.1'
from waiting as w
join intake_row as r on r.row_id = w.row_id, (select min(person_id) as person_id from quiet) as p;
