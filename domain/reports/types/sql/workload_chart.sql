-- Open work by person, the sixteen with most, for the chart; how many rows the report has. The same parameters as the rows.
select u.name, coalesce(w.open, 0), count(*) over ()
  from api.report_people($1::uuid, $2::text, $3::uuid, $4::jsonb) u
  left join (select j.assigned_to_user_id as user_id, count(*) as open
               from job j join job_status s on s.id = j.job_status_id and s.category not in ('done', 'cancelled')
              where j.organization_id = $1::uuid and j.deleted_at is null and j.completed_at is null and j.assigned_to_user_id is not null
                and ($4::jsonb ->> 'class' is null or exists (select 1 from job_type t where t.id = j.job_type_id and t.class = $4::jsonb ->> 'class'))
              group by 1) w on w.user_id = u.id
 where u.is_active or w.open > 0
 order by 2 desc, u.name limit 16
