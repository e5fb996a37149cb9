-- A person's running timer. Index: time_log_one_running.
select l.id, j.key from time_log l join job j on j.id = l.job_id where l.user_id = $1::uuid and l.end_time is null and l.deleted_at is null
