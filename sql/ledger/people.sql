-- name: add_person
insert into person (person_id, origin, seq, created_at) values (:person_id, :origin, :seq, :at);

-- name: add_person_version
-- what is known of a person from this seq on
insert into person_version (
  person_id, seq, full_name, birth_date, sex, personal_id, old_id, card_number, birth_place_code, birth_place_list,
  birth_place_name, residence_code, residence_list, residence_name, address, ethnicity, nationality, father_name,
  mother_name, phone, status, flags, row_id, load_id
) values (
  :person_id, :seq, :full_name, :birth_date, :sex, :personal_id, :old_id, :card_number, :birth_place_code,
  :birth_place_list, :birth_place_name, :residence_code, :residence_list, :residence_name, :address, :ethnicity,
  :nationality, :father_name, :mother_name, :phone, :status, :flags, :row_id, :load_id
);

-- name: persons_between
-- records of persons with an id in a range, for a register version: one row a person
select
  v.person_id as record_id, v.full_name, v.birth_date, v.sex, v.personal_id, v.old_id, v.card_number,
  v.birth_place_code, v.birth_place_list, v.birth_place_name, v.residence_code, v.residence_list, v.residence_name,
  v.address, v.ethnicity, v.nationality, v.father_name, v.mother_name, v.phone, v.status,
  h.household_code, m.relation as relation_to_head, h.household_id
from person_current as v
left join membership_current as m on m.person_id = v.person_id
left join household as h on h.household_id = m.household_id
where v.person_id between :first and :last
order by v.person_id;

-- name: persons_by_id
-- records of some persons, and by which event they belong where they do: one row a person and code, the active one first
select
  v.person_id as record_id, v.full_name, v.birth_date, v.sex, v.personal_id, v.old_id, v.card_number,
  v.birth_place_code, v.birth_place_list, v.birth_place_name, v.residence_code, v.residence_list, v.residence_name,
  v.address, v.ethnicity, v.nationality, v.father_name, v.mother_name, v.phone, v.status,
  h.household_code, m.relation as relation_to_head, h.household_id, m.event_date as member_since,
  c.code, c.status as code_status
from person_current as v
left join (
  select
    x.*, row_number() over (partition by x.person_id order by coalesce(x.event_date, '') desc, x.seq desc) as place
  from membership as x
  where x.person_id in :person_ids
    and not exists (
      select 1 from membership_reversed as r where r.person_id = x.person_id and r.membership_seq = x.seq
    )
) as m on m.person_id = v.person_id and m.place = 1
left join household as h on h.household_id = m.household_id
left join code as c on c.person_id = v.person_id
where v.person_id in :person_ids
order by v.person_id, c.status, c.code;

-- name: last_person_id
select coalesce(max(person_id), 0) from person;

-- name: changed_persons
-- of some persons, those in the tail behind a seq: whoever changes gets new keys in the same transaction
select distinct record_id as person_id from search_key where record_id in :person_ids and seq > :seq;

-- name: persons_changed_since
-- every person with a version, code or membership after a seq, or found by another key since
select person_id from person_version where seq > :seq
union
select person_id from membership where seq > :seq
union
select person_id from membership_reversed where seq > :seq
union
select person_id from code where seq > :seq
union
select record_id from search_key where seq > :seq and record_id > 0
order by person_id;

-- name: key_changes_between
-- persons whose keys the tail took anew after one seq and up to another
select distinct person_id
from key_change
where seq > :register_seq and seq <= :tail_seq
order by person_id;

-- name: codes_of_persons
-- all codes of some persons, the active one first
select person_id, code, status
from code
where person_id in :person_ids
order by person_id, status, code;

-- name: codes_between
-- all codes of persons with an id in a range
select person_id, code, status from code where person_id between :first and :last order by person_id, status, code;

-- name: persons_by_code
-- who holds or held a number
select person_id, code, status from code where code in :codes order by code, person_id;

-- name: add_household
insert into household (household_id, household_code, seq, created_at)
values (:household_id, :household_code, :seq, :at);

-- name: households_by_code
select household_id, household_code from household where household_code in :household_codes;

-- name: add_membership
insert into membership (person_id, seq, household_id, relation, event_date, row_id, load_id)
values (:person_id, :seq, :household_id, :relation, :event_date, :row_id, :load_id);

-- name: members_of_households
-- who belongs to some households now, or belonged there before they joined another: the name, whether alive, the relation
select h.household_code, m.person_id, m.relation, v.full_name, v.birth_date, v.sex, v.status
from (
  select
    x.*, row_number() over (partition by x.person_id order by coalesce(x.event_date, '') desc, x.seq desc) as place
  from membership as x
  where x.person_id in (
    select y.person_id
    from household as z
    join membership as y on y.household_id = z.household_id
    where z.household_code in :household_codes
  )
    and not exists (
      select 1 from membership_reversed as r where r.person_id = x.person_id and r.membership_seq = x.seq
    )
) as m
join household as h on h.household_id = m.household_id
join person_current as v on v.person_id = m.person_id
where m.place = 1
order by h.household_code, m.person_id;

-- name: heads_between
-- the heads of each household with a member in an id range, the one it goes by first: the living before the dead
select m.household_id, v.full_name as head_name
from (
  select
    x.*, row_number() over (partition by x.person_id order by coalesce(x.event_date, '') desc, x.seq desc) as place
  from membership as x
  where x.person_id in (
    select z.person_id
    from membership as y
    join membership as z on z.household_id = y.household_id
    where y.person_id between :first and :last
  )
    and not exists (
      select 1 from membership_reversed as r where r.person_id = x.person_id and r.membership_seq = x.seq
    )
) as m
join person_current as v on v.person_id = m.person_id
where m.place = 1 and m.relation = :head
order by m.household_id, case v.status when 'active' then 0 else 1 end, m.person_id;

-- name: codes_of_person
-- every number of a person and each state that it was in, oldest first
select c.code, s.status, s.seq, c.origin, c.created_at
from code as c
join code_status as s on s.code_id = c.code_id
where c.person_id = :person_id
order by s.seq, c.code;

-- name: person_changes
-- what changed a person since a seq: versions, memberships that stand, states of codes; by which row
select 'version' as kind, v.seq as seq, v.row_id as row_id from person_version as v where v.person_id = :person_id and v.seq >= :seq
union all
select 'membership', m.seq, m.row_id
from membership as m
where m.person_id = :person_id
  and m.seq >= :seq
  and not exists (
    select 1 from membership_reversed as r where r.person_id = m.person_id and r.membership_seq = m.seq
  )
union all
select 'code', s.seq, null
from code as c
join code_status as s on s.code_id = c.code_id
where c.person_id = :person_id and s.seq >= :seq
order by seq;

-- name: restore_person_version
-- what was known of a person before a seq is known again from this one on
insert into person_version (
  person_id, seq, full_name, birth_date, sex, personal_id, old_id, card_number, birth_place_code, birth_place_list,
  birth_place_name, residence_code, residence_list, residence_name, address, ethnicity, nationality, father_name,
  mother_name, phone, status, flags, row_id, load_id
)
select
  person_id, :seq, full_name, birth_date, sex, personal_id, old_id, card_number, birth_place_code, birth_place_list,
  birth_place_name, residence_code, residence_list, residence_name, address, ethnicity, nationality, father_name,
  mother_name, phone, status, flags, :row_id, null
from person_version
where person_id = :person_id
  and seq = (select max(v.seq) from person_version as v where v.person_id = :person_id and v.seq < :before);

-- name: reverse_membership
insert into membership_reversed (person_id, membership_seq, seq) values (:person_id, :membership_seq, :seq);
