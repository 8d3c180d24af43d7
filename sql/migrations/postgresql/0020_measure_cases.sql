-- What is held against an officer comes with the step that asks him for an answer: never under one that is past.
create function measure_case_comes_with_its_step() returns trigger language plpgsql as $$
begin
  if not exists (
    select 1
    from measure_current as c
    where c.measure_id = new.measure_id and c.step_no = new.step_no and c.act in ('opened', 'escalated')
  ) then
    raise exception 'a case comes with the step that asks for an answer to it';
  end if;
  return new;
end
$$;
create trigger measure_case_comes_with_its_step before insert on measure_case
for each row execute function measure_case_comes_with_its_step();
