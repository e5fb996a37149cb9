-- Jobs by status, for the chart; the same parameters as the rows.
select s.name, count(*)
  from api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb) j join job_status s on s.id = j.job_status_id
 group by s.name, s.display_order
 order by s.display_order
