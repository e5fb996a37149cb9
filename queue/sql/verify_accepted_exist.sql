-- Runs that were promised, by a schedule's tick or by an answer under an idempotency key, and are nowhere. $1 since.
-- Index: schedule_fire_once, a range a schedule; primary keys.
with promised as materialized (
    select f.run_id, 'schedule ' || s.name as promised_by, f.at as promised_at
      from schedule s
     cross join lateral (select * from schedule_fire f where f.schedule_id = s.id and f.fire_at >= $1 and f.run_id is not null) f
     where f.at >= $1
    union all
    select substring(i.location from '[0-9a-f-]{36}$')::uuid, 'idempotency key ' || i.key, i.created_at
      from idempotency i
     where i.created_at >= $1 and i.status between 200 and 299 and i.location ~ '/runs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
)
select p.* from promised p
 where not exists (select 1 from run r where r.id = p.run_id)
   and not exists (select 1 from run_archive a where a.id = p.run_id and a.finished_at >= $1)
