-- Runs of these processes, which are gone, go back, epoch + 1, without losing the attempt; each such end costs one crash. Index: run_owned.
with orphan as (
    select r.id from run r
     where r.state = 'running' and r.incarnation = any($1::uuid[])
     limit 1000
       for update skip locked
), back as (
    update run r
       set state = 'ready', ready_at = clock_timestamp(), epoch = r.epoch + 1, crashes = r.crashes + 1, attempt = greatest(r.attempt - 1, 0),
           incarnation = null, dispatched_at = null
     where r.id = any(array(select id from orphan))
    returning r.id, r.epoch, r.attempt, r.queue, r.crashes, r.started_at
), told as (
    insert into run_event (run_id, at, actor, event, detail)
    select id, clock_timestamp(), 'rescue', 'rescued', jsonb_build_object('epoch', epoch, 'crashes', crashes) from back
), tried as (
    insert into run_attempt (run_id, epoch, attempt, started_at, ended_at, outcome, error_class, error_message)
    select id, epoch - 1, attempt + 1, started_at, clock_timestamp(), 'crash', 'crash', 'the worker process died or lost its lease' from back
    on conflict do nothing
)
select id, queue, crashes from back
