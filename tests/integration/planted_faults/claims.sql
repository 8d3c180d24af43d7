-- Faults for sql/checks/claims.sql.

-- fault: claim_is_logged
create temp table planted as select item_id, 'nobody' as claimed_by from waiting;
insert into claim select item_id, 'nobody', 'then', 1 from waiting;
