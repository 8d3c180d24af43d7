-- name: decisions_stand_in_order
-- 2: decisions of a row are numbered 1, 2, … in the order of their transactions. Rows: decisions out of order.
select row_id, decision_no
from (
  select
    row_id, decision_no, seq,
    row_number() over (partition by row_id order by decision_no) as place,
    lag(seq) over (partition by row_id order by decision_no) as seq_before
  from decision
) as numbered
where decision_no <> place or seq < seq_before
order by row_id, decision_no;

-- name: settled_row_stays_settled
-- 4: only what is in review is decided again; a link, an issue and a return stand, unless it was undone. Rows: decisions
-- after one of these.
select d.row_id, d.decision_no, b.outcome as outcome_before
from decision as d
join decision as b on b.row_id = d.row_id and b.decision_no = d.decision_no - 1
where b.outcome <> 'review'
  and not exists (select 1 from undo as u where u.row_id = b.row_id and u.decision_no = b.decision_no)
order by d.row_id, d.decision_no;

-- name: outcome_says_what_it_must
-- 4: a review has a reason; a link or an issue has a person and a code. Rows: decisions without.
select row_id, decision_no, outcome
from decision
where (outcome = 'review') <> (reason is not null)
  or (outcome in ('linked', 'issued') and (person_id is null or bhxh_code is null))
order by row_id, decision_no;

-- name: row_is_issued_once
-- 3.1: a row gets one code at most. Rows: rows with several issuing decisions.
select row_id, count(*) as issues
from decision
where outcome = 'issued'
group by row_id
having count(*) > 1
order by row_id;

-- name: code_is_the_persons
-- 3.1: the code of a link or an issue is or was its person's. Rows: decisions with a code that never was.
select d.row_id, d.decision_no, d.person_id
from decision as d
where d.outcome in ('linked', 'issued')
  and not exists (select 1 from code as c where c.code = d.bhxh_code and c.person_id = d.person_id)
order by d.row_id, d.decision_no;

-- name: code_was_active
-- 3.2: the holder of a code is read again when a row is applied. Rows: decisions with a code that was not active then.
select d.row_id, d.decision_no, d.person_id, h.status
from decision as d
join code as c on c.code = d.bhxh_code and c.person_id = d.person_id
join code_status as h on h.code_id = c.code_id
  and h.seq = (select max(s.seq) from code_status as s where s.code_id = c.code_id and s.seq <= d.seq)
where d.outcome in ('linked', 'issued') and h.status <> 'active'
order by d.row_id, d.decision_no;

-- name: disputed_person_is_not_linked
-- 3.1: who has a disputed code is never linked. Rows: links to persons whose code was disputed then.
select d.row_id, d.decision_no, d.person_id, c.code_id
from decision as d
join code as c on c.person_id = d.person_id
join code_status as h on h.code_id = c.code_id
  and h.seq = (select max(s.seq) from code_status as s where s.code_id = c.code_id and s.seq < d.seq)
where d.outcome = 'linked' and h.status = 'disputed'
order by d.row_id, d.decision_no, c.code_id;

-- name: issue_is_for_an_arrival
-- 3.6: a code is issued for a birth, move in or addition, unless an officer judged the row. Rows: other issues.
select d.row_id, d.decision_no, r.event
from decision as d
join intake_row as r on r.row_id = d.row_id
where d.outcome = 'issued'
  and coalesce(r.event, '') not in ('birth', 'move_in', 'addition')
  and not exists (
    select 1 from judgement as j where j.row_id = d.row_id and j.verdict = 'new_person' and j.seq <= d.seq
  )
order by d.row_id, d.decision_no;

-- name: decision_knows_its_point
-- 3.2: a decision rests on a register version S and a tail T before it, S ≤ T. Rows: decisions that do not.
select row_id, decision_no, register_seq, tail_seq, seq
from decision
where register_seq > tail_seq or tail_seq >= seq
order by row_id, decision_no;

-- name: decision_follows_its_plan
-- 3.5: a batch is decided by a plan stored before. Rows: decisions whose batch has no plan for their S and T.
select d.row_id, d.decision_no, d.batch_id
from decision as d
where d.batch_id is not null
  and not exists (
    select 1
    from plan as p
    where p.batch_id = d.batch_id and p.register_seq = d.register_seq and p.tail_seq = d.tail_seq
  )
order by d.row_id, d.decision_no;

-- name: correction_asks_for_changes
-- 4: changed values become a change request in a correction only. Rows: requests of a row that is none, or not linked.
select c.request_id, c.row_id, c.person_id
from change_request as c
join intake_row as r on r.row_id = c.row_id
where coalesce(r.event, '') <> 'correction'
  or not exists (
    select 1 from decision as d where d.row_id = c.row_id and d.outcome = 'linked' and d.person_id = c.person_id
  )
order by c.request_id;

-- name: candidates_are_ranked
-- 5: the candidates of a decision are kept best first, ranked 1, 2, …. Rows: candidates out of rank.
select row_id, decision_no, rank
from (
  select c.*, row_number() over (partition by row_id, decision_no order by rank) as place
  from decision_candidate as c
) as ranked
where rank <> place
order by row_id, decision_no, rank;
