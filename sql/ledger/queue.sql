-- name: add_queue_item
insert into queue_item (item_id, row_id, kind, reason, waits_for_row_id, state, seq, opened_at)
values (:item_id, :row_id, :kind, :reason, :waits_for_row_id, 'open', :seq, :at);

-- name: revise_queue_item
-- its row was decided again, and is still in review
update queue_item
set reason = :reason, waits_for_row_id = :waits_for_row_id
where item_id = :item_id and state = 'open';

-- name: close_queue_item
update queue_item
set state = 'closed', closed_at = :at, closed_by = :by
where item_id = :item_id and state = 'open';

-- name: queue_item
-- one item, where its row lies within an area
select
  q.item_id, q.row_id, q.kind, q.reason, q.waits_for_row_id, q.state, q.opened_at, q.closed_at, q.closed_by
from queue_item as q
join intake_row as w on w.row_id = q.row_id
where q.item_id = :item_id
  and (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit);

-- name: open_items_of_rows
select item_id, row_id, kind, reason, waits_for_row_id
from queue_item
where row_id in :row_ids and state = 'open';

-- name: queue_order
-- open items of an area, of a place in the queue and a source where given, oldest first; a row, those that wait for it, and those that wait for these stand together, at the place
-- of the oldest of them; what another province has answered comes first, what one is still asked about last; with who is at work on each, and whether an officer's word on it is
-- kept and not yet carried out
with recursive
  waits as (select row_id, waits_for_row_id from queue_item where state = 'open' and kind = 'row'),
  together as (
    select row_id, row_id as first_row_id from waits where waits_for_row_id is null
    union all
    select w.row_id, t.first_row_id
    from together as t
    join queue_item as w on w.waits_for_row_id = t.row_id and w.state = 'open' and w.kind = 'row'
  )
select
  q.item_id, c.claimed_by, a.place, a.asked_at, a.province as asked_province,
  q.kind = 'row' and exists (
    select 1
    from judgement as j
    where j.row_id = q.row_id
      and j.seq > (select max(d.seq) from decision as d where d.row_id = q.row_id)
      and not exists (select 1 from judgement_withdrawn as x where x.judgement_id = j.judgement_id)
  ) as is_kept
from queue_item as q
join intake_row as w on w.row_id = q.row_id
left join together as g on g.row_id = q.row_id
left join claim as c on c.item_id = q.item_id and c.leased_until > :at
left join item_asked as a on a.item_id = q.item_id
where q.state = 'open'
  and (cast(:place as text) is null or coalesce(a.place, q.reason) = :place)
  and (cast(:source as text) is null or w.source = :source)
  and (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit)
order by
  case coalesce(a.place, '') when 'answered' then 0 when 'asking' then 2 else 1 end,
  min(q.opened_at) over (partition by coalesce(g.first_row_id, q.row_id)), coalesce(g.first_row_id, q.row_id),
  q.row_id <> coalesce(g.first_row_id, q.row_id), q.opened_at, q.item_id
limit :limit;

-- name: queue_lines
-- what some items of the queue are about
select
  q.item_id, q.row_id, q.kind, q.reason, q.waits_for_row_id, q.opened_at, w.event, w.understood, w.source,
  t.file_name, w.sheet_row
from queue_item as q
join intake_row as w on w.row_id = q.row_id
join delivery as t on t.delivery_id = w.delivery_id
where q.item_id in :item_ids;

-- name: queue_counts
-- open items of an area
select q.kind, q.reason, count(*) as items, min(q.opened_at) as oldest
from queue_item as q
join intake_row as w on w.row_id = q.row_id
where q.state = 'open'
  and (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit)
group by q.kind, q.reason
order by items desc, q.reason;

-- name: rows_waiting_for
-- open items of rows that wait for a row
select item_id, row_id from queue_item where waits_for_row_id in :row_ids and state = 'open' and kind = 'row';

-- name: waits_from
-- what some rows in review wait for, and what those wait for, to the end
with recursive reached as (
  select row_id, waits_for_row_id
  from queue_item
  where row_id in :row_ids and state = 'open' and kind = 'row' and waits_for_row_id is not null
  union
  select q.row_id, q.waits_for_row_id
  from reached as r
  join queue_item as q on q.row_id = r.waits_for_row_id
  where q.state = 'open' and q.kind = 'row' and q.waits_for_row_id is not null
)
select row_id, waits_for_row_id from reached order by row_id;

-- name: stranded_rows
-- rows in review that wait for a row which is in review no longer, or of which one weighed the other before that was
-- settled: whoever settled it was cut short
select q.row_id
from queue_item as q
join decision_current as d on d.row_id = q.row_id
where q.state = 'open' and q.kind = 'row'
  and (
    (
      q.waits_for_row_id is not null
      and not exists (
        select 1 from queue_item as w where w.row_id = q.waits_for_row_id and w.state = 'open' and w.kind = 'row'
      )
    )
    or exists (
      select 1
      from decision_candidate as c
      join queue_item as w on w.row_id = c.other_row_id and w.kind = 'row'
      where c.row_id = d.row_id and c.decision_no = d.decision_no and w.state = 'closed'
        and (select max(x.seq) from decision as x where x.row_id = w.row_id) > d.seq
    )
    or exists (
      select 1
      from decision_candidate as c
      join queue_item as w on w.row_id = c.row_id and w.kind = 'row'
      where c.other_row_id = q.row_id and w.state = 'closed'
        and (select max(x.seq) from decision as x where x.row_id = w.row_id) > d.seq
    )
  )
order by q.row_id;

-- name: kept_rows
-- rows in review on which an officer's word is kept and not carried out, or the word by which a recorded death was taken back:
-- the plan of their last decision, which knew the ledger up to tail_seq, did not know it
select q.row_id
from queue_item as q
join decision_current as d on d.row_id = q.row_id
join judgement as j on j.row_id = q.row_id and j.seq > d.tail_seq
where q.state = 'open' and q.kind = 'row'
  and j.judgement_id = (select max(l.judgement_id) from judgement as l where l.row_id = q.row_id)
  and not exists (select 1 from judgement_withdrawn as x where x.judgement_id = j.judgement_id)
union
select q.row_id
from queue_item as q
join decision_current as d on d.row_id = q.row_id
join alive_word as a on a.item_id = q.item_id
join person_version as v on v.person_id = a.person_id and v.seq > d.tail_seq
where q.state = 'open' and q.kind = 'row'
  and a.seq = (select max(l.seq) from alive_word as l where l.item_id = q.item_id)
  and v.seq = (
    select max(w.seq) from alive_word as w where w.person_id = a.person_id and w.death_seq = a.death_seq
  )
order by 1;

-- name: kept_words
-- of some rows in review, whose word on each is kept and not carried out: the last one
select q.row_id, j.judged_by
from queue_item as q
join decision_current as d on d.row_id = q.row_id
join judgement as j on j.row_id = q.row_id and j.seq > d.tail_seq
where q.state = 'open' and q.kind = 'row'
  and j.judgement_id = (select max(l.judgement_id) from judgement as l where l.row_id = q.row_id)
  and not exists (select 1 from judgement_withdrawn as x where x.judgement_id = j.judgement_id)
  and q.row_id in :row_ids
union
select q.row_id, a.said_by
from queue_item as q
join decision_current as d on d.row_id = q.row_id
join alive_word as a on a.item_id = q.item_id
join person_version as v on v.person_id = a.person_id and v.seq > d.tail_seq
where q.state = 'open' and q.kind = 'row'
  and a.seq = (select max(l.seq) from alive_word as l where l.item_id = q.item_id)
  and v.seq = (
    select max(w.seq) from alive_word as w where w.person_id = a.person_id and w.death_seq = a.death_seq
  )
  and q.row_id in :row_ids;

-- name: words_since
-- rows on which an officer's word was kept after a seq
select distinct j.row_id
from judgement as j
where j.row_id in :row_ids and j.seq > :seq
  and not exists (select 1 from judgement_withdrawn as x where x.judgement_id = j.judgement_id);

-- name: outrun_rows
-- rows in review because others were at work on the same keys each time they were decided
select row_id from queue_item where state = 'open' and kind = 'row' and reason = 'stale' order by row_id;

-- name: rows_that_weighed
-- open items of rows whose current candidates include a row
select distinct q.item_id, q.row_id
from queue_item as q
join decision_candidate as c on c.row_id = q.row_id
  and c.decision_no = (select max(d.decision_no) from decision as d where d.row_id = q.row_id)
where q.state = 'open' and q.kind = 'row' and c.other_row_id in :row_ids;

-- name: rows_weighed_by
-- open items of rows that were ever a candidate of a row, and were not decided since that was
select distinct q.item_id, q.row_id
from decision_candidate as c
join queue_item as q on q.row_id = c.other_row_id
join decision_current as a on a.row_id = c.row_id
join decision_current as d on d.row_id = q.row_id
where c.row_id in :row_ids and q.state = 'open' and q.kind = 'row' and d.seq < a.seq;

-- name: all_waiting_rows
-- rows in review, for rebuilding their keys
select row_id from queue_item where state = 'open' and kind = 'row' order by row_id;

-- name: add_approval
insert into approval (item_id, approved_by, approver, approved_at, seq)
values (:item_id, :by, :approver, :at, :seq);

-- name: approvals
select approved_by, approved_at, seq from approval where item_id = :item_id order by approved_at;

-- name: add_judgement
insert into judgement (
  judgement_id, row_id, row_digest, person_id, other_row_id, other_digest, verdict, note, seq, judged_at, judged_by
) values (
  :judgement_id, :row_id, :row_digest, :person_id, :other_row_id, :other_digest, :verdict, :note, :seq, :at, :by
);

-- name: judgements_by_digest
-- verdicts that stand on rows with some identity digests, oldest first
select j.row_id, j.row_digest, j.person_id, j.other_row_id, j.other_digest, j.verdict
from judgement as j
where j.row_digest in :row_digests
  and not exists (select 1 from judgement_withdrawn as w where w.judgement_id = j.judgement_id)
order by j.judgement_id;

-- name: judgements_of_row
-- every verdict that stands on a row, of a pair of rows both entries, oldest first
select
  j.judgement_id, j.row_id, j.row_digest, j.person_id, j.other_row_id, j.other_digest, j.verdict, j.note, j.judged_by,
  j.judged_at, j.seq
from judgement as j
where (j.row_id = :row_id or j.other_row_id = :row_id)
  and not exists (select 1 from judgement_withdrawn as w where w.judgement_id = j.judgement_id)
order by j.judgement_id;

-- name: open_item_of_row
-- the open item of one kind of a row
select item_id from queue_item where row_id = :row_id and kind = :kind and state = 'open';

-- name: items_of_row
-- every item of a row that was opened at a seq or later, oldest first
select item_id, row_id, kind, reason, waits_for_row_id, state, opened_at, closed_at, closed_by
from queue_item
where row_id = :row_id and seq >= :seq
order by item_id;

-- name: closed_by
-- the items of an area that somebody closed by his word after a moment, newest first, and which of them wait again
select
  q.item_id, q.row_id, q.kind, q.closed_at, w.understood, d.outcome, d.bhxh_code,
  (select max(u.reopened_as) from undo as u where u.item_id = q.item_id) as reopened_as
from queue_item as q
join intake_row as w on w.row_id = q.row_id
join decision_current as d on d.row_id = q.row_id
where q.state = 'closed'
  and q.closed_by = :by
  and q.closed_at > :after
  and (
    q.kind <> 'row'
    or d.outcome = 'returned'
    or exists (select 1 from undo as u where u.item_id = q.item_id)
    or exists (select 1 from judgement as j where j.row_id = q.row_id and j.judged_by = :by)
  )
  and (cast(:province as text) is null or w.province = :province)
  and (cast(:unit as text) is null or w.source = :unit)
order by q.closed_at desc, q.item_id desc
limit :limit;
