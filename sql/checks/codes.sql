-- name: person_has_one_code
-- 3.1: a person has at most one active code. Rows: persons with several.
select person_id, count(*) as codes
from code
where status = 'active'
group by person_id
having count(*) > 1
order by person_id;

-- name: code_has_one_person
-- 3.1: an active code belongs to one person. Rows: ids of codes whose number is active with several.
select code_id, person_id
from code
where status = 'active'
  and code in (select code from code where status = 'active' group by code having count(*) > 1)
order by code, code_id;

-- name: active_code_is_nobody_elses
-- 3.1: a number that is active with one person stands with no other, disputed, retired or as an alias. Rows: codes that
-- are, and who else has them.
select a.code_id, a.person_id, d.person_id as other_person_id
from code as a
join code as d on d.code = a.code and d.status <> 'active'
where a.status = 'active'
order by a.code_id, d.person_id;

-- name: issued_code_stays_active
-- 3.1: a code that was issued is its person's; no command takes it away. Rows: issued codes that are active no more.
select code_id, person_id, status
from code
where origin = 'issued' and status <> 'active'
order by code_id;

-- name: issued_number_is_new
-- 3.1: a number once used is never used again. Rows: issued codes whose number was known before, or is on another code.
select c.code_id, c.person_id
from code as c
left join number_known as k on k.number = c.code
where c.origin = 'issued'
  and (k.seq < c.seq or exists (select 1 from code as o where o.code = c.code and o.code_id <> c.code_id))
order by c.code_id;

-- name: every_number_is_remembered
-- 3.1: every number of a code or a draw is remembered, so that it is never used again. Rows: where a number is not.
select 'code' as kind, c.code_id as id
from code as c
left join number_known as k on k.number = c.code
where k.number is null
union all
select 'draw', d.value
from code_draw as d
left join number_known as k on k.number = d.number
where k.number is null;

-- name: remembered_number_is_a_code
-- 3.1: a number is remembered when it becomes a code, and no code vanishes. Rows: transactions, and how many numbers they
-- remembered that are nobody's code.
select k.seq, count(*) as numbers
from number_known as k
left join code as c on c.code = k.number
where c.code_id is null
group by k.seq
order by k.seq;

-- name: code_status_has_its_history
-- 2: nothing is overwritten: a code's status is the latest of its history. Rows: codes where it is not.
select c.code_id, c.person_id, c.status, h.status as last_status
from code as c
left join code_status as h on h.code_id = c.code_id
  and h.seq = (select max(s.seq) from code_status as s where s.code_id = c.code_id)
where h.status is null or h.status <> c.status
order by c.code_id;
