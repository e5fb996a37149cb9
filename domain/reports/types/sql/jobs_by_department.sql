-- How many jobs each department has, and how they stand; those of none come last. Index: job_by_creation.
select coalesce(d.name, 'No department'), coalesce(w.jobs, 0), coalesce(w.open, 0), coalesce(w.in_progress, 0), coalesce(w.done, 0), coalesce(w.overdue, 0),
       coalesce(round(100.0 * w.done / nullif(w.jobs - w.cancelled, 0), 1)::text, ''), coalesce(round(w.days::numeric, 1)::text, ''), d.id
  from (select id, name, $2::text = 'all' and deleted_at is null and ($4::jsonb ->> 'department_id' is null or id = ($4::jsonb ->> 'department_id')::uuid) as is_shown
          from department where organization_id = $1::uuid) d
  full join (select j.department_id, count(*) as jobs, count(*) filter (where s.category = 'open') as open,
                    count(*) filter (where s.category in ('in_progress', 'blocked', 'review')) as in_progress, count(*) filter (where s.category = 'done') as done,
                    count(*) filter (where s.category = 'cancelled') as cancelled,
                    count(*) filter (where s.category not in ('done', 'cancelled') and j.due_date < ($4::jsonb ->> 'as_of')::timestamptz) as overdue,
                    avg(extract(epoch from j.completed_at - j.created_at)) filter (where s.category = 'done') / 86400 as days
               from api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb) j join job_status s on s.id = j.job_status_id group by 1) w on w.department_id = d.id
 where w.jobs > 0 or d.is_shown
 order by d.name nulls last
