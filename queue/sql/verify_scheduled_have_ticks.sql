-- A run that says a schedule made it, though no tick of that schedule did. $1 since.
with made as (
    select id, schedule_id, created_at from run where origin = 'schedule' and schedule_id is not null and created_at >= $1
    union all
    select id, schedule_id, created_at from run_archive
     where origin = 'schedule' and schedule_id is not null and finished_at >= $1 and created_at >= $1
)
select m.id as run_id, m.schedule_id, m.created_at from made m
 where exists (select 1 from schedule s where s.id = m.schedule_id)
   and not exists (select 1 from schedule_fire f where f.schedule_id = m.schedule_id and f.run_id = m.id)
