-- What a decision is repeated by: whose keys stood in the tail, and for which row a row in review waited.

-- history: persons whose keys a transaction replaced in the tail, so that what it held at any seq can be told again
create table key_change (
  seq integer not null,
  person_id integer not null references person (person_id),
  primary key (seq, person_id)
) strict, without rowid;

create trigger key_change_keeps_its_rows_update before update on key_change
begin select raise(abort, 'key_change is history: rows are added, never changed'); end;
create trigger key_change_keeps_its_rows_delete before delete on key_change
begin select raise(abort, 'key_change is history: rows are added, never changed'); end;

create view decision_wait as
select row_id, decision_no, json_extract(evidence, '$.waits_for_row') as waits_for_row_id from decision;
