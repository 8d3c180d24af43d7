-- What the control team asks of a year of work is found by its time, and the team itself decides nothing.
create index decision_when on decision (decided_at, outcome, decided_by, seq);
create index record_opened on log_entry (logged_at) where act = 'person_show';

create trigger control_team_gives_no_verdict before insert on judgement
when exists (select 1 from account_current as a where a.login = new.judged_by and a.is_control = 1)
begin select raise(abort, 'an account of the control team decides nothing'); end;
create trigger control_team_agrees_to_nothing before insert on approval
when exists (select 1 from account_current as a where a.login = new.approved_by and a.is_control = 1)
begin select raise(abort, 'an account of the control team decides nothing'); end;
create trigger control_team_undoes_nothing before insert on undo
when exists (select 1 from account_current as a where a.login = new.undone_by and a.is_control = 1)
begin select raise(abort, 'an account of the control team decides nothing'); end;
create trigger control_team_says_of_no_death before insert on alive_word
when exists (select 1 from account_current as a where a.login = new.said_by and a.is_control = 1)
begin select raise(abort, 'an account of the control team decides nothing'); end;
