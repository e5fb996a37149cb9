-- Admits ready runs of one queue, in the order of admit.sql, straight into the idle slots of incarnation $6: one step instead of
-- dispatched, hinted, claimed. Caller: a dispatcher beside its worker, for queues without limits. Locks and index: as admit.sql.
with lane as (
    select * from unnest($2::uuid[], $3::int[], $4::timestamptz[]) as l(organization_id, priority, since)
), head as materialized (
    select r.id, r.organization_id, r.priority, r.ready_at,
           greatest(0, r.priority - floor(extract(epoch from clock_timestamp() - r.ready_at) / 60))::int as band
      from lane l
      cross join lateral (
          select id, organization_id, priority, ready_at
            from run
           where queue = $1 and state = 'ready' and organization_id = l.organization_id and priority = l.priority
             and ready_at >= l.since and concurrency_key is null
           order by ready_at, id
           limit $5
             for update skip locked
      ) r
), turn as (
    select id, band, ready_at, row_number() over (partition by organization_id order by band, ready_at, id) as turn from head
), chosen as (
    select t.id from turn t order by t.band, t.turn, t.ready_at limit $5
)
update run r
   set state = 'running', dispatched_at = clock_timestamp(), started_at = clock_timestamp(),
       epoch = r.epoch + 1, attempt = r.attempt + 1, incarnation = $6
  from chosen c
 where r.id = c.id and exists (select 1 from queue q where q.name = $1 and not q.is_paused)
returning r.id, r.organization_id, r.kind, r.queue, r.epoch, r.attempt, r.max_attempts, r.crashes, r.timeout_ms, r.started_at,
          r.args::text, coalesce(r.trace_parent, ''), date_part('epoch', r.started_at - r.ready_at), r.priority, r.ready_at
