-- name: know_number
-- remembers a number for ever; nothing when it is known already
insert into number_known (number, seq) values (:number, :seq) on conflict (number) do nothing;

-- name: known_numbers
select number from number_known where number in :numbers;

-- name: add_code
insert into code (code_id, code, person_id, status, origin, seq, created_at)
values (:code_id, :code, :person_id, :status, :origin, :seq, :at);

-- name: add_code_status
insert into code_status (code_id, seq, status) values (:code_id, :seq, :status);

-- name: raise_code_counter
-- the province's counter, one more
insert into code_counter (province, value) values (:province, 1)
on conflict (province) do update set value = code_counter.value + 1
returning value;

-- name: add_code_draw
insert into code_draw (province, value, number, outcome, key_id, seq)
values (:province, :value, :number, :outcome, :key_id, :seq);
