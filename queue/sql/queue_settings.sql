-- What the dispatcher needs to know of each queue, whether something keyed waits in it, and what time it is. Index: run_ready_by_key.
select q.name, q.is_paused, coalesce(q.concurrency, 0), coalesce(q.rate_per_minute, 0),
       exists (select 1 from run r where r.queue = q.name and r.state = 'ready' and r.concurrency_key is not null), clock_timestamp()
  from queue q where q.name = any($1)
