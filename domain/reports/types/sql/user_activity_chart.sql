-- Actions by person, the sixteen with most, for the chart; how many rows the report has. The same parameters as the rows.
select u.name, w.actions, count(*) over ()
  from (select a.actor, count(*) as actions from api.report_history($1::uuid, 'all', null, $4::jsonb - 'department_id' - 'team_id') a
         where a.actor like 'user:%' group by 1) w
  join api.report_people($1::uuid, $2::text, $3::uuid, $4::jsonb) u on w.actor = 'user:' || u.id
 order by 2 desc, 1 limit 16
