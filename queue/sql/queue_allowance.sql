-- How many runs the queue's own limits let in now. The caller holds the queue's advisory lock. Index: run_dispatched, run_owned.
select coalesce(q.concurrency - (select count(*) from run r where r.queue = q.name and r.state = 'dispatched')
                              - (select count(*) from run r where r.queue = q.name and r.state = 'running'), 1000000),
       case when q.rate_per_minute is null then 1000000
            else floor(greatest(0, extract(epoch from clock_timestamp() + interval '1 second'
                                           - greatest(coalesce(q.rate_next_at, '-infinity'), clock_timestamp() - interval '1 second')))
                       * q.rate_per_minute / 60.0) end
  from queue q where q.name = $1
