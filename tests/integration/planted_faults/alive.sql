-- Faults for sql/checks/alive.sql.

-- fault: alive_word_is_logged
create temp table planted as
select v.person_id, 'officer.1' as said_by from person_version as v order by v.person_id, v.seq limit 1;
insert into alive_word
select p.person_id, v.seq, w.item_id, null, 1, '', 'officer.1', 'officer.1'
from planted as p
join person_version as v on v.person_id = p.person_id, waiting as w
where v.seq = (select min(o.seq) from person_version as o where o.person_id = p.person_id);

-- fault: death_is_taken_back_by_two also: changed_person_has_keys, tail_finds_everyone
create temp table dead as
select v.* from person_version as v
where v.status = 'deceased' and v.person_id in (select person_id from quiet)
  and v.seq = (select max(o.seq) from person_version as o where o.person_id = v.person_id)
order by v.person_id limit 1;
create temp table planted as select person_id, (select seq from ledger_state) as seq from dead;
update dead set seq = (select seq from ledger_state), status = 'active', load_id = null;
insert into person_version select * from dead;
