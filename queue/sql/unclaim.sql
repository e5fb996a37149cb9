-- Hands hinted runs that no free slot could take back to the dispatcher. Index: primary key.
update run r set state = 'ready', ready_at = clock_timestamp(), dispatched_at = null
  from unnest($1::uuid[], $2::int[]) as h(id, epoch)
 where r.id = h.id and r.epoch = h.epoch and r.state::text = 'dispatched'
