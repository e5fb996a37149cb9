-- Hours by person, the sixteen with most, for the chart; how many rows the report has. The same parameters as the rows.
select u.name, round((sum(extract(epoch from l.end_time - l.start_time)) / 3600)::numeric, 1), sum(count(*)) over ()
  from api.report_time($1::uuid, $2::text, $3::uuid, $4::jsonb) l join app_user u on u.id = l.user_id
 group by u.id, u.name
 order by 2 desc, 1 limit 16
