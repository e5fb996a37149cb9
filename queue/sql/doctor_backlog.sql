-- Queues whose oldest ready run waits for longer than $1 seconds, with how long, and whether they are paused.
select q.name, extract(epoch from clock_timestamp() - oldest.ready_at)::float8, q.is_paused
  from queue q cross join lateral (select min(r.ready_at) as ready_at from run r where r.queue = q.name and r.state = 'ready') oldest
 where oldest.ready_at < statement_timestamp() - make_interval(secs => $1::float8)
 order by 2 desc
