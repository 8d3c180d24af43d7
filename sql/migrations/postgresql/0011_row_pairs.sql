-- A verdict may be on two rows: each of them then has an entry that names the other.
alter table judgement add column other_row_id bigint references intake_row (row_id)
  check (other_row_id is null or (person_id is null and other_row_id <> row_id));
create index judgement_of_other_row on judgement (other_row_id) where other_row_id is not null;
