-- Words of officers that were taken back. What stood before is written again as further history; nothing is deleted.

-- history: what was said on an item is taken back, and `reopened_as` waits in its place (the same, where it was still
-- open). decision_no: the decision of the row that stands no longer (null: none was made by that word, or what waited
-- beside the row is meant)
create table undo (
  undo_id bigint primary key,
  item_id bigint not null references queue_item (item_id),
  row_id bigint not null references intake_row (row_id),
  decision_no bigint,
  reopened_as bigint not null references queue_item (item_id),
  seq bigint not null,
  undone_at text collate "C" not null,
  undone_by text collate "C" not null,
  foreign key (row_id, decision_no) references decision (row_id, decision_no)
);
create index undo_item on undo (item_id);
create unique index decision_is_undone_once on undo (row_id, decision_no) where decision_no is not null;

-- history: verdicts that outrank the model no longer
create table judgement_withdrawn (
  judgement_id bigint primary key references judgement (judgement_id),
  seq bigint not null
);

-- history: memberships that count no longer, as if their event had not been reported
create table membership_reversed (
  person_id bigint not null,
  membership_seq bigint not null,
  seq bigint not null,
  primary key (person_id, membership_seq),
  foreign key (person_id, membership_seq) references membership (person_id, seq)
);

create or replace view membership_current as
select person_id, household_id, relation, event_date, seq
from (
  select
    m.*,
    row_number() over (partition by person_id order by coalesce(event_date, '') desc, seq desc) as place
  from membership as m
  where not exists (
    select 1 from membership_reversed as r where r.person_id = m.person_id and r.membership_seq = m.seq
  )
) as ranked
where place = 1;

-- a correction whose link was undone may ask again, of whomever it is linked to next
alter table change_request drop constraint change_request_row_id_field_key;
alter table change_request add unique (row_id, field, seq);

create index queue_item_closed_by on queue_item (closed_by, closed_at) where state = 'closed';

-- what was decided stands, unless a word of an officer's was taken back; what was issued stands in any case
create function settled_row_stays_settled() returns trigger language plpgsql as $$
begin
  if exists (
    select 1
    from decision as d
    where d.row_id = new.row_id and d.decision_no = new.decision_no - 1 and d.outcome <> 'review'
  ) and not exists (
    select 1 from undo as u where u.row_id = new.row_id and u.decision_no = new.decision_no - 1
  ) then
    raise exception 'a settled row is decided again only where its decision was undone';
  end if;
  return new;
end
$$;
create trigger settled_row_stays_settled before insert on decision
for each row when (new.decision_no > 1) execute function settled_row_stays_settled();
create function issue_is_never_undone() returns trigger language plpgsql as $$
begin
  if exists (
    select 1
    from decision as d
    where d.row_id = new.row_id and d.decision_no = new.decision_no and d.outcome = 'issued'
  ) then
    raise exception 'an issued code stands: its decision is never undone';
  end if;
  return new;
end
$$;
create trigger issue_is_never_undone before insert on undo for each row execute function issue_is_never_undone();

create trigger undo_keeps_its_rows before update or delete or truncate on undo
execute function keeps_its_rows();
create trigger judgement_withdrawn_keeps_its_rows before update or delete or truncate on judgement_withdrawn
execute function keeps_its_rows();
create trigger membership_reversed_keeps_its_rows before update or delete or truncate on membership_reversed
execute function keeps_its_rows();
