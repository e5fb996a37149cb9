-- Time that was logged, by day and person. Index: time_log_by_start.
select to_char(l.start_time at time zone ($4::jsonb ->> 'time_zone'), 'YYYY-MM-DD'), u.name, j.key, j.title, coalesce(d.name, ''), coalesce(l.description, ''),
       round((extract(epoch from l.end_time - l.start_time) / 3600)::numeric, 2), case when l.is_billable then 'yes' else 'no' end, case when l.needs_review then 'to review' else '' end
  from api.report_time($1::uuid, $2::text, $3::uuid, $4::jsonb) l
  join job j on j.id = l.job_id
  join app_user u on u.id = l.user_id
  left join department d on d.id = j.department_id
 order by l.start_time, l.id
