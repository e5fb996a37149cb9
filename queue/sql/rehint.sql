-- Runs dispatched too long ago without a claim: their hint got lost. $3: how far back to look, in seconds. Index: run_dispatched.
with late as (
    select id from run
     where state = 'dispatched' and queue = any($2::text[])
       and dispatched_at between statement_timestamp() - make_interval(secs => $3::float8) and statement_timestamp() - make_interval(secs => $1::float8)
     order by dispatched_at
     limit $4
       for update skip locked
)
update run r set dispatched_at = clock_timestamp() where r.id = any(array(select id from late))
returning r.queue, r.id, r.epoch
