-- What the control team holds against an officer: a ladder of reminder, warning and sanction proposal, each rung answered.

create table measure_rung (rung text collate "C" primary key, place bigint not null unique);
insert into measure_rung values ('reminder', 1), ('warning', 2), ('proposal', 3);

-- history: a matter between the control team and an officer. Its area is the officer's as it began: who of the team sees it
create table measure (
  measure_id bigint primary key,
  officer text collate "C" not null references account (login),
  matter text collate "C" not null,
  province text collate "C",
  unit text collate "C",
  seq bigint not null
);
create index measure_officer on measure (officer, matter);

-- history: what was done in it. answer_until: a day in Vietnam; rule: the version of the rules that did it (null: by hand)
create table measure_step (
  measure_id bigint not null references measure (measure_id),
  step_no bigint not null,
  act text collate "C" not null check (act in ('opened', 'answered', 'escalated', 'closed')),
  rung text collate "C" not null references measure_rung (rung),
  outcome text collate "C" check (outcome in ('unfounded', 'mended', 'upheld')),
  said text collate "C",
  rule text collate "C",
  answer_until text collate "C",
  seq bigint not null,
  said_at text collate "C" not null,
  said_by text collate "C" not null,
  primary key (measure_id, step_no),
  check ((act = 'closed') = (outcome is not null)),
  check ((act in ('opened', 'escalated')) = (answer_until is not null)),
  check (rule is null or act in ('opened', 'escalated')),
  check (rule is not null or length(trim(said)) > 0)
);

-- history: the cases that a step rests on: of a figure of compliance, or rows that the team named ('by_hand')
create table measure_case (
  measure_id bigint not null,
  step_no bigint not null,
  figure text collate "C" not null,
  case_id text collate "C" not null,
  row_id bigint references intake_row (row_id),
  happened_at text collate "C",
  primary key (measure_id, figure, case_id),
  foreign key (measure_id, step_no) references measure_step (measure_id, step_no)
);

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

create function measure_goes_step_by_step() returns trigger language plpgsql as $$
begin
  if new.step_no <> coalesce((select c.step_no + 1 from measure_current as c where c.measure_id = new.measure_id), 1)
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
    ) then
    raise exception 'a measure goes step by step: rung by rung, one answer to each, nothing behind its end';
  end if;
  return new;
end
$$;
create trigger measure_goes_step_by_step before insert on measure_step
for each row execute function measure_goes_step_by_step();

create function measure_opens_above_another() returns trigger language plpgsql as $$
begin
  if new.act = 'opened'
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
    ) then
    raise exception 'a matter has one open measure, and no rung without the one below';
  end if;
  return new;
end
$$;
create trigger measure_opens_above_another before insert on measure_step
for each row execute function measure_opens_above_another();

create function measure_is_by_whom_it_may_be() returns trigger language plpgsql as $$
begin
  if (
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
    ) then
    raise exception 'the officer concerned answers, the control team does the rest, and nobody in his own matter';
  end if;
  return new;
end
$$;
create trigger measure_is_by_whom_it_may_be before insert on measure_step
for each row execute function measure_is_by_whom_it_may_be();

create trigger measure_keeps_its_rows before update or delete or truncate on measure
execute function keeps_its_rows();
create trigger measure_step_keeps_its_rows before update or delete or truncate on measure_step
execute function keeps_its_rows();
create trigger measure_case_keeps_its_rows before update or delete or truncate on measure_case
execute function keeps_its_rows();
