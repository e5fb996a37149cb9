-- Runs whose owner ended or lost its lease more than $1 seconds ago, though a process that rescues lives since then.
-- Index: run_owned, primary key.
select r.id as run_id, r.kind, r.incarnation, r.started_at, coalesce(i.ended_at, i.lease_until) as owner_lost_at
  from run r left join incarnation i on i.id = r.incarnation
 where r.state = 'running'
   and (i.id is null or least(i.ended_at, i.lease_until) < now() - make_interval(secs => $1::float8))
   and exists (select 1 from incarnation m
                where m.ended_at is null and m.lease_until > now() and 'maintenance' = any(m.roles)
                  and m.started_at < now() - make_interval(secs => $1::float8))
