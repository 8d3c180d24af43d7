-- The ledger on PostgreSQL; the same tables as on SQLite. One row of ledger_state is raised by every transaction that holds the issuing lock.
-- Tables marked "history" only grow: triggers at the end refuse to change or delete their rows.

create table schema_version (
  version text collate "C" primary key,
  applied_at text collate "C" not null
);

-- one row: seq numbers transactions in commit order, log_no the log's entries; a register version is
-- complete together with the tail only if it stands at floor_seq or later
create table ledger_state (
  id bigint primary key check (id = 1),
  ledger_id text collate "C" not null,
  seq bigint not null,
  floor_seq bigint not null,
  log_no bigint not null,
  province text collate "C" not null check (province ~ '^[0-9]{2}$'),
  key_version text collate "C" not null,
  created_at text collate "C" not null
);

-- one row per kind of internal id: the last one given
create table id_counter (
  kind text collate "C" primary key,
  value bigint not null
);

-- loads -----------------------------------------------------------------------------------------------------------

create table register_load (
  load_id bigint primary key,
  digest text collate "C" not null unique,
  file_name text collate "C" not null,
  as_of text collate "C" not null,
  rows bigint not null,
  persons bigint not null,
  rejected bigint not null,
  seq bigint not null,
  loaded_at text collate "C" not null,
  loaded_by text collate "C" not null
);

-- history: rows of an extract that have neither a name nor a number
create table register_reject (
  load_id bigint not null references register_load (load_id),
  row bigint not null,
  cells text collate "C" not null,
  primary key (load_id, row)
);

-- intake ----------------------------------------------------------------------------------------------------------

create table delivery (
  delivery_id bigint primary key,
  source text collate "C" not null,
  province text collate "C" not null,
  file_name text collate "C" not null,
  digest text collate "C" not null,
  profile text collate "C" not null,
  -- JSON: form, delimiter, and of each sheet its headings and where a row's cells stand (casework/deliveries/layouts.py)
  layout text collate "C" not null,
  rows bigint not null,
  received_at text collate "C" not null,
  received_by text collate "C" not null,
  unique (source, file_name, digest)
);

-- history: one row per row of a change file, once for ever (section 3.4): received cells and what was understood
create table intake_row (
  row_id bigint primary key,
  row_identity text collate "C" not null unique,
  source text collate "C" not null,
  province text collate "C" not null,
  cells text collate "C" not null,
  understood text collate "C" not null,
  event text collate "C",
  event_date text collate "C",
  delivery_id bigint not null references delivery (delivery_id),
  row bigint not null,
  sheet text collate "C",
  sheet_row bigint not null,
  seq bigint not null,
  received_at text collate "C" not null
);

-- history: which rows each delivered file holds
create table delivery_row (
  delivery_id bigint not null references delivery (delivery_id),
  row bigint not null,
  row_id bigint not null references intake_row (row_id),
  sheet text collate "C",
  sheet_row bigint not null,
  primary key (delivery_id, row)
);
create index delivery_row_row on delivery_row (row_id);

-- a delivery that the brake stopped: rows that came in no other wait, undecided and in no batch, until an officer releases
-- it or gives it back; signs is JSON, what tripped
create table delivery_hold (
  delivery_id bigint primary key references delivery (delivery_id),
  state text collate "C" not null check (state in ('held', 'released', 'returned')),
  signs text collate "C" not null,
  rules_version text collate "C" not null,
  seq bigint not null,
  held_at text collate "C" not null,
  held_by text collate "C" not null,
  settled_at text collate "C",
  settled_by text collate "C",
  reason text collate "C",
  check ((state = 'held') = (settled_at is null)),
  check (state = 'held' or (settled_by is not null and reason is not null))
);

-- persons ---------------------------------------------------------------------------------------------------------

create table person (
  person_id bigint primary key,
  origin text collate "C" not null check (origin in ('extract', 'issued')),
  seq bigint not null,
  created_at text collate "C" not null
);

-- history: what is known of a person from seq on
create table person_version (
  person_id bigint not null references person (person_id),
  seq bigint not null,
  full_name text collate "C",
  birth_date text collate "C",
  sex text collate "C" check (sex in ('M', 'F')),
  personal_id text collate "C",
  old_id text collate "C",
  card_number text collate "C",
  birth_place_code text collate "C",
  birth_place_list text collate "C",
  birth_place_name text collate "C",
  residence_code text collate "C",
  residence_list text collate "C",
  residence_name text collate "C",
  address text collate "C",
  ethnicity text collate "C",
  nationality text collate "C",
  father_name text collate "C",
  mother_name text collate "C",
  phone text collate "C",
  status text collate "C" not null check (status in ('active', 'deceased')),
  flags text collate "C" not null,
  row_id bigint references intake_row (row_id),
  load_id bigint references register_load (load_id),
  primary key (person_id, seq)
);
create index person_version_seq on person_version (seq);

-- codes -----------------------------------------------------------------------------------------------------------

-- every number ever known, in whatever state: a number once used is never used again
create table number_known (
  number text collate "C" primary key,
  seq bigint not null
);

create table code (
  code_id bigint primary key,
  code text collate "C" not null references number_known (number),
  person_id bigint not null references person (person_id),
  status text collate "C" not null check (status in ('active', 'disputed', 'retired', 'alias')),
  origin text collate "C" not null check (origin in ('extract', 'issued')),
  seq bigint not null,
  created_at text collate "C" not null,
  -- ten digits, or a personal number in their place
  check (status <> 'active' or code ~ '^[0-9]{10}([0-9]{2})?$')
);
create unique index code_has_one_person on code (code) where status = 'active';
create unique index person_has_one_code on code (person_id) where status = 'active';
create unique index code_stands_once on code (code, person_id);
create index code_person on code (person_id);
create index code_seq on code (seq);

-- history: each state of a code
create table code_status (
  code_id bigint not null references code (code_id),
  seq bigint not null,
  status text collate "C" not null,
  primary key (code_id, seq)
);

-- the per-province counter behind issued numbers, raised in the issuing transaction
create table code_counter (
  province text collate "C" primary key,
  value bigint not null
);

-- history: each drawn value of a counter, and whether its number was issued or already known
create table code_draw (
  province text collate "C" not null,
  value bigint not null,
  number text collate "C" not null,
  outcome text collate "C" not null check (outcome in ('issued', 'skipped')),
  key_id text collate "C" not null,
  seq bigint not null,
  primary key (province, value)
);

-- households ------------------------------------------------------------------------------------------------------

create table household (
  household_id bigint primary key,
  household_code text collate "C" not null unique,
  seq bigint not null,
  created_at text collate "C" not null
);

-- history: from event_date on the person belongs to the household (null: to none). The current membership of a
-- person is the one with the latest event date, then the latest seq; an extract's has no date and comes first.
create table membership (
  person_id bigint not null references person (person_id),
  seq bigint not null,
  household_id bigint references household (household_id),
  relation text collate "C",
  event_date text collate "C",
  row_id bigint references intake_row (row_id),
  load_id bigint references register_load (load_id),
  primary key (person_id, seq)
);
create index membership_household on membership (household_id);
create index membership_seq on membership (seq);

create view membership_current as
select person_id, household_id, relation, event_date, seq
from (
  select
    m.*,
    row_number() over (partition by person_id order by coalesce(event_date, '') desc, seq desc) as place
  from membership as m
) as ranked
where place = 1;

create view person_current as
select v.*
from person_version as v
where v.seq = (select max(w.seq) from person_version as w where w.person_id = v.person_id);

-- batches and plans -----------------------------------------------------------------------------------------------

create table batch (
  batch_id bigint primary key,
  created_at text collate "C" not null,
  created_by text collate "C" not null
);

create table batch_row (
  row_id bigint primary key references intake_row (row_id),
  batch_id bigint not null references batch (batch_id),
  position bigint not null
);
create index batch_row_batch on batch_row (batch_id, position);

create table plan (
  batch_id bigint not null references batch (batch_id),
  attempt bigint not null,
  register_seq bigint not null,
  tail_seq bigint not null,
  model_version text collate "C" not null,
  rules_version text collate "C" not null,
  planned_at text collate "C" not null,
  primary key (batch_id, attempt)
);

-- history: what will be done with a row; body and asked are JSON
create table plan_row (
  batch_id bigint not null,
  attempt bigint not null,
  position bigint not null,
  row_id bigint not null references intake_row (row_id),
  body text collate "C" not null,
  asked text collate "C" not null,
  primary key (batch_id, attempt, position),
  foreign key (batch_id, attempt) references plan (batch_id, attempt)
);
create unique index plan_row_row on plan_row (row_id, batch_id, attempt);

-- history: rows of a plan that have been dealt with
create table plan_row_done (
  batch_id bigint not null,
  attempt bigint not null,
  position bigint not null,
  state text collate "C" not null check (state in ('applied', 'sent_back')),
  primary key (batch_id, attempt, position),
  foreign key (batch_id, attempt, position) references plan_row (batch_id, attempt, position)
);

-- decisions -------------------------------------------------------------------------------------------------------

-- history: each decision of a row; the latest counts
create table decision (
  row_id bigint not null references intake_row (row_id),
  decision_no bigint not null,
  batch_id bigint references batch (batch_id),
  outcome text collate "C" not null check (outcome in ('linked', 'issued', 'review', 'returned')),
  reason text collate "C" check (reason in ('ambiguous', 'weak', 'identity_conflict', 'code_conflict', 'twin', 'in_batch',
    'waits_for_row', 'household_conflict', 'one_person_two_codes', 'one_code_two_persons', 'unknown_person',
    'correction', 'search_incomplete', 'stale')),
  person_id bigint references person (person_id),
  bhxh_code text collate "C",
  match_weight double precision,
  posterior double precision,
  runner_up_weight double precision,
  candidates text collate "C" not null,
  model_version text collate "C" not null,
  rules_version text collate "C" not null,
  register_seq bigint not null,
  tail_seq bigint not null,
  evidence text collate "C" not null,
  seq bigint not null,
  decided_at text collate "C" not null,
  decided_by text collate "C" not null,
  primary key (row_id, decision_no),
  check ((outcome = 'review') = (reason is not null)),
  check (outcome not in ('linked', 'issued') or (person_id is not null and bhxh_code is not null))
);
create index decision_person on decision (person_id);
create unique index row_issues_once on decision (row_id) where outcome = 'issued';
create unique index person_is_issued_once on decision (person_id) where outcome = 'issued';

create view decision_current as
select d.*
from decision as d
where d.decision_no = (select max(e.decision_no) from decision as e where e.row_id = d.row_id);

-- history: the candidates that a decision weighed, best first; weights is JSON, one number a comparison
create table decision_candidate (
  row_id bigint not null,
  decision_no bigint not null,
  rank bigint not null,
  person_id bigint references person (person_id),
  other_row_id bigint references intake_row (row_id),
  match_weight double precision not null,
  posterior double precision not null,
  weights text collate "C" not null,
  sentence text collate "C" not null,
  primary key (row_id, decision_no, rank),
  foreign key (row_id, decision_no) references decision (row_id, decision_no),
  check ((person_id is null) <> (other_row_id is null))
);
create index decision_candidate_other_row on decision_candidate (other_row_id) where other_row_id is not null;

-- the queue -------------------------------------------------------------------------------------------------------

-- kind row: the row is in review; death: it is linked and its death waits; household: its household change waits
create table queue_item (
  item_id bigint primary key,
  row_id bigint not null references intake_row (row_id),
  kind text collate "C" not null check (kind in ('row', 'death', 'household')),
  reason text collate "C" not null,
  waits_for_row_id bigint references intake_row (row_id),
  state text collate "C" not null check (state in ('open', 'closed')),
  seq bigint not null,
  opened_at text collate "C" not null,
  closed_at text collate "C",
  closed_by text collate "C",
  check ((state = 'closed') = (closed_at is not null))
);
create index queue_item_row on queue_item (row_id);
create unique index row_waits_once on queue_item (row_id, kind) where state = 'open';
create index queue_item_waits on queue_item (waits_for_row_id) where state = 'open';

-- history: who agreed to a death; two different people must
create table approval (
  item_id bigint not null references queue_item (item_id),
  approved_by text collate "C" not null,
  -- the name without case and in one Unicode form: lan and Lan are one person
  approver text collate "C" not null,
  approved_at text collate "C" not null,
  seq bigint not null,
  primary key (item_id, approver)
);

-- history: a person's verdict on a pair; it outranks the model until a strong field of either side changes
create table judgement (
  judgement_id bigint primary key,
  row_id bigint not null references intake_row (row_id),
  row_digest text collate "C" not null,
  person_id bigint references person (person_id),
  other_digest text collate "C",
  verdict text collate "C" not null check (verdict in ('same', 'not_same', 'new_person', 'returned')),
  note text collate "C",
  seq bigint not null,
  judged_at text collate "C" not null,
  judged_by text collate "C" not null
);
create index judgement_row on judgement (row_digest);

-- a correction's changed identity value, waiting for an officer
create table change_request (
  request_id bigint primary key,
  row_id bigint not null references intake_row (row_id),
  person_id bigint not null references person (person_id),
  field text collate "C" not null,
  old_value text collate "C",
  new_value text collate "C" not null,
  seq bigint not null,
  requested_at text collate "C" not null,
  unique (row_id, field)
);

-- the tail's index: keys of persons changed since the last load and of rows waiting in review. Rebuildable
create table search_key (
  key_hash bigint not null,
  record_id bigint not null,
  seq bigint not null,
  batch_id bigint,
  attempt bigint,
  primary key (key_hash, record_id)
);
create index search_key_record on search_key (record_id);

-- the log ---------------------------------------------------------------------------------------------------------

-- history: one entry per act; content is what it says beside the columns, JSON in canonical form
create table log_entry (
  entry_no bigint primary key,
  seq bigint not null,
  logged_at text collate "C" not null,
  act text collate "C" not null,
  logged_by text collate "C" not null,
  purpose text collate "C",
  row_id bigint,
  content text collate "C" not null
);
create index log_entry_row on log_entry (row_id) where row_id is not null;

-- what the checks read out of JSON --------------------------------------------------------------------------------

create view decision_evidence as
select
  d.row_id, d.decision_no,
  coalesce(jsonb_array_length(nullif(e.said -> 'lacks', 'null')), 0) as lacks,
  (e.said -> 'number_agrees') = 'true' as number_agrees,
  e.said ->> 'note' as note
from decision as d
cross join lateral (select d.evidence::jsonb as said) as e;

create view decision_step as
select
  d.row_id, d.decision_no, d.seq, s.said ->> 0 as step, s.said ->> 1 as status, (s.said ->> 2)::bigint as hits,
  s.said ->> 3 as candidates
from decision as d
cross join lateral jsonb_array_elements(
  case jsonb_typeof(d.evidence::jsonb -> 'steps') when 'array' then d.evidence::jsonb -> 'steps' else '[]' end
) as s (said)
where jsonb_typeof(s.said) = 'array';

create view intake_row_faults as
select row_id, jsonb_array_length(understood::jsonb -> 'faults') as faults from intake_row;

create view plan_row_keys as
select p.row_id, p.batch_id, p.attempt, coalesce(jsonb_array_length(nullif(b.said -> 'emitted', 'null')), 0) as keys
from plan_row as p
cross join lateral (select p.body::jsonb as said) as b;

create view log_entry_said as
select
  l.entry_no, l.seq, l.row_id, l.act, l.logged_at, l.logged_by,
  e.said ->> 'outcome' as outcome, (e.said ->> 'person')::bigint as person_id,
  e.said ->> 'step' as step, e.said ->> 'status' as status,
  (e.said ->> 'hits')::bigint as hits, e.said ->> 'candidates' as candidates
from log_entry as l
cross join lateral (select l.content::jsonb as said) as e;

-- a code changes its status, and nothing else
create function stays_with_its_person() returns trigger language plpgsql as $$
begin
  raise exception 'a code stays with its person: only its status changes';
end
$$;
create trigger code_stays_with_its_person before update of code_id, code, person_id, origin, seq on code
execute function stays_with_its_person();

-- history tables refuse to be rewritten --------------------------------------------------------------------------

create function keeps_its_rows() returns trigger language plpgsql as $$
begin
  raise exception '% is history: rows are added, never changed', tg_table_name;
end
$$;
create trigger person_version_keeps_its_rows before update or delete or truncate on person_version
execute function keeps_its_rows();
create trigger code_status_keeps_its_rows before update or delete or truncate on code_status
execute function keeps_its_rows();
create trigger code_draw_keeps_its_rows before update or delete or truncate on code_draw
execute function keeps_its_rows();
create trigger membership_keeps_its_rows before update or delete or truncate on membership
execute function keeps_its_rows();
create trigger register_reject_keeps_its_rows before update or delete or truncate on register_reject
execute function keeps_its_rows();
create trigger intake_row_keeps_its_rows before update or delete or truncate on intake_row
execute function keeps_its_rows();
create trigger delivery_row_keeps_its_rows before update or delete or truncate on delivery_row
execute function keeps_its_rows();
create trigger plan_row_keeps_its_rows before update or delete or truncate on plan_row
execute function keeps_its_rows();
create trigger plan_row_done_keeps_its_rows before update or delete or truncate on plan_row_done
execute function keeps_its_rows();
create trigger decision_keeps_its_rows before update or delete or truncate on decision
execute function keeps_its_rows();
create trigger decision_candidate_keeps_its_rows before update or delete or truncate on decision_candidate
execute function keeps_its_rows();
create trigger approval_keeps_its_rows before update or delete or truncate on approval
execute function keeps_its_rows();
create trigger judgement_keeps_its_rows before update or delete or truncate on judgement
execute function keeps_its_rows();
create trigger log_entry_keeps_its_rows before update or delete or truncate on log_entry
execute function keeps_its_rows();
create trigger number_known_keeps_its_rows before update or delete or truncate on number_known
execute function keeps_its_rows();
