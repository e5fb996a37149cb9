-- Cancels a run that has not started: fenced by its state, archived, with an event. Index: primary key.
with gone as (
    delete from run where id = $1 and organization_id = $2 and state in ('scheduled', 'ready', 'dispatched', 'waiting') returning *
), kept as (
    insert into run_archive (id, organization_id, kind, queue, state, priority, epoch, attempt, max_attempts, crashes, timeout_ms, concurrency_key, created_at, ready_at,
                             dispatched_at, finished_at, unique_key, schedule_id, redriven_from, origin, trace_parent, args, error_class, error_message)
    select id, organization_id, kind, queue, 'cancelled', priority, epoch, attempt, max_attempts, crashes, timeout_ms, concurrency_key, created_at, ready_at,
           dispatched_at, clock_timestamp(), unique_key, schedule_id, redriven_from, origin, trace_parent, args, 'cancelled', $4 from gone
), untied as (
    delete from run_dependency d using gone g where d.run_id = g.id
), told as (
    insert into run_event (run_id, at, actor, event, detail)
    select id, clock_timestamp(), $3, 'cancelled', jsonb_build_object('reason', $4::text) from gone
)
select has_dependents from gone
