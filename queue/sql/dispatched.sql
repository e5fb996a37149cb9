-- Runs any worker of these queues may claim, and for how long they wait: the hints of the transport that has no broker. $3: how far back to look, in seconds.
-- Index: run_dispatched.
select queue, id, epoch, extract(epoch from statement_timestamp() - dispatched_at) from run
 where state = 'dispatched' and queue = any($1::text[]) and dispatched_at >= statement_timestamp() - make_interval(secs => $3::float8)
 order by dispatched_at
 limit $2
