-- name: issue_was_searched
-- 3.6: before an issue no demanded step was cut, and the one that must run ran. Rows: issues and steps where not so.
with demanded as (
  select
    json_extract(value, '$.rules_version') as rules_version,
    json_extract(value, '$.step') as step,
    json_extract(value, '$.must_run') as must_run
  from json_each(:demanded_steps)
)
select i.row_id, i.decision_no, coalesce(w.step, i.rules_version) as step, coalesce(s.status, 'missing') as status
from decision as i
left join demanded as w on w.rules_version = i.rules_version
left join decision_step as s on s.row_id = i.row_id and s.decision_no = i.decision_no and s.step = w.step
where i.outcome = 'issued'
  and (s.status is null or s.status = 'cut' or (w.must_run = 1 and s.status = 'not_applicable'))
order by i.row_id, i.decision_no, w.step;

