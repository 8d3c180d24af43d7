-- What is added many rows at a time: at once, `rows` is one JSON text.

-- name: add_search_key
insert into search_key (
  key_hash, record_id, seq, batch_id, attempt
)
select * from json_to_recordset(:rows) as x (
  key_hash bigint, record_id bigint, seq bigint, batch_id bigint, attempt bigint
);

-- name: add_key_change
insert into key_change (
  seq, person_id
)
select * from json_to_recordset(:rows) as x (
  seq bigint, person_id bigint
);

-- name: add_log_entry
insert into log_entry (
  entry_no, seq, logged_at, act, logged_by, purpose, row_id, content
)
select * from json_to_recordset(:rows) as x (
  entry_no bigint, seq bigint, logged_at text, act text, logged_by text, purpose text, row_id bigint, content
  text
);

-- name: add_decision
insert into decision (
  row_id, decision_no, batch_id, outcome, reason, person_id, bhxh_code, match_weight, posterior,
  runner_up_weight, candidates, model_version, rules_version, register_seq, tail_seq, evidence, seq,
  decided_at, decided_by
)
select * from json_to_recordset(:rows) as x (
  row_id bigint, decision_no bigint, batch_id bigint, outcome text, reason text, person_id bigint, bhxh_code
  text, match_weight float8, posterior float8, runner_up_weight float8, candidates text, model_version text,
  rules_version text, register_seq bigint, tail_seq bigint, evidence text, seq bigint, decided_at text,
  decided_by text
);

-- name: add_decision_candidate
insert into decision_candidate (
  row_id, decision_no, rank, person_id, other_row_id, match_weight, posterior, weights, sentence
)
select * from json_to_recordset(:rows) as x (
  row_id bigint, decision_no bigint, rank bigint, person_id bigint, other_row_id bigint, match_weight float8,
  posterior float8, weights text, sentence text
);

-- name: add_plan_row
insert into plan_row (
  batch_id, attempt, position, row_id, body, asked
)
select * from json_to_recordset(:rows) as x (
  batch_id bigint, attempt bigint, position bigint, row_id bigint, body text, asked text
);

-- name: add_plan_row_done
insert into plan_row_done (
  batch_id, attempt, position, state
)
select * from json_to_recordset(:rows) as x (
  batch_id bigint, attempt bigint, position bigint, state text
);
