-- name: applied_migrations
select version from schema_version order by version;

-- name: code_draws
select province, value, number, key_id from code_draw order by province, value;

-- name: search_keys_of
-- the keys by which some records are found in the tail
select record_id, key_hash from search_key where record_id in :record_ids;

-- name: count_persons_until
-- how many persons there were at a seq
select count(*) from person where seq <= :seq;

-- name: last_load_seq
select coalesce(max(seq), 0) from register_load;

-- name: row_identities
-- the first rows behind one, with what their identity is made of
select row_id, row_identity, source, cells from intake_row where row_id > :after order by row_id limit :limit;

-- name: logged_codes
-- the decisions of the rows behind one and up to another, each with what its entry says
select d.row_id, d.decision_no, d.bhxh_code, e.content
from decision as d
join log_entry as e on e.row_id = d.row_id and e.seq = d.seq and e.act = 'decision'
where d.row_id > :after and d.row_id <= :until
order by d.row_id, d.decision_no;

-- name: entries_of_act
select entry_no, row_id, seq, logged_at, logged_by, content from log_entry where act = :act order by entry_no;

-- name: verdicts_told
-- every verdict that was ever said
select judgement_id, row_id, person_id, other_row_id, verdict, seq, judged_at, judged_by
from judgement
order by judgement_id;

-- name: measure_steps_told
-- every step of every measure
select measure_id, step_no, act, rung, outcome, said, rule, answer_until, seq, said_at, said_by
from measure_step
order by measure_id, step_no;

-- name: all_approvals
select item_id, approved_by, approver from approval order by item_id, approved_by;
