-- What there is of each queue in each live state, counted no further than $1, and since when the oldest is in it: how many seconds
-- it is late, for what is scheduled. Caller: the sampler, at most each 5 s. Of scheduled and waiting runs the first $1 of all queues
-- are looked at. Index: run_ready (a range a queue; for the oldest one look a lane), run_dispatched, run_owned, run_scheduled,
-- run_dependency_of_run.
with ready as (
    select q.name as queue,
           (select count(*) from (select 1 from run r where r.queue = q.name and r.state = 'ready' limit $1) n) as runs,
           (select min(first.ready_at)
              from run_lane l
             cross join lateral (
                 select r.ready_at from run r
                  where r.queue = l.queue and r.organization_id = l.organization_id and r.priority = l.priority and r.state = 'ready'
                  order by r.ready_at limit 1
             ) first
             where l.queue = q.name) as since
      from queue q
), others as (
    (select queue, 'dispatched' as state, dispatched_at as since from run where state = 'dispatched' limit $1)
    union all
    (select queue, 'running', started_at from run where state = 'running' limit $1)
    union all
    (select queue, 'scheduled', ready_at from run where state = 'scheduled' order by ready_at limit $1)
    union all
    select r.queue, 'waiting', r.created_at
      from (select distinct run_id from (select run_id from run_dependency limit $1) first) d
      join run r on r.id = d.run_id and r.state = 'waiting'
), counted as (
    select queue, 'ready' as state, runs, since from ready
    union all
    select queue, state, count(*), min(since) from others group by queue, state
)
select q.name, s.state, coalesce(c.runs, 0), coalesce(greatest(0, extract(epoch from clock_timestamp() - c.since)), 0)::float8, q.is_paused
  from queue q
 cross join unnest(array['scheduled', 'ready', 'dispatched', 'running', 'waiting']) as s(state)
  left join counted c on c.queue = q.name and c.state = s.state
