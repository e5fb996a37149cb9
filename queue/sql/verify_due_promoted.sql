-- Scheduled runs due for more than $1 seconds, though a scheduler lives since then. Index: run_scheduled.
select r.id as run_id, r.queue, r.kind, r.ready_at as due_at from run r
 where r.state = 'scheduled' and r.ready_at < now() - make_interval(secs => $1::float8)
   and exists (select 1 from incarnation d
                where d.ended_at is null and d.lease_until > now() and 'scheduler' = any(d.roles)
                  and d.started_at < now() - make_interval(secs => $1::float8))
