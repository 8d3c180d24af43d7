-- name: add_alive_word
insert into alive_word (person_id, death_seq, item_id, note, seq, said_at, said_by, speaker)
values (:person_id, :death_seq, :item_id, :note, :seq, :at, :by, :speaker);

-- name: recorded_death
-- from which of a person's versions on he is dead; null where he is not
select min(v.seq) as seq
from person_version as v
where v.person_id = :person_id
  and v.status = 'deceased'
  and v.seq > (
    select coalesce(max(b.seq), -1) from person_version as b where b.person_id = :person_id and b.status <> 'deceased'
  );

-- name: alive_words
-- who says that a recorded death is wrong, in order
select said_by from alive_word where person_id = :person_id and death_seq = :death_seq order by seq;

-- name: deaths_taken_back
-- how many recorded deaths of a person two people took back
select count(*) as deaths
from (
  select death_seq from alive_word where person_id = :person_id group by death_seq having count(*) >= 2
) as taken_back;

-- name: alive_words_of_item
-- what was said on an item of recorded deaths, and how many say so of each
select
  a.said_by,
  (select count(*) from alive_word as b where b.person_id = a.person_id and b.death_seq = a.death_seq) as words
from alive_word as a
where a.item_id = :item_id
order by a.seq;
