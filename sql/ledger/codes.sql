-- name: know_number
-- remembers a number for ever; nothing when it is known already
insert into number_known (number, seq) values (:number, :seq) on conflict (number) do nothing;

-- name: use_number
-- remembers a number that is given out now, and was never known before
insert into number_known (number, seq) values (:number, :seq);

-- name: known_numbers
select number from number_known where number in :numbers;

-- name: province_counts
-- per province: values drawn, issued and skipped, and its ten-digit numbers that are known without a draw
with known as (
  select substr(k.number, 1, 2) as province, count(*) as numbers
  from number_known as k
  left join code_draw as d on d.number = k.number
  where length(k.number) = 10 and d.number is null
  group by substr(k.number, 1, 2)
),
drawn as (
  select province, count(*) as draws, sum(case outcome when 'issued' then 1 else 0 end) as issued
  from code_draw
  group by province
)
select c.province, d.draws as drawn, d.issued, d.draws - d.issued as skipped, coalesce(k.numbers, 0) as known_ahead
from code_counter as c
join drawn as d on d.province = c.province
left join known as k on k.province = c.province
order by c.province;

-- name: issued_personal_numbers
-- codes issued that are personal numbers
select code_id, created_at from code where origin = 'issued' and length(code) = 12 order by code_id;

-- name: add_code
insert into code (code_id, code, person_id, status, origin, seq, created_at)
values (:code_id, :code, :person_id, :status, :origin, :seq, :at);

-- name: add_code_status
insert into code_status (code_id, seq, status) values (:code_id, :seq, :status);

-- name: code_counter
-- the last value that a province has drawn
select value from code_counter where province = :province;

-- name: set_code_counter
insert into code_counter (province, value) values (:province, :value)
on conflict (province) do update set value = excluded.value;

-- name: add_code_draw
insert into code_draw (province, value, number, outcome, key_id, seq)
values (:province, :value, :number, :outcome, :key_id, :seq);
