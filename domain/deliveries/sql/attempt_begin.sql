-- Before anything leaves: a try is intended. Index: primary keys.
with d as (update delivery set attempts = attempts + 1, address = $3 where id = $1::uuid returning id, attempts)
insert into delivery_attempt (delivery_id, number, run_id, state) select id, attempts, $2::uuid, 'intended' from d returning number
