-- The rows of the job summary: one a job, oldest first. Empty texts are no filter. Index: job_by_creation.
select j.key, j.title, t.name, s.name, p.name, coalesce(d.name, ''), coalesce(u.first_name || ' ' || u.last_name, ''),
       to_char(j.created_at, 'YYYY-MM-DD'), coalesce(to_char(j.due_date, 'YYYY-MM-DD'), ''), coalesce(to_char(j.completed_at, 'YYYY-MM-DD'), ''),
       coalesce(j.estimated_hours::text, '')
  from job j
  join job_type t on t.id = j.job_type_id
  join job_status s on s.id = j.job_status_id
  join job_priority p on p.id = j.job_priority_id
  left join department d on d.id = j.department_id
  left join app_user u on u.id = j.assigned_to_user_id
 where j.organization_id = $1 and j.deleted_at is null
   and ($2 = '' or j.created_at >= $2::timestamptz) and ($3 = '' or j.created_at < $3::date + 1)
   and ($4 = '' or j.department_id = nullif($4, '')::uuid)
 order by j.created_at, j.id
