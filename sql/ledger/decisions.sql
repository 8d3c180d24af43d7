-- name: last_decisions
-- the current decision of some rows
select row_id, decision_no, outcome, reason, person_id, bhxh_code, register_seq, tail_seq, posterior, seq
from decision_current
where row_id in :row_ids;

-- name: last_row_id
select coalesce(max(row_id), 0) from intake_row;

-- name: decision_candidates
-- the candidates of a row's current decision, or of an earlier one, best first
select c.rank, c.person_id, c.other_row_id, c.match_weight, c.posterior, c.weights, c.sentence
from decision_candidate as c
where c.row_id = :row_id
  and c.decision_no = coalesce(
    cast(:decision_no as bigint), (select max(d.decision_no) from decision as d where d.row_id = :row_id)
  )
order by c.rank;

-- name: decision_history
-- every decision of a row, oldest first
select
  decision_no, batch_id, outcome, reason, person_id, bhxh_code, match_weight, posterior, runner_up_weight, candidates,
  model_version, rules_version, register_seq, tail_seq, seq, decided_at, decided_by, evidence
from decision
where row_id = :row_id
order by decision_no;

-- name: export_decisions
-- one line per delivered row of a batch (or of all): its current decision
select
  b.batch_id as batch, t.file_name as file, w.row, d.outcome, d.reason, d.bhxh_code, d.person_id, d.match_weight,
  d.runner_up_weight, d.candidates, d.model_version, d.decided_at, d.decided_by, w.sheet, w.sheet_row, w.source
from intake_row as w
join delivery as t on t.delivery_id = w.delivery_id
join decision_current as d on d.row_id = w.row_id
join batch_row as b on b.row_id = w.row_id
where cast(:batch_id as bigint) is null or b.batch_id = :batch_id
order by t.file_name, w.source, w.delivery_id, w.row;

-- name: add_change_request
insert into change_request (request_id, row_id, person_id, field, old_value, new_value, seq, requested_at)
values (:request_id, :row_id, :person_id, :field, :old_value, :new_value, :seq, :at);

-- name: change_requests
-- what corrections of an area ask to change, newest first; not what a link asked for that was undone
select c.request_id, c.row_id, c.person_id, c.field, c.old_value, c.new_value, c.requested_at, k.code as bhxh_code
from change_request as c
join intake_row as w on w.row_id = c.row_id
left join code as k on k.person_id = c.person_id and k.status = 'active'
where not exists (
    select 1
    from undo as u
    join decision as d on d.row_id = u.row_id and d.decision_no = u.decision_no
    where u.row_id = c.row_id and d.seq = c.seq
  )
  and (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit)
order by c.request_id desc
limit :limit;

-- name: drop_search_keys
-- a record's keys leave the tail: it changed, or its row no longer waits
delete from search_key where record_id in :record_ids;

-- name: drop_all_search_keys
delete from search_key;

-- name: drop_search_keys_of_persons_until
-- a published register version holds these persons' keys
delete from search_key where record_id > 0 and seq <= :seq;

-- name: find_keys
-- records of the tail that carry some keys; rows waiting in review are found whatever their age
select key_hash, record_id
from search_key
where key_hash in :key_hashes and (seq > :seq or record_id < 0);
