-- A concurrency limit that was exceeded: of a key, or of a queue. Only runs made since the queue was last changed count, so
-- that lowering a limit under what already runs is no offence. Index: run_concurrency, run_dispatched, run_owned.
with holder as (
    select r.id, r.queue, r.created_at from run r where r.state = 'dispatched'
    union all
    select r.id, r.queue, r.created_at from run r where r.state = 'running'
)
select 'key ' || r.concurrency_key as limited, count(*) as holders, max(q.key_concurrency) as places, min(r.id::text) as run_id
  from run r join queue q on q.name = r.queue
 where r.concurrency_key is not null and r.state in ('dispatched', 'running') and r.created_at > q.updated_at
 group by r.concurrency_key having count(*) > max(q.key_concurrency)
union all
select 'queue ' || q.name, count(*), max(q.concurrency), min(h.id::text)
  from queue q join holder h on h.queue = q.name and h.created_at > q.updated_at
 where q.concurrency is not null
 group by q.name having count(*) > max(q.concurrency)
