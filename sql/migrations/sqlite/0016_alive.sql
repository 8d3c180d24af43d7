-- A recorded death that is wrong is taken back by two different people, like a death itself.

-- history: who says that the death recorded of a person, from the version of death_seq on, is wrong; speaker: the name in
-- one form, as in approval
create table alive_word (
  person_id integer not null,
  death_seq integer not null,
  item_id integer not null references queue_item (item_id),
  note text,
  seq integer not null,
  said_at text not null,
  said_by text not null,
  speaker text not null,
  primary key (person_id, death_seq, speaker),
  foreign key (person_id, death_seq) references person_version (person_id, seq)
) strict, without rowid;
create index alive_word_item on alive_word (item_id);

create trigger alive_word_keeps_its_rows_update before update on alive_word
begin select raise(abort, 'alive_word is history: rows are added, never changed'); end;
create trigger alive_word_keeps_its_rows_delete before delete on alive_word
begin select raise(abort, 'alive_word is history: rows are added, never changed'); end;
