-- Timers that run since before $2, the oldest $3. Index: time_log_one_running.
select l.id, l.user_id, l.job_id, j.key, j.title, l.start_time, u.name
  from time_log l join job j on j.id = l.job_id join app_user u on u.id = l.user_id
 where l.organization_id = $1::uuid and l.end_time is null and l.deleted_at is null and l.start_time <= $2::timestamptz
 order by l.start_time limit $3
