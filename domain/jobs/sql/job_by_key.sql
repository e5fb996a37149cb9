-- A job's id by its key. Index: job_key_once.
select id from job where organization_id = $1::uuid and key = upper($2) and deleted_at is null
