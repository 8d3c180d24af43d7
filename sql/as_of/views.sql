-- The ledger as it stood at a seq: temporary tables and views under the names of the ledger's own, which a transaction
-- sees in their place. The same statements then tell what they told then. {ledger} names what is the ledger's own.

create temp table as_of (seq bigint not null, key_version text not null);

create temp view ledger_state as
select s.id, s.ledger_id, a.seq, 0 as floor_seq, s.log_no, s.province, a.key_version, s.created_at
from {ledger}ledger_state as s
cross join as_of as a;

create temp view person as
select * from {ledger}person where seq <= (select a.seq from as_of as a);

create temp view person_version as
select * from {ledger}person_version where seq <= (select a.seq from as_of as a);

create temp view person_current as
select v.*
from person_version as v
where v.seq = (select max(w.seq) from person_version as w where w.person_id = v.person_id);

create temp view membership as
select * from {ledger}membership where seq <= (select a.seq from as_of as a);

create temp view membership_reversed as
select * from {ledger}membership_reversed where seq <= (select a.seq from as_of as a);

create temp view membership_current as
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

create temp view code as
select c.code_id, c.code, c.person_id, s.status, c.origin, c.seq, c.created_at
from {ledger}code as c
join {ledger}code_status as s on s.code_id = c.code_id
where s.seq = (
  select max(x.seq)
  from {ledger}code_status as x
  where x.code_id = c.code_id and x.seq <= (select a.seq from as_of as a)
);

create temp view decision as
select * from {ledger}decision where seq <= (select a.seq from as_of as a);

create temp view decision_current as
select d.*
from decision as d
where d.decision_no = (select max(e.decision_no) from decision as e where e.row_id = d.row_id);

create temp view judgement as
select * from {ledger}judgement where seq <= (select a.seq from as_of as a);

create temp view judgement_withdrawn as
select * from {ledger}judgement_withdrawn where seq <= (select a.seq from as_of as a);

-- rows in review: an item itself keeps only how it stands now
create temp view queue_item as
select d.row_id as item_id, d.row_id, 'row' as kind, d.reason, w.waits_for_row_id, 'open' as state
from decision_current as d
join {ledger}decision_wait as w on w.row_id = d.row_id and w.decision_no = d.decision_no
where d.outcome = 'review';

-- the keys of whoever changed, and of rows in review: they are made anew
create temp table search_key (
  key_hash bigint not null,
  record_id bigint not null,
  seq bigint not null,
  batch_id bigint,
  attempt bigint,
  primary key (key_hash, record_id)
);
