-- who is at work on an item, and until when others leave it to him; one row per item, given up or taken over
create table claim (
  item_id integer primary key references queue_item (item_id),
  claimed_by text not null,
  leased_until text not null,
  seq integer not null
) strict;
create index claim_holder on claim (claimed_by);
