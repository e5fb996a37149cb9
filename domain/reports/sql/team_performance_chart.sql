-- Completed jobs by person, the twelve with most, for the chart; how many rows the report has. The same filters as the rows.
select u.name, count(*) filter (where s.category = 'done'), count(*) over ()
  from job j join job_status s on s.id = j.job_status_id join app_user u on u.id = j.assigned_to_user_id
 where j.organization_id = $1 and j.deleted_at is null
   and ($2 = '' or j.created_at >= $2::timestamptz) and ($3 = '' or j.created_at < $3::date + 1)
   and ($4 = '' or j.department_id = nullif($4, '')::uuid)
 group by u.id, u.name
 order by 2 desc, 1 limit 12
