-- A parent ended badly: what waits for it, directly or further down, is cancelled with the reason. Index: run_dependency's key.
with recursive below as (
    select d.run_id from run_dependency d where d.depends_on = any($1::uuid[])
    union
    select d.run_id from run_dependency d join below b on d.depends_on = b.run_id
), gone as (
    delete from run r where r.id = any(array(select run_id from below)) and r.state = 'waiting' returning r.*
), untied as (
    delete from run_dependency d where d.run_id = any(array(select run_id from below))
), kept as (
    insert into run_archive (id, organization_id, kind, queue, state, priority, epoch, attempt, max_attempts, crashes, timeout_ms, concurrency_key, created_at, ready_at,
                             finished_at, unique_key, schedule_id, redriven_from, origin, trace_parent, args, error_class, error_message)
    select id, organization_id, kind, queue, 'cancelled', priority, epoch, attempt, max_attempts, crashes, timeout_ms, concurrency_key, created_at, ready_at,
           clock_timestamp(), unique_key, schedule_id, redriven_from, origin, trace_parent, args, 'dependency', 'a run it waited for did not succeed'
      from gone
)
insert into run_event (run_id, at, actor, event, detail)
select id, clock_timestamp(), 'system', 'cancelled', jsonb_build_object('reason', 'a run it waited for did not succeed') from gone
