-- name: add_measure
insert into measure (measure_id, officer, matter, province, unit, seq)
values (:measure_id, :officer, :matter, :province, :unit, :seq);

-- name: add_measure_step
insert into measure_step (measure_id, step_no, act, rung, outcome, said, rule, answer_until, seq, said_at, said_by)
values (:measure_id, :step_no, :act, :rung, :outcome, :said, :rule, :answer_until, :seq, :at, :by);

-- name: add_measure_case
insert into measure_case (measure_id, step_no, figure, case_id, row_id, happened_at)
values (:measure_id, :step_no, :figure, :case_id, :row_id, :happened_at);

-- name: measures
-- measures in an area, of an officer where one is named, those that are open first and then the newest
select
  c.measure_id, c.officer, a.full_name, c.matter, c.province, c.unit, c.step_no, c.act, c.rung, c.outcome, c.said_at,
  c.asked_no, c.asked_at, c.answer_until,
  (select count(*) from measure_case as k where k.measure_id = c.measure_id) as cases
from measure_current as c
join account_current as a on a.login = c.officer
where (cast(:province as text) is null or c.province = :province)
  and (cast(:unit as text) is null or c.unit = :unit)
  and (cast(:officer as text) is null or c.officer = :officer)
  and (cast(:measure_id as bigint) is null or c.measure_id = :measure_id)
order by case when c.act = 'closed' then 1 else 0 end, c.measure_id desc;

-- name: measure_steps
-- what was done in a measure, oldest first, with the names of who did it where they have accounts
select s.step_no, s.act, s.rung, s.outcome, s.said, s.rule, s.answer_until, s.said_at, s.said_by, a.full_name
from measure_step as s
left join account_current as a on a.login = s.said_by
where s.measure_id = :measure_id
order by s.step_no;

-- name: measure_cases
-- the cases of a measure, and where the sender of a row saw it first
select k.step_no, k.figure, k.case_id, k.row_id, k.happened_at, w.source, r.sheet, r.sheet_row
from measure_case as k
left join intake_row as w on w.row_id = k.row_id
left join delivery_row as r on r.row_id = k.row_id
  and r.delivery_id = (select min(f.delivery_id) from delivery_row as f where f.row_id = k.row_id)
where k.measure_id = :measure_id
order by k.step_no, k.figure, k.happened_at, k.case_id;

-- name: cases_held
-- the cases that were held against officers before, by their figure
select m.officer, k.figure, k.case_id
from measure_case as k
join measure as m on m.measure_id = k.measure_id
where k.figure in :figures;

-- name: rows_in_area
-- which of some rows are of an area
select w.row_id
from intake_row as w
where w.row_id in :row_ids
  and (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit)
order by w.row_id;

-- name: measures_against
-- how many measures there are against an officer, and until when he is to answer the first of those that wait for him
select
  count(*) as measures,
  min(case when c.act in ('opened', 'escalated') then c.answer_until end) as answer_until
from measure_current as c
where c.officer = :officer;
