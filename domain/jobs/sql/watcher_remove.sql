-- Somebody watches a job no longer. Index: primary key.
delete from job_watcher where organization_id = $1::uuid and job_id = $2::uuid and user_id = $3::uuid returning 1
