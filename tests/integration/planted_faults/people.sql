-- Faults for sql/checks/people.sql.

-- fault: person_is_described
create temp table planted as select 900001 as person_id;
insert into person select person_id, 'extract', (select seq from ledger_state), '' from planted;

-- fault: history_is_of_a_person (person)
create temp table planted as select 'membership' as kind, 900001 as person_id;
insert into membership (person_id, seq) values (900001, 1);

-- fault: history_is_of_a_person (household)
create temp table planted as select 'household' as kind, min(person_id) as person_id from quiet;
insert into membership (person_id, seq, household_id) select person_id, 1, 900001 from planted;

-- fault: issued_person_has_one_issue
create temp table planted as select 900001 as person_id, 0 as issues;
insert into person select person_id, 'issued', (select seq from ledger_state), '' from planted;
insert into person_version (person_id, seq, status, flags) values (900001, 1, 'active', '[]');

-- fault: issue_makes_person_and_code
create temp table planted as select row_id, person_id from decision where outcome = 'issued' limit 1;
update person set seq = seq - 1 where person_id = (select person_id from planted);

-- fault: change_comes_from_a_decision also: change_is_noted
create temp table planted as
select 'membership' as kind, (select min(person_id) from quiet) as person_id, 1 as seq, min(row_id) as row_id
from decision
where outcome = 'linked';
insert into membership (person_id, seq, row_id) select person_id, seq, row_id from planted;

-- fault: dead_are_linked_by_people
create temp table planted as
select o.row_id, o.person_id from linked_once as o where o.event <> 'death' and o.versions = 1 limit 1;
update person_version set status = 'deceased' where person_id = (select person_id from planted);
