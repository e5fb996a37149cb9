-- Admits ready runs that share a concurrency key with others of their organization and queue: as many a key as the queue
-- leaves free. The caller holds the queue's advisory lock since before this statement's snapshot, so the count of holders
-- is exact. Index: run_ready_by_key (a loose scan over its keys), run_holding_key.
with recursive key as (
    (select organization_id, concurrency_key from run where queue = $1 and state = 'ready' and concurrency_key is not null
      order by organization_id, concurrency_key limit 1)
    union all
    select beyond.organization_id, beyond.concurrency_key
      from key
     cross join lateral (
         select r.organization_id, r.concurrency_key from run r
          where r.queue = $1 and r.state = 'ready' and r.concurrency_key is not null
            and (r.organization_id, r.concurrency_key) > (key.organization_id, key.concurrency_key)
          order by r.organization_id, r.concurrency_key limit 1
     ) beyond
), free as (
    select k.organization_id, k.concurrency_key,
           (select q.key_concurrency from queue q where q.name = $1)
           - (select count(*) from run h
               where h.queue = $1 and h.organization_id = k.organization_id and h.concurrency_key = k.concurrency_key
                 and h.state in ('dispatched', 'running')) as slots
      from key k
), chosen as (
    select r.id from free f
     cross join lateral (
         select id, priority, ready_at from run
          where queue = $1 and state = 'ready' and concurrency_key is not null
            and organization_id = f.organization_id and concurrency_key = f.concurrency_key
          order by priority, ready_at, id
          limit greatest(f.slots, 0)
            for update skip locked
     ) r
     order by r.priority, r.ready_at
     limit $2
), admitted as (
    update run r
       set state = 'dispatched', dispatched_at = clock_timestamp()
     where r.id = any(array(select id from chosen)) and exists (select 1 from queue q where q.name = $1 and not q.is_paused)
    returning r.id, r.epoch, r.organization_id, r.priority, r.ready_at
)
select id, epoch, organization_id, priority, ready_at from admitted order by priority, ready_at
