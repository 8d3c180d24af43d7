-- name: person_is_described
-- 2: of every person something is known. Rows: persons without any version.
select p.person_id
from person as p
where not exists (select 1 from person_version as v where v.person_id = p.person_id)
order by p.person_id;

-- name: history_is_of_a_person
-- 3.1: versions, codes and memberships are of a person that exists, and memberships of a household that does.
-- Rows: what is not.
select 'version' as kind, v.person_id, v.seq
from person_version as v
left join person as p on p.person_id = v.person_id
where p.person_id is null
union all
select 'code', c.person_id, c.seq
from code as c
left join person as p on p.person_id = c.person_id
where p.person_id is null
union all
select 'membership', m.person_id, m.seq
from membership as m
left join person as p on p.person_id = m.person_id
where p.person_id is null
union all
select 'household', m.person_id, m.seq
from membership as m
left join household as h on h.household_id = m.household_id
where m.household_id is not null and h.household_id is null;

-- name: issued_person_has_one_issue
-- 3.1: a person whom the ledger issued comes from one issuing decision. Rows: persons with none or several.
select p.person_id, count(d.row_id) as issues
from person as p
left join decision as d on d.person_id = p.person_id and d.outcome = 'issued'
where p.origin = 'issued'
group by p.person_id
having count(d.row_id) <> 1
order by p.person_id;

-- name: issue_makes_person_and_code
-- 3.5: decision, person and code of an issue are made in one transaction. Rows: issues where they were not.
select d.row_id, d.decision_no, d.person_id
from decision as d
left join person as p on p.person_id = d.person_id and p.origin = 'issued' and p.seq = d.seq
left join code as c on c.code = d.bhxh_code and c.person_id = d.person_id and c.origin = 'issued' and c.seq = d.seq
where d.outcome = 'issued' and (p.person_id is null or c.code_id is null)
order by d.row_id, d.decision_no;

-- name: change_comes_from_a_decision
-- 3.5: a change that a row made to a person rests on a decision that gave him the row, or takes back his death, which was
-- said on an item of the row. Rows: changes without one.
with changes as (
  select 'version' as kind, person_id, seq, row_id from person_version where row_id is not null
  union all
  select 'membership', person_id, seq, row_id from membership where row_id is not null
)
select c.kind, c.person_id, c.seq, c.row_id
from changes as c
where not exists (
  select 1
  from decision as d
  where d.row_id = c.row_id
    and d.person_id = c.person_id
    and d.outcome in ('linked', 'issued')
    and d.seq <= c.seq
)
  and not exists (
    select 1
    from alive_word as a
    join queue_item as q on q.item_id = a.item_id
    where c.kind = 'version' and a.person_id = c.person_id and a.seq = c.seq and q.row_id = c.row_id
  )
order by c.person_id, c.seq;

-- name: dead_are_linked_by_people
-- 3.6: the machine links a dead person only in a death. Rows: other links to the dead, unless an officer
-- said so of this very row.
select d.row_id, d.decision_no, d.person_id
from decision as d
join intake_row as r on r.row_id = d.row_id
join person_version as v on v.person_id = d.person_id
  and v.seq = (select max(w.seq) from person_version as w where w.person_id = d.person_id and w.seq < d.seq)
where d.outcome = 'linked'
  and v.status = 'deceased'
  and coalesce(r.event, '') <> 'death'
  and not exists (
    select 1
    from judgement as j
    where j.row_id = d.row_id and j.person_id = d.person_id and j.verdict = 'same' and j.seq <= d.seq
  )
order by d.row_id, d.decision_no;
