-- The rows of the job summary: one a job, oldest first. Index: job_by_creation.
select j.key, j.title, t.name, s.name, p.name, coalesce(d.name, ''), coalesce(u.name, ''),
       to_char(j.created_at at time zone ($4::jsonb ->> 'time_zone'), 'YYYY-MM-DD'), coalesce(to_char(j.due_date at time zone ($4::jsonb ->> 'time_zone'), 'YYYY-MM-DD'), ''),
       coalesce(to_char(j.completed_at at time zone ($4::jsonb ->> 'time_zone'), 'YYYY-MM-DD'), ''), coalesce(j.estimated_hours::text, '')
  from api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb) j
  join job_type t on t.id = j.job_type_id
  join job_status s on s.id = j.job_status_id
  join job_priority p on p.id = j.job_priority_id
  left join department d on d.id = j.department_id
  left join app_user u on u.id = j.assigned_to_user_id
 order by j.created_at, j.id
