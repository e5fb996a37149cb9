-- Runs any worker of these queues may claim: the hints of the transport that has no broker. Index: run_dispatched.
select queue, id, epoch from run where state = 'dispatched' and queue = any($1::text[]) order by dispatched_at limit $2
