-- What a decision is repeated by: whose keys stood in the tail, and for which row a row in review waited.

-- history: persons whose keys a transaction replaced in the tail, so that what it held at any seq can be told again
create table key_change (
  seq bigint not null,
  person_id bigint not null references person (person_id),
  primary key (seq, person_id)
);

create trigger key_change_keeps_its_rows before update or delete or truncate on key_change
execute function keeps_its_rows();

create view decision_wait as
select row_id, decision_no, cast(cast(evidence as json) ->> 'waits_for_row' as bigint) as waits_for_row_id
from decision;
