-- Admits ready runs that share a concurrency key with others: as many a key as its limit leaves free. The caller holds the
-- queue's advisory lock since before this statement's snapshot, so the count of holders is exact.
-- Index: run_ready_keyed (a loose scan over its keys), run_concurrency.
with recursive key as (
    (select concurrency_key from run where queue = $1 and state = 'ready' and concurrency_key is not null
      order by concurrency_key limit 1)
    union all
    select (select r.concurrency_key from run r
             where r.queue = $1 and r.state = 'ready' and r.concurrency_key is not null and r.concurrency_key > key.concurrency_key
             order by r.concurrency_key limit 1)
      from key where key.concurrency_key is not null
), free as (
    select k.concurrency_key,
           (select q.key_concurrency from queue q where q.name = $1)
           - (select count(*) from run h where h.concurrency_key = k.concurrency_key and h.state in ('dispatched', 'running')) as slots
      from key k where k.concurrency_key is not null
), chosen as (
    select r.id from free f
     cross join lateral (
         select id, priority, ready_at from run
          where queue = $1 and state = 'ready' and concurrency_key is not null and concurrency_key = f.concurrency_key
          order by priority, ready_at, id
          limit greatest(f.slots, 0)
            for update skip locked
     ) r
     order by r.priority, r.ready_at
     limit $2
)
update run r
   set state = 'dispatched', dispatched_at = clock_timestamp()
  from chosen c
 where r.id = c.id and exists (select 1 from queue q where q.name = $1 and not q.is_paused)
returning r.id, r.epoch, r.organization_id, r.priority, r.ready_at
