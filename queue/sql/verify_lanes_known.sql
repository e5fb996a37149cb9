-- Runs in a lane that the dispatcher's map lacks: it would never look there. Index: run_lane's key.
select r.queue, r.organization_id, r.priority, min(r.id::text) as run_id, count(*) as runs from run r
 where r.state in ('scheduled', 'ready')
   and not exists (select 1 from run_lane l
                    where l.queue = r.queue and l.organization_id = r.organization_id and l.priority = r.priority)
 group by r.queue, r.organization_id, r.priority
