-- What is added many rows at a time: once for each row.

-- name: add_search_key
insert into search_key (key_hash, record_id, seq, batch_id, attempt)
values (:key_hash, :record_id, :seq, :batch_id, :attempt);

-- name: add_key_change
insert into key_change (seq, person_id) values (:seq, :person_id);

-- name: add_log_entry
insert into log_entry (entry_no, seq, logged_at, act, logged_by, purpose, row_id, content)
values (:entry_no, :seq, :logged_at, :act, :logged_by, :purpose, :row_id, :content);

-- name: add_decision
insert into decision (
  row_id, decision_no, batch_id, outcome, reason, person_id, bhxh_code, match_weight, posterior, runner_up_weight,
  candidates, model_version, rules_version, register_seq, tail_seq, evidence, seq, decided_at, decided_by
) values (
  :row_id, :decision_no, :batch_id, :outcome, :reason, :person_id, :bhxh_code, :match_weight, :posterior,
  :runner_up_weight, :candidates, :model_version, :rules_version, :register_seq, :tail_seq, :evidence, :seq,
  :decided_at, :decided_by
);

-- name: add_decision_candidate
insert into decision_candidate (
  row_id, decision_no, rank, person_id, other_row_id, match_weight, posterior, weights, sentence
) values (
  :row_id, :decision_no, :rank, :person_id, :other_row_id, :match_weight, :posterior, :weights, :sentence
);

-- name: add_plan_row
insert into plan_row (batch_id, attempt, position, row_id, body, asked)
values (:batch_id, :attempt, :position, :row_id, :body, :asked);

-- name: add_plan_row_done
insert into plan_row_done (batch_id, attempt, position, state) values (:batch_id, :attempt, :position, :state);
