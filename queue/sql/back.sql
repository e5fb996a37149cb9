-- Gives one run back for a later try: fenced. $4 seconds to wait, $5 how many attempts it gets back, $6 crashes it cost.
-- The attempt is kept in full. Index: primary key.
with again as (
    update run r
       set state = (case when $4::float8 > 0 then 'scheduled' else 'ready' end)::run_state,
           ready_at = clock_timestamp() + make_interval(secs => $4::float8),
           attempt = r.attempt - $5, crashes = r.crashes + $6, incarnation = null, dispatched_at = null
     where r.id = $1 and r.epoch = $2 and r.state = 'running' and r.incarnation = $3
    returning r.*
), tried as (
    insert into run_attempt (run_id, epoch, attempt, incarnation, started_at, ended_at, outcome, error_class, error_message, evidence)
    select id, epoch, attempt + $5, $3, started_at, clock_timestamp(), $7, nullif($8, ''), nullif($9, ''), nullif($10, '') from again
     where $7 <> 'again'
)
select id, queue from again
