-- Promises kept in percent, by policy and promise, for the chart; how many rows the report has. The same parameters as the rows.
select c.policy || case c.metric when 'first_response' then ', first response' else ', resolution' end,
       coalesce(round(100.0 * count(*) filter (where c.breached_at is null and c.stopped_at is not null)
                      / nullif(count(*) filter (where c.breached_at is not null or c.stopped_at is not null), 0), 1), 0),
       sum(count(distinct j.job_priority_id)) over ()
  from api.report_clocks($1::uuid, ($4::jsonb ->> 'from')::timestamptz, ($4::jsonb ->> 'to')::timestamptz) c
  join api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb - 'from' - 'to') j on j.id = c.job_id
 where $4::jsonb ->> 'metric' is null or c.metric = $4::jsonb ->> 'metric'
 group by c.place, c.policy, c.policy_id, c.metric
 order by c.place, c.policy, c.policy_id, c.metric limit 16
