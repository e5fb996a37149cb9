-- The timers that run on a job, or for a person. Index: time_log_of_job, time_log_one_running.
select id from time_log where end_time is null and deleted_at is null and organization_id = $1::uuid and (job_id = $2::uuid or user_id = $2::uuid)
