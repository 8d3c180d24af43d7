-- name: first_posteriors
-- what the program decided of each row of a batch (or of all) first, before any officer: with the posterior of its best
-- candidate, and that candidate's code, or the row that it is
select
  t.file_name as file, w.row, w.event, d.outcome, d.reason, d.posterior, d.model_version,
  d.bhxh_code as issued_code, k.code,
  o.file_name as other_file, r.row as other_row
from batch_row as b
join intake_row as w on w.row_id = b.row_id
join delivery as t on t.delivery_id = w.delivery_id
join decision as d on d.row_id = w.row_id and d.decision_no = 1
left join decision_candidate as c on c.row_id = d.row_id and c.decision_no = d.decision_no and c.rank = 1
left join code as k on k.person_id = c.person_id and k.status = 'active'
left join intake_row as r on r.row_id = c.other_row_id
left join delivery as o on o.delivery_id = r.delivery_id
where cast(:batch_id as bigint) is null or b.batch_id = :batch_id
order by t.file_name, w.source, w.delivery_id, w.row;
