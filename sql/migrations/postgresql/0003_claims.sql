-- who is at work on an item, and until when others leave it to him; one row per item, given up or taken over
create table claim (
  item_id bigint primary key references queue_item (item_id),
  claimed_by text collate "C" not null,
  leased_until text collate "C" not null,
  seq bigint not null
);
create index claim_holder on claim (claimed_by);
