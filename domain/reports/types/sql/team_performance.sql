-- The rows of the team performance: one a person who has work, by name. Index: job_by_creation, time_log_of_job.
select u.name, coalesce(d.name, ''), w.assigned, w.completed, w.in_progress, w.todo, w.on_time, w.overdue,
       round(100.0 * w.completed / nullif(w.assigned - w.cancelled, 0), 1), coalesce(round(w.days::numeric, 1)::text, ''), coalesce(round(w.hours::numeric, 2)::text, '0'), u.id
  from (select j.assigned_to_user_id as user_id, count(*) as assigned, count(*) filter (where s.category = 'done') as completed,
               count(*) filter (where s.category in ('in_progress', 'blocked', 'review')) as in_progress, count(*) filter (where s.category = 'open') as todo,
               count(*) filter (where s.category = 'cancelled') as cancelled,
               count(*) filter (where s.category = 'done' and (j.due_date is null or j.completed_at <= j.due_date)) as on_time,
               count(*) filter (where s.category not in ('done', 'cancelled') and j.due_date < ($4::jsonb ->> 'as_of')::timestamptz) as overdue,
               avg(extract(epoch from j.completed_at - j.created_at)) filter (where s.category = 'done') / 86400 as days,
               sum((select sum(extract(epoch from l.end_time - l.start_time)) from time_log l
                     where l.job_id = j.id and l.user_id = j.assigned_to_user_id and l.end_time is not null and l.deleted_at is null)) / 3600 as hours
          from api.report_jobs($1::uuid, 'all', null, $4::jsonb) j join job_status s on s.id = j.job_status_id
         where j.assigned_to_user_id is not null
         group by 1) w
  join api.report_people($1::uuid, $2::text, $3::uuid, '{}') u on u.id = w.user_id
  left join department d on d.id = u.department_id
 order by u.name, u.id
