-- Runs dispatched too long ago without a claim: their hint got lost. Index: run_dispatched.
with late as (
    select id from run
     where state = 'dispatched' and dispatched_at < statement_timestamp() - make_interval(secs => $1::float8) and queue = any($2::text[])
     order by dispatched_at
     limit 500
       for update skip locked
)
update run r set dispatched_at = clock_timestamp() from late where r.id = late.id
returning r.queue, r.id, r.epoch
