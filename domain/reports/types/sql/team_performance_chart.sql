-- Completed jobs by person, the twelve with most, for the chart; how many rows the report has. The same parameters as the rows.
select u.name, count(*) filter (where s.category = 'done'), count(*) over ()
  from api.report_jobs($1::uuid, 'all', null, $4::jsonb) j join job_status s on s.id = j.job_status_id
  join api.report_people($1::uuid, $2::text, $3::uuid, '{}') u on u.id = j.assigned_to_user_id
 group by u.id, u.name
 order by 2 desc, 1 limit 12
