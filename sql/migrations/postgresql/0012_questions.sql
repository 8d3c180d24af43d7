-- One province asks another whether a row is a person who lives there. An answer is advice: whoever asked decides.

-- history: a question of an item, on one of its candidates. about: a code of rules/questions.toml; asker: the name in one
-- form, as in approval
create table question (
  question_id bigint primary key,
  item_id bigint not null references queue_item (item_id),
  row_id bigint not null references intake_row (row_id),
  person_id bigint not null references person (person_id),
  province text collate "C" not null check (province ~ '^[0-9][0-9]$'),
  about text collate "C" not null,
  note text collate "C",
  seq bigint not null,
  asked_at text collate "C" not null,
  asked_by text collate "C" not null,
  asker text collate "C" not null
);
create index question_item on question (item_id);
create index question_province on question (province);

-- history: the one answer to a question. area: the province that whoever answered saw then (null: the whole country)
create table answer (
  question_id bigint primary key references question (question_id),
  word text collate "C" not null check (word in ('same', 'not_same', 'unsure')),
  note text collate "C",
  seq bigint not null,
  answered_at text collate "C" not null,
  answered_by text collate "C" not null,
  answerer text collate "C" not null,
  area text collate "C"
);

-- how a question stands: closed once its item is, or once an officer has said of the row and the person what he thinks
create view question_standing as
select
  s.question_id, s.item_id, s.row_id, s.person_id, s.province, s.about, s.note, s.asked_at, s.asked_by, s.asker,
  a.word, a.note as answer_note, a.answered_at, a.answered_by,
  case
    when q.state = 'closed' then 'closed'
    when exists (
      select 1
      from judgement as j
      where j.row_id = s.row_id and j.person_id = s.person_id and j.seq > s.seq
        and not exists (select 1 from judgement_withdrawn as x where x.judgement_id = j.judgement_id)
    ) then 'closed'
    when a.question_id is not null then 'answered'
    else 'asking'
  end as state
from question as s
join queue_item as q on q.item_id = s.item_id
left join answer as a on a.question_id = s.question_id;

-- where an open item with questions stands in the queue: asking, since when and whom, while one of them has no answer yet
create view item_asked as
select
  item_id,
  case when max(case when state = 'asking' then 1 else 0 end) = 1 then 'asking' else 'answered' end as place,
  min(case when state = 'asking' then asked_at end) as asked_at,
  min(case when state = 'asking' then province end) as province
from question_standing
where state <> 'closed'
group by item_id;

create function answer_is_advice_of_another() returns trigger language plpgsql as $$
begin
  if exists (select 1 from question as s where s.question_id = new.question_id and s.asker = new.answerer) then
    raise exception 'nobody answers his own question';
  end if;
  if exists (select 1 from question as s where s.question_id = new.question_id and s.province <> new.area) then
    raise exception 'whoever answers a question sees the province that was asked';
  end if;
  return new;
end
$$;
create trigger answer_is_advice_of_another before insert on answer for each row execute function answer_is_advice_of_another();
create trigger question_keeps_its_rows before update or delete or truncate on question
execute function keeps_its_rows();
create trigger answer_keeps_its_rows before update or delete or truncate on answer
execute function keeps_its_rows();
