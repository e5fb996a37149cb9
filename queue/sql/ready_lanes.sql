-- Queues with something ready in one of these lanes, each from its frontier on. Index: run_ready.
select distinct l.queue from unnest($1::text[], $2::uuid[], $3::int[], $4::timestamptz[]) as l(queue, organization_id, priority, since)
 where exists (select 1 from run r
                where r.queue = l.queue and r.state = 'ready' and r.organization_id = l.organization_id and r.priority = l.priority and r.ready_at >= l.since)
