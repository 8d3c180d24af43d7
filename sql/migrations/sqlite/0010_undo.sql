-- Words of officers that were taken back. What stood before is written again as further history; nothing is deleted.

-- history: what was said on an item is taken back, and `reopened_as` waits in its place (the same, where it was still
-- open). decision_no: the decision of the row that stands no longer (null: none was made by that word, or what waited
-- beside the row is meant)
create table undo (
  undo_id integer primary key,
  item_id integer not null references queue_item (item_id),
  row_id integer not null references intake_row (row_id),
  decision_no integer,
  reopened_as integer not null references queue_item (item_id),
  seq integer not null,
  undone_at text not null,
  undone_by text not null,
  foreign key (row_id, decision_no) references decision (row_id, decision_no)
) strict;
create index undo_item on undo (item_id);
create unique index decision_is_undone_once on undo (row_id, decision_no) where decision_no is not null;

-- history: verdicts that outrank the model no longer
create table judgement_withdrawn (
  judgement_id integer primary key references judgement (judgement_id),
  seq integer not null
) strict;

-- history: memberships that count no longer, as if their event had not been reported
create table membership_reversed (
  person_id integer not null,
  membership_seq integer not null,
  seq integer not null,
  primary key (person_id, membership_seq),
  foreign key (person_id, membership_seq) references membership (person_id, seq)
) strict, without rowid;

drop view membership_current;
create view membership_current as
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
create table change_request_of (
  request_id integer primary key,
  row_id integer not null references intake_row (row_id),
  person_id integer not null references person (person_id),
  field text not null,
  old_value text,
  new_value text not null,
  seq integer not null,
  requested_at text not null,
  unique (row_id, field, seq)
) strict;
insert into change_request_of select * from change_request;
drop table change_request;
alter table change_request_of rename to change_request;

create index queue_item_closed_by on queue_item (closed_by, closed_at) where state = 'closed';

-- what was decided stands, unless a word of an officer's was taken back; what was issued stands in any case
create trigger settled_row_stays_settled before insert on decision
when new.decision_no > 1
  and exists (
    select 1
    from decision as d
    where d.row_id = new.row_id and d.decision_no = new.decision_no - 1 and d.outcome <> 'review'
  )
  and not exists (
    select 1 from undo as u where u.row_id = new.row_id and u.decision_no = new.decision_no - 1
  )
begin select raise(abort, 'a settled row is decided again only where its decision was undone'); end;
create trigger issue_is_never_undone before insert on undo
when exists (
  select 1
  from decision as d
  where d.row_id = new.row_id and d.decision_no = new.decision_no and d.outcome = 'issued'
)
begin select raise(abort, 'an issued code stands: its decision is never undone'); end;

create trigger undo_keeps_its_rows_update before update on undo
begin select raise(abort, 'undo is history: rows are added, never changed'); end;
create trigger undo_keeps_its_rows_delete before delete on undo
begin select raise(abort, 'undo is history: rows are added, never changed'); end;
create trigger judgement_withdrawn_keeps_its_rows_update before update on judgement_withdrawn
begin select raise(abort, 'judgement_withdrawn is history: rows are added, never changed'); end;
create trigger judgement_withdrawn_keeps_its_rows_delete before delete on judgement_withdrawn
begin select raise(abort, 'judgement_withdrawn is history: rows are added, never changed'); end;
create trigger membership_reversed_keeps_its_rows_update before update on membership_reversed
begin select raise(abort, 'membership_reversed is history: rows are added, never changed'); end;
create trigger membership_reversed_keeps_its_rows_delete before delete on membership_reversed
begin select raise(abort, 'membership_reversed is history: rows are added, never changed'); end;
