-- Claims hinted runs by primary key. A stale or repeated hint matches no row and is forgotten. The ids come in order: a run's epoch is found by its place
-- among them. Joined with the hints the plan could be turned round, and walk the whole index when a vacuum found the table empty
-- (docs/decisions/0004-hot-path.md). Index: primary key (the cast keeps the planner off run_dispatched, which its statistics always take for empty).
update run r
   set state = 'running', epoch = r.epoch + 1, attempt = r.attempt + 1, started_at = clock_timestamp(), incarnation = $3
 where r.id = any($1::uuid[]) and r.epoch = ($2::int[])[width_bucket(r.id, $1::uuid[])] and r.state::text = 'dispatched'
returning r.id, r.epoch, r.organization_id, r.priority, r.ready_at, r.kind, r.queue, r.attempt, r.max_attempts, r.crashes, r.timeout_ms, r.started_at,
          r.args::text, coalesce(r.trace_parent, ''), date_part('epoch', r.started_at - r.ready_at)
