-- name: seq_was_drawn
-- 3.2: every transaction draws its seq from the ledger. Rows: what carries a seq that was not drawn yet.
with state as (
  select seq as last_seq from ledger_state
)
select 'person' as kind, person_id as id, seq from person, state where seq > last_seq
union all
select 'person_version', person_id, seq from person_version, state where seq > last_seq
union all
select 'number_known', seq, seq from number_known, state where seq > last_seq
union all
select 'code', code_id, seq from code, state where seq > last_seq
union all
select 'code_status', code_id, seq from code_status, state where seq > last_seq
union all
select 'code_draw', value, seq from code_draw, state where seq > last_seq
union all
select 'household', household_id, seq from household, state where seq > last_seq
union all
select 'membership', person_id, seq from membership, state where seq > last_seq
union all
select 'register_load', load_id, seq from register_load, state where seq > last_seq
union all
select 'intake_row', row_id, seq from intake_row, state where seq > last_seq
union all
select 'delivery_hold', delivery_id, seq from delivery_hold, state where seq > last_seq
union all
select 'decision', row_id, seq from decision, state where seq > last_seq
union all
select 'queue_item', item_id, seq from queue_item, state where seq > last_seq
union all
select 'approval', item_id, seq from approval, state where seq > last_seq
union all
select 'judgement', judgement_id, seq from judgement, state where seq > last_seq
union all
select 'change_request', request_id, seq from change_request, state where seq > last_seq
union all
select 'undo', undo_id, seq from undo, state where seq > last_seq
union all
select 'judgement_withdrawn', judgement_id, seq from judgement_withdrawn, state where seq > last_seq
union all
select 'membership_reversed', person_id, seq from membership_reversed, state where seq > last_seq
union all
select 'log_seal', size, seq from log_seal, state where seq > last_seq
union all
select 'key_change', person_id, seq from key_change, state where seq > last_seq
union all
select 'search_key', record_id, seq from search_key, state where seq > last_seq
union all
select 'plan', batch_id, tail_seq from plan, state where tail_seq > last_seq
union all
select 'floor', id, floor_seq from ledger_state where floor_seq > seq;

-- name: ids_were_counted
-- 3.1: an internal id is given once: none is above its counter. Rows: kinds with an id that was not counted.
with given as (
  select 'person' as kind, max(person_id) as id from person
  union all
  select 'code', max(code_id) from code
  union all
  select 'household', max(household_id) from household
  union all
  select 'load', max(load_id) from register_load
  union all
  select 'delivery', max(delivery_id) from delivery
  union all
  select 'row', max(row_id) from intake_row
  union all
  select 'batch', max(batch_id) from batch
  union all
  select 'queue_item', max(item_id) from queue_item
  union all
  select 'judgement', max(judgement_id) from judgement
  union all
  select 'change_request', max(request_id) from change_request
  union all
  select 'undo', max(undo_id) from undo
)
select g.kind, g.id, c.value as counter
from given as g
left join id_counter as c on c.kind = g.kind
where g.id > coalesce(c.value, 0)
order by g.kind;
