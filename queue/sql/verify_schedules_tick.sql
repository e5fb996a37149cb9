-- Schedules due for more than $1 seconds, though a scheduler lives since then. Index: schedule_due.
select s.id as schedule_id, s.name, s.next_fire_at from schedule s
 where not s.is_paused and s.next_fire_at < now() - make_interval(secs => $1::float8) and s.updated_at < now() - make_interval(secs => $1::float8)
   and exists (select 1 from incarnation d
                where d.ended_at is null and d.lease_until > now() and 'scheduler' = any(d.roles)
                  and d.started_at < now() - make_interval(secs => $1::float8))
