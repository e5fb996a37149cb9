-- Every queue with what waits in it, counted no further than 10,000 a state. Index: run_ready, run_dispatched, run_owned.
select coalesce(jsonb_agg(row order by row ->> 'name'), '[]')::text from (
    select jsonb_build_object('name', q.name, 'is_paused', q.is_paused, 'paused_at', q.paused_at, 'paused_by', q.paused_by, 'concurrency', q.concurrency,
               'key_concurrency', q.key_concurrency, 'rate_per_minute', q.rate_per_minute,
               'ready', (select count(*) from (select 1 from run r where r.queue = q.name and r.state = 'ready' and r.organization_id = $1 limit 10000) n),
               'running', (select count(*) from run r where r.queue = q.name and r.state = 'dispatched' and r.organization_id = $1)
                          + (select count(*) from run r where r.queue = q.name and r.state = 'running' and r.organization_id = $1),
               'scheduled', (select count(*) from (select 1 from run r where r.queue = q.name and r.state in ('scheduled', 'waiting') and r.organization_id = $1 limit 10000) n),
               'oldest_ready_at', (select min(r.ready_at) from run r where r.queue = q.name and r.state = 'ready' and r.organization_id = $1)) as row
      from queue q) rows
