-- Jobs by priority, for the chart; how many rows the report has. The same parameters as the rows.
select p.name, coalesce(w.jobs, 0), count(*) over ()
  from job_priority p
  left join (select j.job_priority_id, count(*) as jobs from api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb) j group by 1) w on w.job_priority_id = p.id
 where p.organization_id = $1::uuid and (w.jobs > 0 or (p.is_active and p.deleted_at is null))
 order by p.level desc, p.name
