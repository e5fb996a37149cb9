-- The default status before this one is it no longer. Index: job_status_one_default.
update job_status set is_default = false where organization_id = $1::uuid and id <> $2::uuid and is_default and deleted_at is null
