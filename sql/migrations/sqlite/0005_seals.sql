-- The seals of the log: up to which entry it is in the tree whose root a checkpoint signs.

-- history: the first `size` entries have this root (base64); key_id names the key that signs the checkpoint
create table log_seal (
  size integer primary key check (size > 0),
  root text not null,
  key_id text not null,
  seq integer not null,
  sealed_at text not null,
  sealed_by text not null
) strict;

create trigger log_seal_keeps_its_rows_update before update on log_seal
begin select raise(abort, 'log_seal is history: rows are added, never changed'); end;
create trigger log_seal_keeps_its_rows_delete before delete on log_seal
begin select raise(abort, 'log_seal is history: rows are added, never changed'); end;
