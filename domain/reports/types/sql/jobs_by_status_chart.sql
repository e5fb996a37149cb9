-- Jobs by status, for the chart; how many rows the report has. The same parameters as the rows.
select s.name, coalesce(w.jobs, 0), count(*) over ()
  from job_status s
  left join (select j.job_status_id, count(*) as jobs from api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb) j group by 1) w on w.job_status_id = s.id
 where s.organization_id = $1::uuid and (w.jobs > 0 or (s.is_active and s.deleted_at is null))
 order by s.display_order, s.name
