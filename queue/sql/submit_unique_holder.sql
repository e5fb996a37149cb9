-- The live run that holds a unique key, locked so that it can't finish under us. Index: run_one_live_per_unique_key.
select id, state::text, queue from run where organization_id = $1 and unique_key = $2 for update
