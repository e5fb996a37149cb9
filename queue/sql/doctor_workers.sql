-- Living processes by what they do, and queues with runs that wait and no worker.
with alive as (select * from incarnation where ended_at is null and lease_until > statement_timestamp())
select (select count(*) from alive where 'dispatcher' = any(roles)), (select count(*) from alive where 'scheduler' = any(roles)),
       (select count(*) from alive where 'worker' = any(roles) and not is_draining), (select count(*) from alive where 'maintenance' = any(roles)),
       (select count(*) from incarnation where ended_at is null and lease_until <= statement_timestamp()),
       coalesce((select string_agg(q.name, ', ' order by q.name) from queue q
                  where exists (select 1 from run r where r.queue = q.name and r.state in ('ready', 'dispatched'))
                    and not exists (select 1 from alive where 'worker' = any(roles) and q.name = any(queues))), '')
