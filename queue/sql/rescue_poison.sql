-- Runs that took a worker down too often are dead: no further worker is risked. Index: primary key (the cast keeps
-- the planner off run_ready).
with poison as (
    delete from run r where r.id = any($1::uuid[]) and r.state::text = 'ready' and r.crashes >= $2 returning r.*
), kept as (
    insert into run_archive (id, organization_id, kind, queue, state, priority, epoch, attempt, max_attempts, crashes, timeout_ms, concurrency_key, created_at, ready_at,
                             started_at, finished_at, unique_key, schedule_id, redriven_from, origin, trace_parent, args, error_class, error_message, fingerprint)
    select id, organization_id, kind, queue, 'dead', priority, epoch, attempt, max_attempts, crashes, timeout_ms, concurrency_key, created_at, ready_at,
           started_at, clock_timestamp(), unique_key, schedule_id, redriven_from, origin, trace_parent, args, 'crash',
           'its worker process died ' || crashes || ' times while it ran', kind || ':crash'
      from poison
), told as (
    insert into run_event (run_id, at, actor, event, detail)
    select id, clock_timestamp(), 'rescue', 'dead', jsonb_build_object('crashes', crashes) from poison
), grouped as (
    insert into dead_group (id, organization_id, fingerprint, kind, error_class, message, first_seen_at, last_seen_at, total)
    select gen_random_uuid(), organization_id, kind || ':crash', kind, 'crash', 'its worker process died while it ran',
           clock_timestamp(), clock_timestamp(), count(*) from poison group by organization_id, kind
    on conflict (organization_id, fingerprint) do update
       set last_seen_at = excluded.last_seen_at, total = dead_group.total + excluded.total, resolved_at = null
)
select id, has_dependents from poison
