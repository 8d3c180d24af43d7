-- name: add_question
insert into question (
  question_id, item_id, row_id, person_id, province, about, note, seq, asked_at, asked_by, asker
) values (
  :question_id, :item_id, :row_id, :person_id, :province, :about, :note, :seq, :at, :by, :asker
);

-- name: add_answer
insert into answer (question_id, word, note, seq, answered_at, answered_by, answerer, area)
values (:question_id, :word, :note, :seq, :at, :by, :answerer, :area);

-- name: question_to
-- one question, where it is put to a province
select
  s.question_id, s.item_id, s.row_id, s.person_id, s.province, s.about, s.note, s.asked_at, s.asked_by, s.word,
  s.answer_note, s.answered_at, s.answered_by, s.state, w.province as from_province
from question_standing as s
join intake_row as w on w.row_id = s.row_id
where s.question_id = :question_id and (cast(:province as text) is null or s.province = :province);

-- name: questions_to
-- the questions put to a province that wait for its answer, oldest first
select
  s.question_id, s.item_id, s.row_id, s.person_id, s.province, s.about, s.note, s.asked_at, s.asked_by, s.word,
  s.answer_note, s.answered_at, s.answered_by, s.state, w.province as from_province
from question_standing as s
join intake_row as w on w.row_id = s.row_id
where s.state = 'asking' and (cast(:province as text) is null or s.province = :province)
order by s.question_id;

-- name: questions_of_row
-- every question about a row, oldest first
select
  s.question_id, s.item_id, s.row_id, s.person_id, s.province, s.about, s.note, s.asked_at, s.asked_by, s.word,
  s.answer_note, s.answered_at, s.answered_by, s.state, w.province as from_province
from question_standing as s
join intake_row as w on w.row_id = s.row_id
where s.row_id = :row_id
order by s.question_id;
