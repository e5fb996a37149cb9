-- Forgets a schedule and its ticks; its runs stay. Index: primary keys.
with gone as (delete from schedule where id = $1 and organization_id = $2 returning id),
     ticks as (delete from schedule_fire f using gone g where f.schedule_id = g.id)
select id from gone
