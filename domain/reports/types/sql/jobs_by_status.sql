-- How many jobs are in each status, and how they stand; statuses that are in use or could be. Index: job_by_creation.
select s.name, s.category, coalesce(w.jobs, 0), coalesce(w.unassigned, 0), coalesce(w.overdue, 0),
       coalesce(round(100.0 * w.jobs / nullif(sum(w.jobs) over (), 0), 1), 0), coalesce(round(w.days::numeric, 1)::text, ''), s.slug, s.id
  from job_status s
  left join (select j.job_status_id, count(*) as jobs, count(*) filter (where j.assigned_to_user_id is null) as unassigned,
                    count(*) filter (where k.category not in ('done', 'cancelled') and j.due_date < ($4::jsonb ->> 'as_of')::timestamptz) as overdue,
                    avg(extract(epoch from coalesce(j.completed_at, ($4::jsonb ->> 'as_of')::timestamptz) - j.created_at)) / 86400 as days
               from api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb) j join job_status k on k.id = j.job_status_id group by 1) w on w.job_status_id = s.id
 where s.organization_id = $1::uuid and (w.jobs > 0 or (s.is_active and s.deleted_at is null))
 order by s.display_order, s.name
