-- Ends runs that succeeded: fenced by epoch and incarnation, the row moves to the archive. As in claim.sql the ids come in order. Index: primary key
-- (the cast keeps the planner off run_owned, which its statistics always take for empty).
with done as (
    delete from run r
     where r.id = any($1::uuid[]) and r.epoch = ($2::int[])[width_bucket(r.id, $1::uuid[])] and r.state::text = 'running' and r.incarnation = $4
    returning r.*, ($3::text[])[width_bucket(r.id, $1::uuid[])] as result
), kept as (
    insert into run_archive (id, organization_id, kind, queue, state, priority, epoch, attempt, max_attempts, crashes, timeout_ms, concurrency_key, created_at, ready_at,
                             dispatched_at, started_at, finished_at, incarnation, unique_key, schedule_id, redriven_from, origin, trace_parent, args, result)
    select id, organization_id, kind, queue, 'succeeded', priority, epoch, attempt, max_attempts, crashes, timeout_ms, concurrency_key, created_at, ready_at,
           dispatched_at, started_at, clock_timestamp(), incarnation, unique_key, schedule_id, redriven_from, origin, trace_parent, args,
           nullif(result, '')::jsonb
      from done
)
select id, has_dependents from done
