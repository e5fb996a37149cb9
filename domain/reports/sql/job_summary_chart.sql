-- Jobs by status, for the chart; the same filters as the rows.
select s.name, count(*)
  from job j join job_status s on s.id = j.job_status_id
 where j.organization_id = $1 and j.deleted_at is null
   and ($2 = '' or j.created_at >= $2::timestamptz) and ($3 = '' or j.created_at < $3::date + 1)
   and ($4 = '' or j.department_id = nullif($4, '')::uuid)
 group by s.name, s.display_order
 order by s.display_order
