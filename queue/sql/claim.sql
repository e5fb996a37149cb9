-- Claims hinted runs by primary key. A stale or repeated hint matches no row and is forgotten. Index: primary key
-- (the cast keeps the planner off run_dispatched, which its statistics always take for empty).
update run r
   set state = 'running', epoch = r.epoch + 1, attempt = r.attempt + 1, started_at = clock_timestamp(), incarnation = $3
  from unnest($1::uuid[], $2::int[]) as h(id, epoch)
 where r.id = h.id and r.epoch = h.epoch and r.state::text = 'dispatched'
returning r.id, r.epoch, r.organization_id, r.priority, r.ready_at, r.kind, r.queue, r.attempt, r.max_attempts, r.crashes, r.timeout_ms, r.started_at,
          r.args::text, coalesce(r.trace_parent, ''), date_part('epoch', r.started_at - r.ready_at)
