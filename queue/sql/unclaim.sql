-- Hands hinted runs that no free slot could take back to the dispatcher. As in claim.sql the ids come in order. Index: primary key.
update run r set state = 'ready', ready_at = clock_timestamp(), dispatched_at = null
 where r.id = any($1::uuid[]) and r.epoch = ($2::int[])[width_bucket(r.id, $1::uuid[])] and r.state::text = 'dispatched'
