-- The next higher priority for jobs that are open still; the highest stays. Index: primary keys.
update job j set job_priority_id = p.id
  from job o
  join job_priority w on w.id = o.job_priority_id
  join lateral (select n.id from job_priority n where n.organization_id = o.organization_id and n.level > w.level and n.is_active and n.deleted_at is null
                 order by n.level limit 1) p on true
 where o.id = any($1::uuid[]) and j.id = o.id and o.deleted_at is null
   and not exists (select from job_status s where s.id = o.job_status_id and s.category in ('done', 'cancelled'))
