-- Changes by what was changed, the sixteen changed most, for the chart; how many rows the report has. The same parameters as the rows.
select a.subject, count(*), sum(count(*)) over ()
  from api.report_history($1::uuid, $2::text, $3::uuid, $4::jsonb) a
 group by 1
 order by 2 desc, 1 limit 16
