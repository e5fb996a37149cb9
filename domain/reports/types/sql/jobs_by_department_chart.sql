-- Jobs by department, for the chart; how many rows the report has. The same parameters as the rows.
select coalesce(d.name, 'No department'), coalesce(w.jobs, 0), count(*) over ()
  from (select id, name, $2::text = 'all' and deleted_at is null and ($4::jsonb ->> 'department_id' is null or id = ($4::jsonb ->> 'department_id')::uuid) as is_shown
          from department where organization_id = $1::uuid) d
  full join (select j.department_id, count(*) as jobs from api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb) j group by 1) w on w.department_id = d.id
 where w.jobs > 0 or d.is_shown
 order by 2 desc, d.name limit 16
