-- Admits ready runs of one queue: best effective band first (a run gains a band for each minute it waited), a turn for each
-- organization, then age. Lanes come with the frontier from which to read, so dead entries behind it are not walked again.
-- Updated by their ids alone, in whose order they come: joined, the plan could be turned round (claim.sql); so each carries its place to be put in order again.
-- $6 empty: they wait for a claim, and a hint tells of them. Else the incarnation beside the dispatcher whose slots idle: they run there at once, and the rows
-- go on as those of claim.sql. Caller: the dispatcher. Locks: the rows it takes, skipping locked ones. Index: run_ready, one range a lane.
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
    select t.id, row_number() over (order by t.band, t.turn, t.ready_at) as place from turn t order by t.band, t.turn, t.ready_at limit $5
), picked as materialized (
    select array_agg(id order by id) as ids, array_agg(place order by id) as places from chosen
), admitted (id, epoch, organization_id, priority, ready_at, kind, queue, attempt, max_attempts, crashes, timeout_ms, started_at, args, trace_parent, waited, place) as (
    update run r
       set state = case when $6::text = '' then 'dispatched'::run_state else 'running'::run_state end, dispatched_at = clock_timestamp(),
           started_at = case when $6::text = '' then r.started_at else clock_timestamp() end, incarnation = nullif($6::text, '')::uuid,
           epoch = r.epoch + ($6::text <> '')::int, attempt = r.attempt + ($6::text <> '')::int
     where r.id = any((select ids from picked)::uuid[]) and exists (select 1 from queue q where q.name = $1 and not q.is_paused)
    returning r.id, r.epoch, r.organization_id, r.priority, r.ready_at,
              case when $6::text <> '' then r.kind end, case when $6::text <> '' then r.queue end, case when $6::text <> '' then r.attempt end,
              case when $6::text <> '' then r.max_attempts end, case when $6::text <> '' then r.crashes end, case when $6::text <> '' then r.timeout_ms end,
              case when $6::text <> '' then r.started_at end, case when $6::text <> '' then r.args::text end,
              case when $6::text <> '' then coalesce(r.trace_parent, '') end, case when $6::text <> '' then date_part('epoch', r.started_at - r.ready_at) end,
              ((select places from picked))[width_bucket(r.id, (select ids from picked))]
)
select * from admitted order by place
