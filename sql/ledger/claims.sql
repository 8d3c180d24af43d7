-- name: claim_of
select item_id, claimed_by, leased_until from claim where item_id = :item_id;

-- name: take_claim
insert into claim (item_id, claimed_by, leased_until, seq) values (:item_id, :by, :leased_until, :seq)
on conflict (item_id) do update
set claimed_by = excluded.claimed_by, leased_until = excluded.leased_until, seq = excluded.seq;

-- name: renew_claim
update claim set leased_until = :leased_until where item_id = :item_id and claimed_by = :by;

-- name: drop_claim
delete from claim where item_id = :item_id and claimed_by = :by;

-- name: drop_claims_of
delete from claim where claimed_by = :by;
