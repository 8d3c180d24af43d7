-- name: draws_are_counted
-- 3.1: the draws of a province are 1, 2, … up to its counter, none left out. Rows: provinces where they are not.
with drawn as (
  select province, count(*) as draws, min(value) as lowest, max(value) as highest
  from code_draw
  group by province
),
provinces as (
  select province from code_counter
  union
  select province from drawn
)
select p.province, c.value as counter, d.draws, d.lowest, d.highest
from provinces as p
left join code_counter as c on c.province = p.province
left join drawn as d on d.province = p.province
where coalesce(c.value, 0) <> coalesce(d.draws, 0)
  or coalesce(d.lowest, 1) <> 1
  or coalesce(d.highest, 0) <> coalesce(d.draws, 0)
order by p.province;

-- name: issued_code_was_drawn
-- 3.1: an issued code is a number drawn in the transaction that gave it, or the personal number with which the person
-- came. Rows: issued codes that are neither.
select c.code_id, c.person_id
from code as c
left join code_draw as d on d.number = c.code and d.outcome = 'issued' and d.seq = c.seq
left join person_version as v on v.person_id = c.person_id and v.seq = c.seq and v.personal_id = c.code
where c.origin = 'issued' and d.number is null and v.person_id is null
order by c.code_id;

-- name: drawn_number_was_given
-- 3.1: a number drawn to be issued is the code of a person. Rows: draws whose number nobody has.
select d.province, d.value
from code_draw as d
left join code as c on c.code = d.number and c.origin = 'issued'
where d.outcome = 'issued' and c.code_id is null
order by d.province, d.value;

-- name: drawn_number_was_free
-- 3.1: a draw is skipped if its number was known before, and only then. Rows: draws where it is otherwise.
select d.province, d.value, d.outcome
from code_draw as d
join number_known as k on k.number = d.number
where (d.outcome = 'issued' and k.seq <> d.seq)
  or (d.outcome = 'skipped' and k.seq > d.seq)
order by d.province, d.value;

-- name: drawn_number_is_of_its_province
-- 3.4: a new code is ten digits and begins with those of the issuing province. Rows: draws whose number does not.
select province, value
from code_draw
where substr(number, 1, 2) <> province or length(number) <> 10
order by province, value;
