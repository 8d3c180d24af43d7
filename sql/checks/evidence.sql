-- name: issue_was_searched
-- 3.6: before an issue no demanded step was cut, and the one that must run ran. Rows: issues and steps where not so.
with demanded as (
  select
    json_extract(value, '$.rules_version') as rules_version,
    json_extract(value, '$.step') as step,
    json_extract(value, '$.must_run') as must_run
  from json_each(:demanded_steps)
),
issue as (
  select row_id, decision_no, rules_version, evidence from decision where outcome = 'issued'
),
searched as (
  select i.row_id, i.decision_no, json_extract(s.value, '$[0]') as step, json_extract(s.value, '$[1]') as status
  from issue as i, json_each(i.evidence, '$.steps') as s
  where s.type = 'array'
)
select i.row_id, i.decision_no, coalesce(w.step, i.rules_version) as step, coalesce(s.status, 'missing') as status
from issue as i
left join demanded as w on w.rules_version = i.rules_version
left join searched as s on s.row_id = i.row_id and s.decision_no = i.decision_no and s.step = w.step
where s.status is null or s.status = 'cut' or (w.must_run = 1 and s.status = 'not_applicable')
order by i.row_id, i.decision_no, w.step;

-- name: issue_lacked_nothing
-- 3.6: the row of an issue has what a code needs. Rows: issues that lacked something.
select row_id, decision_no
from decision
where outcome = 'issued' and coalesce(json_array_length(evidence, '$.lacks'), 0) > 0
order by row_id, decision_no;

-- name: death_is_proven
-- 3.6: a death is recorded for a death row with an agreeing number, or when two people agreed. Rows: other deaths.
with death as (
  select v.person_id, v.seq, v.row_id
  from person_version as v
  where v.status = 'deceased'
    and v.row_id is not null
    and coalesce(
      (
        select w.status
        from person_version as w
        where w.person_id = v.person_id and w.seq < v.seq
        order by w.seq desc
        limit 1
      ),
      ''
    ) <> 'deceased'
)
select t.person_id, t.seq, t.row_id
from death as t
join intake_row as r on r.row_id = t.row_id
where coalesce(r.event, '') <> 'death'
  or not (
    exists (
      select 1
      from decision as d
      where d.row_id = t.row_id
        and d.person_id = t.person_id
        and d.seq = t.seq
        and json_extract(d.evidence, '$.number_agrees') = 1
    )
    or (
      select count(distinct lower(trim(a.approved_by)))
      from queue_item as q
      join approval as a on a.item_id = q.item_id
      where q.row_id = t.row_id and q.kind = 'death' and a.seq <= t.seq
    ) >= 2
  )
order by t.person_id, t.seq;

-- name: faulty_row_is_returned
-- 4: a row goes back to its sender if it has a fault, or by an officer's note; never otherwise.
-- Rows: current decisions that are otherwise.
select d.row_id, d.decision_no, d.outcome
from decision_current as d
join intake_row as r on r.row_id = d.row_id
where (d.outcome = 'returned')
  <> (json_array_length(r.understood, '$.faults') > 0 or json_extract(d.evidence, '$.note') is not null)
order by d.row_id;
