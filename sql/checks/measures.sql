-- name: measure_climbs_rung_by_rung
-- 6: nobody is warned who was not reminded in the same matter, and no sanction proposed without a warning. Rows: steps
-- above what came before.
select s.measure_id, s.step_no, s.rung
from measure_step as s
join measure as m on m.measure_id = s.measure_id
join measure_rung as r on r.rung = s.rung
where r.place > 1
  and s.act in ('opened', 'escalated')
  and not exists (
    select 1
    from measure as o
    join measure_step as b on b.measure_id = o.measure_id
    join measure_rung as q on q.rung = b.rung
    where o.officer = m.officer and o.matter = m.matter and q.place = r.place - 1
      and (b.seq < s.seq or (b.measure_id = s.measure_id and b.step_no < s.step_no))
  )
order by s.measure_id, s.step_no;

-- name: measure_is_by_whom_it_may_be
-- 6: the officer concerned answers, and the control team decides in nobody's own matter. Rows: steps of another.
select s.measure_id, s.step_no, s.said_by
from measure_step as s
join measure as m on m.measure_id = s.measure_id
where (s.act = 'answered') <> (s.said_by = m.officer)
  and (s.act = 'answered' or s.rule is null)
   or s.act <> 'answered' and s.rule is null and not exists (
    select 1
    from account as a
    join account_version as v on v.account_id = a.account_id
    where a.login = s.said_by and v.is_control = 1 and v.seq <= s.seq
  )
order by s.measure_id, s.step_no;

-- name: case_is_held_once
-- 6: no case of a figure is held against an officer twice. Rows: cases of two measures.
select m.officer, k.figure, k.case_id
from measure_case as k
join measure as m on m.measure_id = k.measure_id
where k.figure <> 'by_hand'
group by m.officer, k.figure, k.case_id
having count(*) > 1
order by m.officer, k.figure, k.case_id;
