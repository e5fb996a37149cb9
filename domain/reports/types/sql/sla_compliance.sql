-- Promises kept and broken, by policy, promise and priority: clocks that began in the period, of the jobs that who asks sees.
select c.policy, case c.metric when 'first_response' then 'First response' else 'Resolution' end, r.name, count(*),
       count(*) filter (where c.breached_at is null and c.stopped_at is not null), count(*) filter (where c.breached_at is not null),
       count(*) filter (where c.breached_at is null and c.stopped_at is null),
       coalesce(round(100.0 * count(*) filter (where c.breached_at is null and c.stopped_at is not null)
                      / nullif(count(*) filter (where c.breached_at is not null or c.stopped_at is not null), 0), 1)::text, ''),
       coalesce(round((avg(c.used_us) filter (where c.stopped_at is not null) / 3.6e9)::numeric, 2)::text, ''), round((avg(c.budget_seconds) / 3600)::numeric, 2)
  from api.report_clocks($1::uuid, ($4::jsonb ->> 'from')::timestamptz, ($4::jsonb ->> 'to')::timestamptz) c
  join api.report_jobs($1::uuid, $2::text, $3::uuid, $4::jsonb - 'from' - 'to') j on j.id = c.job_id
  join job_priority r on r.id = j.job_priority_id
 where $4::jsonb ->> 'metric' is null or c.metric = $4::jsonb ->> 'metric'
 group by c.place, c.policy, c.policy_id, c.metric, r.level, r.name, r.id
 order by c.place, c.policy, c.policy_id, c.metric, r.level desc, r.name
