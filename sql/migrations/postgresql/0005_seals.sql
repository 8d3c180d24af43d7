-- The seals of the log: up to which entry it is in the tree whose root a checkpoint signs.

-- history: the first `size` entries have this root (base64); key_id names the key that signs the checkpoint
create table log_seal (
  size bigint primary key check (size > 0),
  root text collate "C" not null,
  key_id text collate "C" not null,
  seq bigint not null,
  sealed_at text collate "C" not null,
  sealed_by text collate "C" not null
);

create trigger log_seal_keeps_its_rows before update or delete or truncate on log_seal
execute function keeps_its_rows();
