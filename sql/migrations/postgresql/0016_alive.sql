-- A recorded death that is wrong is taken back by two different people, like a death itself.

-- history: who says that the death recorded of a person, from the version of death_seq on, is wrong; speaker: the name in
-- one form, as in approval
create table alive_word (
  person_id bigint not null,
  death_seq bigint not null,
  item_id bigint not null references queue_item (item_id),
  note text collate "C",
  seq bigint not null,
  said_at text collate "C" not null,
  said_by text collate "C" not null,
  speaker text collate "C" not null,
  primary key (person_id, death_seq, speaker),
  foreign key (person_id, death_seq) references person_version (person_id, seq)
);
create index alive_word_item on alive_word (item_id);

create trigger alive_word_keeps_its_rows before update or delete or truncate on alive_word
execute function keeps_its_rows();
