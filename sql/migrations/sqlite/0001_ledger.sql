-- The ledger. One row of ledger_state is raised by every transaction that holds the issuing lock.
-- Tables marked "history" only grow: triggers at the end refuse to change or delete their rows.

create table schema_version (
  version text primary key,
  applied_at text not null
) strict;

-- one row: seq numbers transactions in commit order, log_no the log's entries; a register version is
-- complete together with the tail only if it stands at floor_seq or later
create table ledger_state (
  id integer primary key check (id = 1),
  ledger_id text not null,
  seq integer not null,
  floor_seq integer not null,
  log_no integer not null,
  province text not null check (province glob '[0-9][0-9]'),
  key_version text not null,
  created_at text not null
) strict;

-- one row per kind of internal id: the last one given
create table id_counter (
  kind text primary key,
  value integer not null
) strict;

-- loads -----------------------------------------------------------------------------------------------------------

create table register_load (
  load_id integer primary key,
  digest text not null unique,
  file_name text not null,
  as_of text not null,
  rows integer not null,
  persons integer not null,
  rejected integer not null,
  seq integer not null,
  loaded_at text not null,
  loaded_by text not null
) strict;

-- history: rows of an extract that have neither a name nor a number
create table register_reject (
  load_id integer not null references register_load (load_id),
  row integer not null,
  cells text not null,
  primary key (load_id, row)
) strict, without rowid;

-- intake ----------------------------------------------------------------------------------------------------------

create table delivery (
  delivery_id integer primary key,
  source text not null,
  province text not null,
  file_name text not null,
  digest text not null,
  profile text not null,
  -- JSON: form, delimiter, and of each sheet its headings and where a row's cells stand (casework/deliveries/layouts.py)
  layout text not null,
  rows integer not null,
  received_at text not null,
  received_by text not null,
  unique (source, file_name, digest)
) strict;

-- history: one row per row of a change file, once for ever (section 3.4): received cells and what was understood
create table intake_row (
  row_id integer primary key,
  row_identity text not null unique,
  source text not null,
  province text not null,
  cells text not null,
  understood text not null,
  event text,
  event_date text,
  delivery_id integer not null references delivery (delivery_id),
  row integer not null,
  sheet text,
  sheet_row integer not null,
  seq integer not null,
  received_at text not null
) strict;

-- history: which rows each delivered file holds
create table delivery_row (
  delivery_id integer not null references delivery (delivery_id),
  row integer not null,
  row_id integer not null references intake_row (row_id),
  sheet text,
  sheet_row integer not null,
  primary key (delivery_id, row)
) strict, without rowid;
create index delivery_row_row on delivery_row (row_id);

-- a delivery that the brake stopped: rows that came in no other wait, undecided and in no batch, until an officer releases
-- it or gives it back; signs is JSON, what tripped
create table delivery_hold (
  delivery_id integer primary key references delivery (delivery_id),
  state text not null check (state in ('held', 'released', 'returned')),
  signs text not null,
  rules_version text not null,
  seq integer not null,
  held_at text not null,
  held_by text not null,
  settled_at text,
  settled_by text,
  reason text,
  check ((state = 'held') = (settled_at is null)),
  check (state = 'held' or (settled_by is not null and reason is not null))
) strict;

-- persons ---------------------------------------------------------------------------------------------------------

create table person (
  person_id integer primary key,
  origin text not null check (origin in ('extract', 'issued')),
  seq integer not null,
  created_at text not null
) strict;

-- history: what is known of a person from seq on
create table person_version (
  person_id integer not null references person (person_id),
  seq integer not null,
  full_name text,
  birth_date text,
  sex text check (sex in ('M', 'F')),
  personal_id text,
  old_id text,
  card_number text,
  birth_place_code text,
  birth_place_list text,
  birth_place_name text,
  residence_code text,
  residence_list text,
  residence_name text,
  address text,
  ethnicity text,
  nationality text,
  father_name text,
  mother_name text,
  phone text,
  status text not null check (status in ('active', 'deceased')),
  flags text not null,
  row_id integer references intake_row (row_id),
  load_id integer references register_load (load_id),
  primary key (person_id, seq)
) strict, without rowid;
create index person_version_seq on person_version (seq);

-- codes -----------------------------------------------------------------------------------------------------------

-- every number ever known, in whatever state: a number once used is never used again
create table number_known (
  number text primary key,
  seq integer not null
) strict, without rowid;

create table code (
  code_id integer primary key,
  code text not null references number_known (number),
  person_id integer not null references person (person_id),
  status text not null check (status in ('active', 'disputed', 'retired', 'alias')),
  origin text not null check (origin in ('extract', 'issued')),
  seq integer not null,
  created_at text not null,
  -- ten digits, or a personal number in their place
  check (status <> 'active' or (length(code) in (10, 12) and code not glob '*[^0-9]*'))
) strict;
create unique index code_has_one_person on code (code) where status = 'active';
create unique index person_has_one_code on code (person_id) where status = 'active';
create unique index code_stands_once on code (code, person_id);
create index code_person on code (person_id);
create index code_seq on code (seq);

-- history: each state of a code
create table code_status (
  code_id integer not null references code (code_id),
  seq integer not null,
  status text not null,
  primary key (code_id, seq)
) strict, without rowid;

-- the per-province counter behind issued numbers, raised in the issuing transaction
create table code_counter (
  province text primary key,
  value integer not null
) strict, without rowid;

-- history: each drawn value of a counter, and whether its number was issued or already known
create table code_draw (
  province text not null,
  value integer not null,
  number text not null,
  outcome text not null check (outcome in ('issued', 'skipped')),
  key_id text not null,
  seq integer not null,
  primary key (province, value)
) strict, without rowid;

-- households ------------------------------------------------------------------------------------------------------

create table household (
  household_id integer primary key,
  household_code text not null unique,
  seq integer not null,
  created_at text not null
) strict;

-- history: from event_date on the person belongs to the household (null: to none). The current membership of a
-- person is the one with the latest event date, then the latest seq; an extract's has no date and comes first.
create table membership (
  person_id integer not null references person (person_id),
  seq integer not null,
  household_id integer references household (household_id),
  relation text,
  event_date text,
  row_id integer references intake_row (row_id),
  load_id integer references register_load (load_id),
  primary key (person_id, seq)
) strict, without rowid;
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
  batch_id integer primary key,
  created_at text not null,
  created_by text not null
) strict;

create table batch_row (
  row_id integer primary key references intake_row (row_id),
  batch_id integer not null references batch (batch_id),
  position integer not null
) strict;
create index batch_row_batch on batch_row (batch_id, position);

create table plan (
  batch_id integer not null references batch (batch_id),
  attempt integer not null,
  register_seq integer not null,
  tail_seq integer not null,
  model_version text not null,
  rules_version text not null,
  planned_at text not null,
  primary key (batch_id, attempt)
) strict, without rowid;

-- history: what will be done with a row; body and asked are JSON
create table plan_row (
  batch_id integer not null,
  attempt integer not null,
  position integer not null,
  row_id integer not null references intake_row (row_id),
  body text not null,
  asked text not null,
  primary key (batch_id, attempt, position),
  foreign key (batch_id, attempt) references plan (batch_id, attempt)
) strict, without rowid;
create unique index plan_row_row on plan_row (row_id, batch_id, attempt);

-- history: rows of a plan that have been dealt with
create table plan_row_done (
  batch_id integer not null,
  attempt integer not null,
  position integer not null,
  state text not null check (state in ('applied', 'sent_back')),
  primary key (batch_id, attempt, position),
  foreign key (batch_id, attempt, position) references plan_row (batch_id, attempt, position)
) strict, without rowid;

-- decisions -------------------------------------------------------------------------------------------------------

-- history: each decision of a row; the latest counts
create table decision (
  row_id integer not null references intake_row (row_id),
  decision_no integer not null,
  batch_id integer references batch (batch_id),
  outcome text not null check (outcome in ('linked', 'issued', 'review', 'returned')),
  reason text check (reason in ('ambiguous', 'weak', 'identity_conflict', 'code_conflict', 'twin', 'in_batch',
    'waits_for_row', 'household_conflict', 'one_person_two_codes', 'one_code_two_persons', 'unknown_person',
    'correction', 'search_incomplete', 'stale')),
  person_id integer references person (person_id),
  bhxh_code text,
  match_weight real,
  posterior real,
  runner_up_weight real,
  candidates text not null,
  model_version text not null,
  rules_version text not null,
  register_seq integer not null,
  tail_seq integer not null,
  evidence text not null,
  seq integer not null,
  decided_at text not null,
  decided_by text not null,
  primary key (row_id, decision_no),
  check ((outcome = 'review') = (reason is not null)),
  check (outcome not in ('linked', 'issued') or (person_id is not null and bhxh_code is not null))
) strict, without rowid;
create index decision_person on decision (person_id);
create unique index row_issues_once on decision (row_id) where outcome = 'issued';
create unique index person_is_issued_once on decision (person_id) where outcome = 'issued';

create view decision_current as
select d.*
from decision as d
where d.decision_no = (select max(e.decision_no) from decision as e where e.row_id = d.row_id);

-- history: the candidates that a decision weighed, best first; weights is JSON, one number a comparison
create table decision_candidate (
  row_id integer not null,
  decision_no integer not null,
  rank integer not null,
  person_id integer references person (person_id),
  other_row_id integer references intake_row (row_id),
  match_weight real not null,
  posterior real not null,
  weights text not null,
  sentence text not null,
  primary key (row_id, decision_no, rank),
  foreign key (row_id, decision_no) references decision (row_id, decision_no),
  check ((person_id is null) <> (other_row_id is null))
) strict, without rowid;
create index decision_candidate_other_row on decision_candidate (other_row_id) where other_row_id is not null;

-- the queue -------------------------------------------------------------------------------------------------------

-- kind row: the row is in review; death: it is linked and its death waits; household: its household change waits
create table queue_item (
  item_id integer primary key,
  row_id integer not null references intake_row (row_id),
  kind text not null check (kind in ('row', 'death', 'household')),
  reason text not null,
  waits_for_row_id integer references intake_row (row_id),
  state text not null check (state in ('open', 'closed')),
  seq integer not null,
  opened_at text not null,
  closed_at text,
  closed_by text,
  check ((state = 'closed') = (closed_at is not null))
) strict;
create index queue_item_row on queue_item (row_id);
create unique index row_waits_once on queue_item (row_id, kind) where state = 'open';
create index queue_item_waits on queue_item (waits_for_row_id) where state = 'open';

-- history: who agreed to a death; two different people must
create table approval (
  item_id integer not null references queue_item (item_id),
  approved_by text not null,
  -- the name without case and in one Unicode form: lan and Lan are one person
  approver text not null,
  approved_at text not null,
  seq integer not null,
  primary key (item_id, approver)
) strict, without rowid;

-- history: a person's verdict on a pair; it outranks the model until a strong field of either side changes
create table judgement (
  judgement_id integer primary key,
  row_id integer not null references intake_row (row_id),
  row_digest text not null,
  person_id integer references person (person_id),
  other_digest text,
  verdict text not null check (verdict in ('same', 'not_same', 'new_person', 'returned')),
  note text,
  seq integer not null,
  judged_at text not null,
  judged_by text not null
) strict;
create index judgement_row on judgement (row_digest);

-- a correction's changed identity value, waiting for an officer
create table change_request (
  request_id integer primary key,
  row_id integer not null references intake_row (row_id),
  person_id integer not null references person (person_id),
  field text not null,
  old_value text,
  new_value text not null,
  seq integer not null,
  requested_at text not null,
  unique (row_id, field)
) strict;

-- the tail's index: keys of persons changed since the last load and of rows waiting in review. Rebuildable
create table search_key (
  key_hash integer not null,
  record_id integer not null,
  seq integer not null,
  batch_id integer,
  attempt integer,
  primary key (key_hash, record_id)
) strict, without rowid;
create index search_key_record on search_key (record_id);

-- the log ---------------------------------------------------------------------------------------------------------

-- history: one entry per act; content is what it says beside the columns, JSON in canonical form
create table log_entry (
  entry_no integer primary key,
  seq integer not null,
  logged_at text not null,
  act text not null,
  logged_by text not null,
  purpose text,
  row_id integer,
  content text not null
) strict;
create index log_entry_row on log_entry (row_id) where row_id is not null;

-- what the checks read out of JSON --------------------------------------------------------------------------------

create view decision_evidence as
select
  row_id, decision_no,
  coalesce(json_array_length(evidence, '$.lacks'), 0) as lacks,
  json_extract(evidence, '$.number_agrees') = 1 as number_agrees,
  json_extract(evidence, '$.note') as note
from decision;

create view decision_step as
select
  d.row_id, d.decision_no, d.seq, json_extract(s.value, '$[0]') as step, json_extract(s.value, '$[1]') as status,
  json_extract(s.value, '$[2]') as hits, json_extract(s.value, '$[3]') as candidates
from decision as d, json_each(d.evidence, '$.steps') as s
where s.type = 'array';

create view intake_row_faults as
select row_id, json_array_length(understood, '$.faults') as faults from intake_row;

create view plan_row_keys as
select row_id, batch_id, attempt, coalesce(json_array_length(body, '$.emitted'), 0) as keys from plan_row;

create view log_entry_said as
select
  entry_no, seq, row_id, act, logged_at, logged_by,
  json_extract(content, '$.outcome') as outcome, json_extract(content, '$.person') as person_id,
  json_extract(content, '$.step') as step, json_extract(content, '$.status') as status,
  json_extract(content, '$.hits') as hits, json_extract(content, '$.candidates') as candidates
from log_entry;

-- a code changes its status, and nothing else
create trigger code_stays_with_its_person before update of code_id, code, person_id, origin, seq on code
begin select raise(abort, 'a code stays with its person: only its status changes'); end;

-- history tables refuse to be rewritten --------------------------------------------------------------------------

create trigger person_version_keeps_its_rows_update before update on person_version
begin select raise(abort, 'person_version is history: rows are added, never changed'); end;
create trigger person_version_keeps_its_rows_delete before delete on person_version
begin select raise(abort, 'person_version is history: rows are added, never changed'); end;
create trigger code_status_keeps_its_rows_update before update on code_status
begin select raise(abort, 'code_status is history: rows are added, never changed'); end;
create trigger code_status_keeps_its_rows_delete before delete on code_status
begin select raise(abort, 'code_status is history: rows are added, never changed'); end;
create trigger code_draw_keeps_its_rows_update before update on code_draw
begin select raise(abort, 'code_draw is history: rows are added, never changed'); end;
create trigger code_draw_keeps_its_rows_delete before delete on code_draw
begin select raise(abort, 'code_draw is history: rows are added, never changed'); end;
create trigger membership_keeps_its_rows_update before update on membership
begin select raise(abort, 'membership is history: rows are added, never changed'); end;
create trigger membership_keeps_its_rows_delete before delete on membership
begin select raise(abort, 'membership is history: rows are added, never changed'); end;
create trigger register_reject_keeps_its_rows_update before update on register_reject
begin select raise(abort, 'register_reject is history: rows are added, never changed'); end;
create trigger register_reject_keeps_its_rows_delete before delete on register_reject
begin select raise(abort, 'register_reject is history: rows are added, never changed'); end;
create trigger intake_row_keeps_its_rows_update before update on intake_row
begin select raise(abort, 'intake_row is history: rows are added, never changed'); end;
create trigger intake_row_keeps_its_rows_delete before delete on intake_row
begin select raise(abort, 'intake_row is history: rows are added, never changed'); end;
create trigger delivery_row_keeps_its_rows_update before update on delivery_row
begin select raise(abort, 'delivery_row is history: rows are added, never changed'); end;
create trigger delivery_row_keeps_its_rows_delete before delete on delivery_row
begin select raise(abort, 'delivery_row is history: rows are added, never changed'); end;
create trigger plan_row_keeps_its_rows_update before update on plan_row
begin select raise(abort, 'plan_row is history: rows are added, never changed'); end;
create trigger plan_row_keeps_its_rows_delete before delete on plan_row
begin select raise(abort, 'plan_row is history: rows are added, never changed'); end;
create trigger plan_row_done_keeps_its_rows_update before update on plan_row_done
begin select raise(abort, 'plan_row_done is history: rows are added, never changed'); end;
create trigger plan_row_done_keeps_its_rows_delete before delete on plan_row_done
begin select raise(abort, 'plan_row_done is history: rows are added, never changed'); end;
create trigger decision_keeps_its_rows_update before update on decision
begin select raise(abort, 'decision is history: rows are added, never changed'); end;
create trigger decision_keeps_its_rows_delete before delete on decision
begin select raise(abort, 'decision is history: rows are added, never changed'); end;
create trigger decision_candidate_keeps_its_rows_update before update on decision_candidate
begin select raise(abort, 'decision_candidate is history: rows are added, never changed'); end;
create trigger decision_candidate_keeps_its_rows_delete before delete on decision_candidate
begin select raise(abort, 'decision_candidate is history: rows are added, never changed'); end;
create trigger approval_keeps_its_rows_update before update on approval
begin select raise(abort, 'approval is history: rows are added, never changed'); end;
create trigger approval_keeps_its_rows_delete before delete on approval
begin select raise(abort, 'approval is history: rows are added, never changed'); end;
create trigger judgement_keeps_its_rows_update before update on judgement
begin select raise(abort, 'judgement is history: rows are added, never changed'); end;
create trigger judgement_keeps_its_rows_delete before delete on judgement
begin select raise(abort, 'judgement is history: rows are added, never changed'); end;
create trigger log_entry_keeps_its_rows_update before update on log_entry
begin select raise(abort, 'log_entry is history: rows are added, never changed'); end;
create trigger log_entry_keeps_its_rows_delete before delete on log_entry
begin select raise(abort, 'log_entry is history: rows are added, never changed'); end;
create trigger number_known_keeps_its_rows_update before update on number_known
begin select raise(abort, 'number_known is history: rows are added, never changed'); end;
create trigger number_known_keeps_its_rows_delete before delete on number_known
begin select raise(abort, 'number_known is history: rows are added, never changed'); end;
