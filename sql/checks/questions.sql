-- name: question_is_logged
-- 6: who asks another province, or answers one, is logged in the same transaction. Rows: questions and answers without
-- their entry.
select s.question_id, 'question' as act
from question as s
where not exists (
  select 1
  from log_entry as e
  where e.row_id = s.row_id and e.act = 'question' and e.seq = s.seq and e.logged_by = s.asked_by
)
union all
select s.question_id, 'answer'
from answer as a
join question as s on s.question_id = a.question_id
where not exists (
  select 1
  from log_entry as e
  where e.row_id = s.row_id and e.act = 'answer' and e.seq = a.seq and e.logged_by = a.answered_by
)
order by question_id, act;

-- name: answer_is_anothers
-- 4: nobody answers his own question. Rows: questions that their asker answered.
select s.question_id
from question as s
join answer as a on a.question_id = s.question_id
where s.asker = a.answerer
order by s.question_id;

-- name: answer_is_of_the_province_asked
-- 6: whoever answers sees the province that was asked. Rows: questions answered by somebody who saw another one.
select s.question_id, a.area
from question as s
join answer as a on a.question_id = s.question_id
where a.area <> s.province
order by s.question_id;

-- name: question_is_to_another_province
-- 4: another province is asked than the one that the row came from. Rows: questions to that one.
select s.question_id, s.province
from question as s
join intake_row as w on w.row_id = s.row_id
where s.province = w.province
order by s.question_id;
