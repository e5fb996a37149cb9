-- The rows of the team performance: one a person who has work, by name. Empty texts are no filter. Index: job_by_creation, time_log_of_job.
select u.name, coalesce(d.name, ''), w.assigned, w.completed, w.on_time, w.overdue,
       coalesce(round(w.days::numeric, 1)::text, ''), coalesce(round(w.hours::numeric, 2)::text, '0')
  from (select j.assigned_to_user_id as user_id, count(*) as assigned, count(*) filter (where s.category = 'done') as completed,
               count(*) filter (where s.category = 'done' and (j.due_date is null or j.completed_at <= j.due_date)) as on_time,
               count(*) filter (where s.category not in ('done', 'cancelled') and j.due_date < clock_timestamp()) as overdue,
               avg(extract(epoch from j.completed_at - j.created_at)) filter (where s.category = 'done') / 86400 as days,
               sum((select sum(extract(epoch from l.end_time - l.start_time)) from time_log l
                     where l.job_id = j.id and l.user_id = j.assigned_to_user_id and l.end_time is not null and l.deleted_at is null)) / 3600 as hours
          from job j join job_status s on s.id = j.job_status_id
         where j.organization_id = $1 and j.deleted_at is null and j.assigned_to_user_id is not null
           and ($2 = '' or j.created_at >= $2::timestamptz) and ($3 = '' or j.created_at < $3::date + 1)
           and ($4 = '' or j.department_id = nullif($4, '')::uuid)
         group by 1) w
  join app_user u on u.id = w.user_id
  left join department d on d.id = u.department_id
 order by u.name, u.id
