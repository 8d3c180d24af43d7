-- What the control team holds against an officer: a ladder of reminder, warning and sanction proposal, each rung answered.

create table measure_rung (rung text primary key, place integer not null unique) strict, without rowid;
insert into measure_rung values ('reminder', 1), ('warning', 2), ('proposal', 3);

-- history: a matter between the control team and an officer. Its area is the officer's as it began: who of the team sees it
create table measure (
  measure_id integer primary key,
  officer text not null references account (login),
  matter text not null,
  province text,
  unit text,
  seq integer not null
) strict;
create index measure_officer on measure (officer, matter);

-- history: what was done in it. answer_until: a day in Vietnam; rule: the version of the rules that did it (null: by hand)
create table measure_step (
  measure_id integer not null references measure (measure_id),
  step_no integer not null,
  act text not null check (act in ('opened', 'answered', 'escalated', 'closed')),
  rung text not null references measure_rung (rung),
  outcome text check (outcome in ('unfounded', 'mended', 'upheld')),
  said text,
  rule text,
  answer_until text,
  seq integer not null,
  said_at text not null,
  said_by text not null,
  primary key (measure_id, step_no),
  check ((act = 'closed') = (outcome is not null)),
  check ((act in ('opened', 'escalated')) = (answer_until is not null)),
  check (rule is null or act in ('opened', 'escalated')),
  check (rule is not null or length(trim(said)) > 0)
) strict, without rowid;

-- history: the cases that a step rests on: of a figure of compliance, or rows that the team named ('by_hand')
create table measure_case (
  measure_id integer not null,
  step_no integer not null,
  figure text not null,
  case_id text not null,
  row_id integer references intake_row (row_id),
  happened_at text,
  primary key (measure_id, figure, case_id),
  foreign key (measure_id, step_no) references measure_step (measure_id, step_no)
) strict, without rowid;

-- how each measure stands: its last step, and the one that asked for an answer last
create view measure_current as
select
  m.measure_id, m.officer, m.matter, m.province, m.unit, l.step_no, l.act, l.rung, l.outcome, l.said_at,
  a.step_no as asked_no, a.said_at as asked_at, a.answer_until
from measure as m
join measure_step as l on l.measure_id = m.measure_id
  and l.step_no = (select max(s.step_no) from measure_step as s where s.measure_id = m.measure_id)
join measure_step as a on a.measure_id = m.measure_id
  and a.step_no = (
    select max(s.step_no) from measure_step as s where s.measure_id = m.measure_id and s.answer_until is not null
  );

create trigger measure_goes_step_by_step before insert on measure_step
when new.step_no <> coalesce((select c.step_no + 1 from measure_current as c where c.measure_id = new.measure_id), 1)
  or (new.act = 'opened') <> (new.step_no = 1)
  or exists (
    select 1
    from measure_current as c
    join measure_rung as r on r.rung = c.rung
    where c.measure_id = new.measure_id
      and (
        c.act = 'closed'
        or (new.act = 'answered' and c.act = 'answered')
        or (new.act <> 'escalated' and new.rung <> c.rung)
        or (new.act = 'escalated' and r.place + 1 <> (select n.place from measure_rung as n where n.rung = new.rung))
      )
  )
begin select raise(abort, 'a measure goes step by step: rung by rung, one answer to each, nothing behind its end'); end;

create trigger measure_opens_above_another before insert on measure_step
when new.act = 'opened'
  and (
    exists (
      select 1
      from measure as m
      join measure_current as c on c.officer = m.officer and c.matter = m.matter
      where m.measure_id = new.measure_id and c.act <> 'closed'
    )
    or (
      new.rung <> 'reminder'
      and not exists (
        select 1
        from measure as m
        join measure_current as c on c.officer = m.officer and c.matter = m.matter and c.outcome <> 'unfounded'
        join measure_rung as b on b.rung = c.rung
        join measure_rung as n on n.rung = new.rung and n.place <= b.place + 1
        where m.measure_id = new.measure_id
      )
    )
  )
begin select raise(abort, 'a matter has one open measure, and no rung without the one below'); end;

create trigger measure_is_by_whom_it_may_be before insert on measure_step
when (
    new.act = 'answered'
    and new.said_by <> (select m.officer from measure as m where m.measure_id = new.measure_id)
  )
  or (
    new.act <> 'answered'
    and new.rule is null
    and (
      new.said_by = (select m.officer from measure as m where m.measure_id = new.measure_id)
      or not exists (select 1 from account_current as a where a.login = new.said_by and a.is_control = 1)
    )
  )
begin select raise(abort, 'the officer concerned answers, the control team does the rest, and nobody in his own matter'); end;

create trigger measure_keeps_its_rows_update before update on measure
begin select raise(abort, 'measure is history: rows are added, never changed'); end;
create trigger measure_keeps_its_rows_delete before delete on measure
begin select raise(abort, 'measure is history: rows are added, never changed'); end;
create trigger measure_step_keeps_its_rows_update before update on measure_step
begin select raise(abort, 'measure_step is history: rows are added, never changed'); end;
create trigger measure_step_keeps_its_rows_delete before delete on measure_step
begin select raise(abort, 'measure_step is history: rows are added, never changed'); end;
create trigger measure_case_keeps_its_rows_update before update on measure_case
begin select raise(abort, 'measure_case is history: rows are added, never changed'); end;
create trigger measure_case_keeps_its_rows_delete before delete on measure_case
begin select raise(abort, 'measure_case is history: rows are added, never changed'); end;
