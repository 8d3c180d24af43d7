-- What the control team asks of a year of work is found by its time, and the team itself decides nothing.
create index decision_when on decision (decided_at, outcome, decided_by, seq);
create index record_opened on log_entry (logged_at) where act = 'person_show';

create function control_team_decides_nothing() returns trigger language plpgsql as $$
begin
  if exists (
    select 1 from account_current as a where a.login = to_jsonb(new) ->> tg_argv[0] and a.is_control = 1
  ) then
    raise exception 'an account of the control team decides nothing';
  end if;
  return new;
end
$$;
create trigger control_team_gives_no_verdict before insert on judgement
for each row execute function control_team_decides_nothing('judged_by');
create trigger control_team_agrees_to_nothing before insert on approval
for each row execute function control_team_decides_nothing('approved_by');
create trigger control_team_undoes_nothing before insert on undo
for each row execute function control_team_decides_nothing('undone_by');
create trigger control_team_says_of_no_death before insert on alive_word
for each row execute function control_team_decides_nothing('said_by');
