-- name: issue_was_searched
-- 3.6: before an issue no demanded step was cut, and the one that must run ran. Rows: issues and steps where not so.
with demanded as (
  select *
  from jsonb_to_recordset(cast(:demanded_steps as jsonb)) as d (rules_version text, step text, must_run boolean)
)
select i.row_id, i.decision_no, coalesce(w.step, i.rules_version) as step, coalesce(s.status, 'missing') as status
from decision as i
left join demanded as w on w.rules_version = i.rules_version
left join decision_step as s on s.row_id = i.row_id and s.decision_no = i.decision_no and s.step = w.step
where i.outcome = 'issued'
  and (s.status is null or s.status = 'cut' or (w.must_run and s.status = 'not_applicable'))
order by i.row_id, i.decision_no, w.step;

