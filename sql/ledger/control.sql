-- name: control_settled
-- decisions by which a row was linked, issued a code or returned; `number` counts them of the row, `began_at` is its receipt
select
  d.decided_by as officer, w.province, w.source as unit, cast(d.row_id as text) || '.' || cast(d.decision_no as text) as case_id,
  d.row_id, d.decided_at as happened_at, w.received_at as began_at, d.outcome as told, d.decision_no as number
from decision as d
join intake_row as w on w.row_id = d.row_id
where d.decided_at >= :since and d.decided_at < :until
  and d.outcome in ('linked', 'issued', 'returned')
  and (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit)
order by d.decided_at, d.row_id, d.decision_no;

-- name: control_issued
-- decisions by which a code was issued; `number` is how many search steps of the row the log holds until then
select
  d.decided_by as officer, w.province, w.source as unit, cast(d.row_id as text) || '.' || cast(d.decision_no as text) as case_id,
  d.row_id, d.decided_at as happened_at, w.received_at as began_at, cast(null as text) as told,
  (
    select count(*)
    from log_entry as e
    where e.row_id = d.row_id and e.act = 'search_step' and e.seq <= d.seq
  ) as number
from decision as d
join intake_row as w on w.row_id = d.row_id
where d.decided_at >= :since and d.decided_at < :until
  and d.outcome = 'issued'
  and (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit)
order by d.decided_at, d.row_id, d.decision_no;

-- name: control_steps_skipped
-- decisions by which a code was issued, and links by an officer's word, where the log holds no search of a demanded step with
-- them, one that was cut, or none that ran of the step that must; `number` is how many demanded steps were in order
with settled as (
  select d.row_id, d.decision_no, d.seq, d.outcome, d.decided_by, d.decided_at, w.province, w.source, w.received_at
  from decision as d
  join intake_row as w on w.row_id = d.row_id
  where d.decided_at >= :since and d.decided_at < :until
    and (
      d.outcome = 'issued'
      or (
        d.outcome = 'linked'
        and exists (
          select 1 from judgement as j where j.row_id = d.row_id and j.judged_by = d.decided_by and j.seq <= d.seq
        )
      )
    )
    and (cast(:province as text) is null or w.province = :province)
    and (cast(:unit as text) is null or w.source = :unit)
)
select
  d.decided_by as officer, d.province, d.source as unit, cast(d.row_id as text) || '.' || cast(d.decision_no as text) as case_id,
  d.row_id, d.decided_at as happened_at, d.received_at as began_at, d.outcome as told, count(distinct e.step) as number
from settled as d
left join log_entry_said as e on e.row_id = d.row_id and e.seq = d.seq and e.act = 'search_step'
  and e.step in :demanded
  and e.status <> 'cut'
  and (e.step <> :must_run or e.status <> 'not_applicable')
group by d.row_id, d.decision_no, d.outcome, d.decided_by, d.decided_at, d.province, d.source, d.received_at
having count(distinct e.step) < :steps
order by d.decided_at, d.row_id, d.decision_no;

-- name: control_left_over
-- the first decisions by which rows were linked, issued a code or returned, on another day than they came, by UTC's clock
select
  d.decided_by as officer, w.province, w.source as unit, cast(d.row_id as text) || '.' || cast(d.decision_no as text) as case_id,
  d.row_id, d.decided_at as happened_at, w.received_at as began_at, d.outcome as told, d.decision_no as number
from decision as d
join intake_row as w on w.row_id = d.row_id
where d.decided_at >= :since and d.decided_at < :until
  and d.outcome in ('linked', 'issued', 'returned')
  and substr(d.decided_at, 1, 10) > substr(w.received_at, 1, 10)
  and not exists (
    select 1
    from decision as b
    where b.row_id = d.row_id and b.decision_no < d.decision_no and b.outcome in ('linked', 'issued', 'returned')
  )
  and (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit)
order by d.decided_at, d.row_id, d.decision_no;

-- name: control_overturned
-- words of officers that did not stand: taken back, or another officer said the opposite of the same row and person later;
-- `happened_at` is when they fell, `told` who overturned them
with fallen as (
  select
    d.decided_by as officer, 'undo-' || cast(u.undo_id as text) as case_id, u.row_id, u.undone_at as happened_at,
    d.decided_at as began_at, u.undone_by as told
  from undo as u
  join decision as d on d.row_id = u.row_id and d.decision_no = u.decision_no
  where u.undone_at >= :since and u.undone_at < :until
  union all
  select distinct
    j.judged_by, 'undo-' || cast(u.undo_id as text), u.row_id, u.undone_at, j.judged_at, u.undone_by
  from undo as u
  join judgement_withdrawn as x on x.seq = u.seq
  join judgement as j on j.judgement_id = x.judgement_id and j.row_id = u.row_id
  where u.decision_no is null and u.undone_at >= :since and u.undone_at < :until
  union all
  select a.approved_by, 'undo-' || cast(u.undo_id as text), u.row_id, u.undone_at, a.approved_at, u.undone_by
  from undo as u
  join approval as a on a.item_id = u.item_id
  where u.decision_no is null and u.undone_at >= :since and u.undone_at < :until
  union all
  select q.closed_by, 'undo-' || cast(u.undo_id as text), u.row_id, u.undone_at, q.closed_at, u.undone_by
  from undo as u
  join queue_item as q on q.item_id = u.item_id and q.kind <> 'row' and q.state = 'closed'
  where u.decision_no is null and u.undone_at >= :since and u.undone_at < :until
    and not exists (select 1 from approval as a where a.item_id = u.item_id)
  union all
  select
    j.judged_by, 'judgement-' || cast(j.judgement_id as text), j.row_id, min(k.judged_at), j.judged_at, min(k.judged_by)
  from judgement as k
  join judgement as j on j.row_id = k.row_id and j.person_id = k.person_id and j.seq < k.seq
  where k.judged_at >= :since and k.judged_at < :until
    and ((j.verdict = 'same' and k.verdict = 'not_same') or (j.verdict = 'not_same' and k.verdict = 'same'))
    and j.judged_by <> k.judged_by
    and not exists (select 1 from judgement_withdrawn as x where x.judgement_id = j.judgement_id)
  group by j.judgement_id, j.judged_by, j.row_id, j.judged_at
)
select f.officer, w.province, w.source as unit, f.case_id, f.row_id, f.happened_at, f.began_at, f.told, 1 as number
from fallen as f
join intake_row as w on w.row_id = f.row_id
where (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit)
order by f.happened_at, f.case_id, f.officer;

-- name: control_duplicates
-- codes that were issued to somebody who was then found, beside somebody who was in the register before, to be one person
-- with two codes, unless an officer said that one of the two is not whom that row is about; `happened_at` is when that was
-- found first, `told` the row by which
with
  alike as (
    select
      d.row_id, d.decision_no, d.decided_at, c.person_id,
      row_number() over (partition by d.row_id, d.decision_no order by c.rank) as place
    from decision as d
    join decision_candidate as c on c.row_id = d.row_id and c.decision_no = d.decision_no
    where d.reason = 'one_person_two_codes' and c.person_id is not null and d.decided_at < :until
  ),
  found as (
    select
      a.row_id, a.decided_at,
      case when p.seq > o.seq then a.person_id else b.person_id end as person_id
    from alike as a
    join alike as b on b.row_id = a.row_id and b.decision_no = a.decision_no and b.place = 2
    join person as p on p.person_id = a.person_id
    join person as o on o.person_id = b.person_id
    where a.place = 1
      and not exists (
        select 1
        from judgement as j
        where j.row_id = a.row_id and j.person_id in (a.person_id, b.person_id) and j.verdict = 'not_same'
          and not exists (select 1 from judgement_withdrawn as x where x.judgement_id = j.judgement_id)
      )
  ),
  first_found as (
    select person_id, min(decided_at) as found_at, min(row_id) as found_by_row
    from found
    group by person_id
  )
select
  d.decided_by as officer, w.province, w.source as unit, cast(d.row_id as text) || '.' || cast(d.decision_no as text) as case_id,
  d.row_id, f.found_at as happened_at, d.decided_at as began_at, cast(f.found_by_row as text) as told, 1 as number
from first_found as f
join decision as d on d.person_id = f.person_id and d.outcome = 'issued'
join intake_row as w on w.row_id = d.row_id
where f.found_at >= :since and f.found_at < :until
  and (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit)
order by f.found_at, d.row_id;

-- name: control_masked_records
-- records of people outside an officer's area that were opened; province and unit are those of the account at that time, and
-- `told` the purpose that was stated
select
  e.logged_by as officer, v.province, v.unit, 'log-' || cast(e.entry_no as text) as case_id, cast(null as bigint) as row_id,
  e.logged_at as happened_at, cast(null as text) as began_at, e.purpose as told, e.entry_no as number
from log_entry as e
left join account as a on a.login = e.logged_by
left join account_version as v on v.account_id = a.account_id
  and v.seq = (select max(x.seq) from account_version as x where x.account_id = a.account_id and x.seq <= e.seq)
where e.act = 'person_show' and e.logged_at >= :since and e.logged_at < :until
  and e.content like '%"own_area"_false%'
  and (cast(:province as text) is null or v.province = :province)
  and (cast(:unit as text) is null or v.unit = :unit)
order by e.logged_at, e.entry_no;

-- name: control_by_hand
-- words of officers on items: verdicts, rows given back, agreements, refusals of what waits beside a link, that somebody
-- is alive, and words taken back; and on held files, which stand for the first of their rows; `told` is which
with said as (
  select
    judged_by as officer, 'judgement-' || cast(min(judgement_id) as text) as case_id, min(row_id) as row_id,
    judged_at as happened_at, 'judgement' as told
  from judgement
  where judged_at >= :since and judged_at < :until
  group by judged_by, judged_at, seq
  union all
  select d.decided_by, cast(d.row_id as text) || '.' || cast(d.decision_no as text), d.row_id, d.decided_at, 'give_back'
  from decision as d
  where d.decided_at >= :since and d.decided_at < :until and d.outcome = 'returned' and d.decision_no > 1
  union all
  select a.approved_by, 'approval-' || cast(a.item_id as text) || '-' || a.approver, q.row_id, a.approved_at, 'approval'
  from approval as a
  join queue_item as q on q.item_id = a.item_id
  where a.approved_at >= :since and a.approved_at < :until
  union all
  select q.closed_by, 'item-' || cast(q.item_id as text), q.row_id, q.closed_at, 'refusal'
  from queue_item as q
  where q.state = 'closed' and q.kind <> 'row' and q.closed_at >= :since and q.closed_at < :until
    and not exists (select 1 from approval as a where a.item_id = q.item_id)
    and not exists (select 1 from undo as u where u.row_id = q.row_id and u.undone_at = q.closed_at)
  union all
  select a.said_by, 'alive-' || cast(a.item_id as text) || '-' || a.speaker, q.row_id, a.said_at, 'alive'
  from alive_word as a
  join queue_item as q on q.item_id = a.item_id
  where a.said_at >= :since and a.said_at < :until
  union all
  select undone_by, 'undo-' || cast(undo_id as text), row_id, undone_at, 'undo'
  from undo
  where undone_at >= :since and undone_at < :until
  union all
  select
    h.settled_by, 'hold-' || cast(h.delivery_id as text),
    (select min(r.row_id) from delivery_row as r where r.delivery_id = h.delivery_id), h.settled_at,
    case h.state when 'released' then 'release' else 'return_file' end
  from delivery_hold as h
  where h.settled_at >= :since and h.settled_at < :until
)
select
  s.officer, w.province, w.source as unit, s.case_id, s.row_id, s.happened_at, w.received_at as began_at, s.told, 1 as number
from said as s
join intake_row as w on w.row_id = s.row_id
where (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit)
order by s.happened_at, s.case_id;

-- name: newest_items
-- the newest item of the queue of each of some rows that has one
select row_id, max(item_id) as item_id from queue_item where row_id in :row_ids group by row_id;
