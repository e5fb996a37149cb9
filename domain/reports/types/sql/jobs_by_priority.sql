-- How many jobs have each priority, the most pressing first. Index: job_by_creation.
select p.name, p.level, coalesce(w.jobs, 0), coalesce(w.open, 0), coalesce(w.done, 0), coalesce(w.overdue, 0),
       coalesce(round(100.0 * w.jobs / nullif(sum(w.jobs) over (), 0), 1), 0), coalesce(round(w.days::numeric, 1)::text, ''), p.slug, p.color, p.id
  from job_priority p
  left join (select j.job_priority_id, count(*) as jobs, count(*) filter (where s.category not in ('done', 'cancelled')) as open,
                    count(*) filter (where s.category = 'done') as done,
                    count(*) filter (where s.category not in ('done', 'cancelled') and j.due_date < ($4::jsonb ->> 'as_of')::timestamptz) as overdue,
                    avg(extract(epoch from j.completed_at - j.created_at)) filter (where s.category = 'done') / 86400 as days
               from api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb) j join job_status s on s.id = j.job_status_id group by 1) w on w.job_priority_id = p.id
 where p.organization_id = $1::uuid and (w.jobs > 0 or (p.is_active and p.deleted_at is null))
 order by p.level desc, p.name
