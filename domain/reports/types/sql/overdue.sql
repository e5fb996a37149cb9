-- Work past its due date and not done, the longest late first. Index: job_due.
select j.key, j.title, s.name, p.name, coalesce(d.name, ''), coalesce(u.name, ''), to_char(j.due_date at time zone ($4::jsonb ->> 'time_zone'), 'YYYY-MM-DD HH24:MI'),
       round((extract(epoch from ($4::jsonb ->> 'as_of')::timestamptz - j.due_date) / 86400)::numeric, 1)
  from api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb) j
  join job_status s on s.id = j.job_status_id and s.category not in ('done', 'cancelled')
  join job_priority p on p.id = j.job_priority_id
  left join department d on d.id = j.department_id
  left join app_user u on u.id = j.assigned_to_user_id
 where j.completed_at is null and j.due_date < ($4::jsonb ->> 'as_of')::timestamptz - make_interval(days => coalesce(($4::jsonb ->> 'at_least_days')::int, 0))
 order by j.due_date, j.id
