-- Runs ready for more than $1 seconds in a queue that stands still: not paused, below its limits, served by a dispatcher and
-- a worker with free slots since then, and nothing of it was dispatched in that time. Index: run_ready.
select r.id as run_id, q.name as queue, r.kind, r.ready_at
  from queue q
 cross join lateral (
     select * from run r
      where r.queue = q.name and r.state = 'ready' and r.ready_at < now() - make_interval(secs => $1::float8)
        and (r.concurrency_key is null
             or (select count(*) from run h where h.concurrency_key = r.concurrency_key and h.state in ('dispatched', 'running')) < q.key_concurrency)
      limit 21
 ) r
 where not q.is_paused and q.updated_at < now() - make_interval(secs => $1::float8)
   and coalesce(q.rate_next_at, '-infinity') < now()
   and (q.concurrency is null
        or (select count(*) from run h where h.queue = q.name and h.state in ('dispatched', 'running')) < q.concurrency)
   and exists (select 1 from incarnation d
                where d.ended_at is null and d.lease_until > now() and 'dispatcher' = any(d.roles) and q.name = any(d.queues)
                  and d.started_at < now() - make_interval(secs => $1::float8))
   and exists (select 1 from incarnation w
                where w.ended_at is null and w.lease_until > now() and not w.is_draining and w.busy < w.slots and q.name = any(w.queues)
                  and w.started_at < now() - make_interval(secs => $1::float8))
   and not exists (select 1 from run m where m.queue = q.name and m.dispatched_at > now() - make_interval(secs => $1::float8))
   and not exists (select 1 from run_archive a
                    where a.finished_at > now() - make_interval(secs => $1::float8) and a.queue = q.name
                      and a.dispatched_at > now() - make_interval(secs => $1::float8))
