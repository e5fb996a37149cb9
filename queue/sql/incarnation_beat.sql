-- Renews a lease; no row: it was declared dead. Index: primary key.
update incarnation
   set beat_at = clock_timestamp(), lease_until = clock_timestamp() + make_interval(secs => $2::float8), busy = $3, is_draining = $4
 where id = $1 and ended_at is null
returning drain_requested_at is not null
