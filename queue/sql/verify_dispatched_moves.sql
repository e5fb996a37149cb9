-- Runs hinted more than $1 seconds ago, neither claimed nor hinted again, though a dispatcher of their queue lives since then.
-- Index: run_dispatched.
select r.id as run_id, r.queue, r.kind, r.dispatched_at from run r
 where r.state = 'dispatched' and r.dispatched_at < now() - make_interval(secs => $1::float8)
   and exists (select 1 from incarnation d
                where d.ended_at is null and d.lease_until > now() and 'dispatcher' = any(d.roles) and r.queue = any(d.queues)
                  and d.started_at < now() - make_interval(secs => $1::float8))
